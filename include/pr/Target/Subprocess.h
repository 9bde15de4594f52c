// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A child process that is talked to in lines. Every wait has a deadline, so a
// child that hangs, floods or dies costs a message and never the caller. The
// child's standard error is the caller's.
#ifndef PR_TARGET_SUBPROCESS_H
#define PR_TARGET_SUBPROCESS_H

#include "pr/Support/Expected.h"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace pr {

class Subprocess {
public:
  /// Runs argv[0] (searched on PATH) in a process group of its own that dies
  /// with the caller.
  static Expected<Subprocess> start(const std::vector<std::string> &argv);

  Subprocess(Subprocess &&other) noexcept;
  Subprocess &operator=(Subprocess &&other) noexcept;
  /// Kills the child's group.
  ~Subprocess();

  /// Writes the line and its end. Errors (kind Measurement) say how the child
  /// ended, or that it did not read in time.
  Expected<void> writeLine(std::string_view line, double timeoutSeconds);
  /// The next line without its end. Errors as above; also for a line longer
  /// than 16 MiB. After an error the child is dead.
  Expected<std::string> readLine(double timeoutSeconds);

  pid_t id() const { return child; }

private:
  Subprocess(pid_t child, int input, int output)
      : child(child), input(input), output(output) {}
  void kill();
  /// Waits for the end and says what it was: "exited with status 3".
  std::string describeEnd();
  Error failed(const std::string &what);

  pid_t child = -1;
  int input = -1, output = -1;
  std::string buffer;
};

/// Splits a command line at spaces; quotes ('...', "...") and backslashes keep
/// them.
Expected<std::vector<std::string>> splitCommand(std::string_view text);

} // namespace pr

#endif // PR_TARGET_SUBPROCESS_H
