// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The systolic array of rtl/ as a target: its launcher, an external command,
// under a name of its own.
#ifndef PR_TARGET_SYSTOLICTARGET_H
#define PR_TARGET_SYSTOLICTARGET_H

#include "pr/Target/Registry.h"

namespace pr {

/// `systolic-rtl[rows=8,...]`. The launcher is looked for beside the running
/// program, then on PATH.
TargetProvider systolicRtlProvider();

} // namespace pr

#endif // PR_TARGET_SYSTOLICTARGET_H
