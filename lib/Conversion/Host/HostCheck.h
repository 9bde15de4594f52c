// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a kernel computes what its layer says. The other side is the same
// layer as plain loops in the order of the operation's definition; inputs are
// small multiples of 1/8, of which sums and products are exact, so that where
// no division or function is involved the two must agree to the bit.
#ifndef PR_LIB_CONVERSION_HOST_HOSTCHECK_H
#define PR_LIB_CONVERSION_HOST_HOSTCHECK_H

#include "HostKernel.h"

namespace mlir {
namespace pr {

/// Memory for the tensors of one kernel, used again for the next.
class HostBuffers {
public:
  HostBuffers();
  ~HostBuffers();
  HostBuffers(const HostBuffers &) = delete;
  HostBuffers &operator=(const HostBuffers &) = delete;

  /// A buffer for each tensor, the inputs filled with random multiples of 1/8
  /// from -1 to 1 but 0, results with the same from another seed. `positive`:
  /// those to make positive, by tensor. Valid until the next call. Errors: no
  /// memory.
  ::pr::Expected<std::vector<float *>>
  prepare(const std::vector<int64_t> &elements,
          const std::vector<bool> &positive = {});

private:
  std::vector<float> pattern;
  float *memory = nullptr;
  size_t bytes = 0;
};

enum class CheckedOn { Nothing, ItsShape, SmallerShape };

/// The layer itself where the reference computes it in a fraction of a second,
/// else one with the same kind, layout and ragged ends but fewer whole tiles.
::pr::Layer checkableLayer(const ::pr::Layer &layer);

/// Compares `kernel`, compiled from `layer`, or a kernel of checkableLayer. An
/// error (kind Measurement) names the first element that differs.
::pr::Expected<CheckedOn> checkKernel(HostCompiler &compiler,
                                      HostBuffers &buffers,
                                      const ::pr::Layer &layer,
                                      const HostKernel &kernel);

/// The same of a network against `reference`, its plain form. Its results may
/// differ by what another order of summation makes of their largest element.
::pr::Expected<void> checkNetwork(HostBuffers &buffers,
                                  const HostKernel &kernel,
                                  const HostKernel &reference);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_CONVERSION_HOST_HOSTCHECK_H
