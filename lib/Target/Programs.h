// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the programs are that targets start.
#ifndef PR_LIB_TARGET_PROGRAMS_H
#define PR_LIB_TARGET_PROGRAMS_H

#include <string>

namespace pr {

/// The program's path; empty where PATH has none of this name.
std::string findOnPath(const std::string &name);
/// Beside the running program, else on PATH; empty where it is in neither.
std::string findCompanion(const std::string &name);

} // namespace pr

#endif // PR_LIB_TARGET_PROGRAMS_H
