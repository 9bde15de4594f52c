// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CPU this runs on as a target: layers compiled by the project's own
// schedules and timed in a worker process, which generated code may crash or
// hang without harm.
#ifndef PR_CONVERSION_HOSTTARGET_H
#define PR_CONVERSION_HOSTTARGET_H

#include "pr/Target/Target.h"

namespace mlir {
class ModuleOp;
namespace pr {

/// A target that can run whole networks besides layers.
class HostTarget : public ::pr::Target {
public:
  /// How long a function of a module (MLIR text) takes. Its arguments and
  /// results are f32 tensors with known extents; empty: the only public one.
  virtual ::pr::Measurement
  measureNetwork(const std::string &module, const std::string &function,
                 const ::pr::MeasureOptions &options) = 0;
};

/// Success, or why this machine cannot be measured.
::pr::Expected<void> checkHostTarget();
/// The same for counting instructions: code for x86-64-v3 below valgrind, so
/// that they are the same on every machine.
::pr::Expected<void> checkCountedHostTarget();

/// Parameters: `vector_bits`, 128, 256 or 512, at most what the CPU has; none
/// where instructions are counted. The running program must give its main
/// function to isHostWorker and hostWorkerMain: the worker is a second process
/// of it.
::pr::Expected<std::unique_ptr<HostTarget>>
makeHostTarget(const std::map<std::string, int64_t> &parameters,
               bool counted = false);

/// Whether the arguments are those the target starts its worker with.
bool isHostWorker(int argc, char **argv);

/// Where a worker lets itself be tampered with; the tool's has none. By this
/// tests put wrong and hostile code in.
struct HostWorkerHooks {
  /// Called with each scheduled layer in the LLVM dialect, before it is
  /// compiled.
  std::function<void(const ::pr::Layer &, ModuleOp)> editModule;
};
/// Answers requests on standard input until it ends.
int hostWorkerMain(char **argv, HostWorkerHooks hooks = {});

} // namespace pr
} // namespace mlir

#endif // PR_CONVERSION_HOSTTARGET_H
