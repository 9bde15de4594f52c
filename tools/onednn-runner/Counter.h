// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instructions of a piece of code, counted by valgrind's callgrind: the same
// number every time, whatever else the machine does.
#ifndef PR_TOOLS_ONEDNN_RUNNER_COUNTER_H
#define PR_TOOLS_ONEDNN_RUNNER_COUNTER_H

#include "pr/Support/Expected.h"

#include <cstdint>
#include <functional>
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

class InstructionCounter {
public:
  /// Made once in a process, before it forks.
  InstructionCounter();
  /// Instructions of one `run`; those of the code that surrounds it are left
  /// out.
  pr::Expected<int64_t> count(const std::function<void()> &run);

private:
  pr::Expected<int64_t> countOnce(const std::function<void()> &run);

  /// Of the process that was started first; its children write there too.
  std::string profile;
  int dumps = 0;
};

} // namespace onednn

#endif // PR_TOOLS_ONEDNN_RUNNER_COUNTER_H
