// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This program below valgrind's callgrind.
#ifndef PR_TOOLS_ONEDNN_RUNNER_COUNTER_H
#define PR_TOOLS_ONEDNN_RUNNER_COUNTER_H

#include "pr/Target/InstructionCounter.h"

#include <string>

namespace onednn {

/// Becomes the same program below callgrind, counting nothing until it is told
/// to. Returns only where that fails, with the reason.
std::string reenterUnderCallgrind(char **argv);
bool runsUnderCallgrind();
/// Callgrind makes an empty one when this process, or a child of it, starts.
void removeProfile();
/// Ends the process without the profile that callgrind writes at a normal end.
[[noreturn]] void leaveWithoutProfile();

/// Made once in a process, before it forks: its children write where it does.
pr::InstructionCounter makeCounter();

} // namespace onednn

#endif // PR_TOOLS_ONEDNN_RUNNER_COUNTER_H
