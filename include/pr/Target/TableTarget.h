// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A target that answers from recorded lines of pr-bench-opt: a measurement
// campaign played back where the device is not at hand.
#ifndef PR_TARGET_TABLETARGET_H
#define PR_TARGET_TABLETARGET_H

#include "pr/Target/Target.h"

namespace pr {

/// Reads the whole file. Errors name the line: no JSON object, no layer, a
/// latency that is no positive integer, two targets in one file, one layer with
/// two different latencies.
Expected<std::unique_ptr<Target>> makeTableTarget(const std::string &path);

} // namespace pr

#endif // PR_TARGET_TABLETARGET_H
