// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host target's end of its worker: starts it, again where generated code
// crashed or hung, and asks it. Counted workers run below valgrind.
#ifndef PR_LIB_CONVERSION_HOST_HOSTWORKERPROCESS_H
#define PR_LIB_CONVERSION_HOST_HOSTWORKERPROCESS_H

#include "pr/Target/Subprocess.h"

#include "llvm/Support/JSON.h"

#include <optional>

namespace mlir {
namespace pr {

class WorkerProcess {
public:
  /// `vectorBits` 0: as wide as there are.
  WorkerProcess(int64_t vectorBits, bool counted)
      : vectorBits(vectorBits), counted(counted) {}
  ~WorkerProcess();

  /// A worker, started again if need be. `generation` counts the starts: what
  /// an earlier one compiled is gone.
  ::pr::Expected<void> ensureRunning();
  int generation() const { return starts; }
  const llvm::json::Object &machine() const { return greeting; }

  /// The reply, or the worker's own error, or how it died.
  ::pr::Expected<llvm::json::Object> ask(llvm::json::Object request,
                                         double timeoutSeconds);

private:
  ::pr::Expected<void> start();
  std::vector<std::string> commandLine() const;
  ::pr::Expected<llvm::json::Object> readReply(double timeoutSeconds);

  int64_t vectorBits;
  bool counted;
  std::optional<::pr::Subprocess> process;
  llvm::json::Object greeting;
  int starts = 0, failedStarts = 0;
};

} // namespace pr
} // namespace mlir

#endif // PR_LIB_CONVERSION_HOST_HOSTWORKERPROCESS_H
