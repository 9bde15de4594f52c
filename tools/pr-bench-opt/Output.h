// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two streams of a run: whole lines on standard output, progress on
// standard error.
#ifndef PR_TOOLS_PRBENCHOPT_OUTPUT_H
#define PR_TOOLS_PRBENCHOPT_OUTPUT_H

#include <chrono>
#include <string>

namespace mlir {
namespace pr {

/// Writes the line and its end at once; an interrupt waits until they are out,
/// so that no reader sees half a line. False where the stream takes no more.
bool writeWholeLine(std::string line);

/// "[ 12/96] 12 %, 0:40 left", on one line of a terminal or, elsewhere, as
/// lines at most one a second.
class ProgressReport {
public:
  explicit ProgressReport(bool always);
  ~ProgressReport();
  void update(size_t done, size_t total);

private:
  using Clock = std::chrono::steady_clock;
  bool terminal, enabled, drawn = false;
  Clock::time_point begin, lastDrawn;
};

} // namespace pr
} // namespace mlir

#endif // PR_TOOLS_PRBENCHOPT_OUTPUT_H
