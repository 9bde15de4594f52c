// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers as machine code of this process.
#ifndef PR_LIB_CONVERSION_HOST_HOSTKERNEL_H
#define PR_LIB_CONVERSION_HOST_HOSTKERNEL_H

#include "pr/Conversion/HostTarget.h"
#include "pr/Layer/Layer.h"
#include "pr/Support/Expected.h"

#include <memory>
#include <string>
#include <vector>

namespace mlir {
class ExecutionEngine;
class MLIRContext;
namespace pr {
struct LowerToHostOptions;

/// The processor, as far as code generation and measurements depend on it.
struct HostMachine {
  std::string cpu;
  /// Of the registers that schedules use.
  unsigned vectorBits = 128;
  /// Code for any processor of the level `cpu`, not for this one.
  bool isLevel = false;

  static HostMachine detect();
  /// What instructions are counted on: the most that valgrind knows.
  static HostMachine counted();
};

class HostKernel {
public:
  ~HostKernel();

  /// f32 elements of each tensor: the arguments in order, then the results.
  const std::vector<int64_t> &elements() const { return tensors; }
  size_t numResults() const { return results; }
  /// Arguments that stand for variances, scales and the like: what is divided
  /// by, or a root taken of, so that they must not be negative. By argument.
  const std::vector<bool> &positive() const { return positives; }
  /// Two correct kernels of this layer agree to the bit on inputs that are
  /// small multiples of a power of two.
  bool isExact() const { return exact; }
  /// One pointer for each tensor.
  void run(float *const *buffers) const;

private:
  friend class HostCompiler;
  HostKernel();

  std::unique_ptr<ExecutionEngine> engine;
  void (*entry)(void **) = nullptr;
  std::vector<int64_t> tensors;
  size_t results = 1;
  std::vector<bool> positives;
  bool exact = true;
};

class HostCompiler {
public:
  HostCompiler(HostMachine machine, HostWorkerHooks hooks);
  ~HostCompiler();

  /// Code by the schedules, or by plain loops as the reference. Errors: a layer
  /// that has no form, or needs more than kMostBytes.
  ::pr::Expected<std::unique_ptr<HostKernel>> compile(const ::pr::Layer &layer,
                                                      bool reference);
  /// A whole function of a module (MLIR text); its name may be empty where
  /// there is one public function only.
  ::pr::Expected<std::unique_ptr<HostKernel>>
  compileNetwork(const std::string &module, const std::string &function,
                 bool reference);
  /// Of all tensors and scratch memory of one kernel.
  static constexpr int64_t kMostBytes = int64_t(2) << 30;

private:
  ::pr::Expected<void> build(HostKernel &kernel, ModuleOp module,
                             const LowerToHostOptions &options,
                             const ::pr::Layer *layer);

  HostMachine machine;
  HostWorkerHooks hooks;
  std::unique_ptr<MLIRContext> context;
};

} // namespace pr
} // namespace mlir

#endif // PR_LIB_CONVERSION_HOST_HOSTKERNEL_H
