// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instructions of a piece of code, counted by valgrind's callgrind below which
// this process must run: the same number every time, whatever else the machine
// does.
#ifndef PR_TARGET_INSTRUCTIONCOUNTER_H
#define PR_TARGET_INSTRUCTIONCOUNTER_H

#include "pr/Support/Expected.h"

#include <cstdint>
#include <functional>
#include <string>

namespace pr {

class InstructionCounter {
public:
  /// `profile`: what callgrind was given as --callgrind-out-file. It must have
  /// been started with --collect-atstart=no. `onlyThere`: and with
  /// --instr-atstart=no, so that all other code is not slowed down as much.
  InstructionCounter(std::string profile, bool onlyThere)
      : profile(std::move(profile)), onlyThere(onlyThere) {}

  /// Success, or that this program was built without valgrind's headers.
  static Expected<void> checkBuilt();

  /// Instructions of one `run`; those of the code that surrounds it are left
  /// out. A short one is counted when it runs again: what a first run does for
  /// all later ones would show. Error: there is no count, as outside of
  /// callgrind.
  Expected<int64_t> count(const std::function<void()> &run);

private:
  Expected<int64_t> countOnce(const std::function<void()> &run);

  std::string profile;
  bool onlyThere;
  int dumps = 0;
};

} // namespace pr

#endif // PR_TARGET_INSTRUCTIONCOUNTER_H
