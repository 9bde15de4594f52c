// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers as primitives of oneDNN that are ready to run.
#ifndef PR_TOOLS_ONEDNN_RUNNER_KERNEL_H
#define PR_TOOLS_ONEDNN_RUNNER_KERNEL_H

#include "pr/Layer/Layer.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace onednn {

/// What oneDNN says about a layer before there is memory for it.
struct Recipe {
  dnnl::primitive primitive;
  /// Tensors by the argument that they are.
  std::vector<std::pair<int, dnnl::memory::desc>> tensors;
  /// oneDNN's name of the kernel: "jit:avx2". It explains most jumps.
  std::string kernel;
  /// The operation that computes the layer, "convolution"; where the layer's
  /// text leaves open what it computes, the one that stands in for it.
  std::string operation;
};

/// Errors: the layer has no primitive of its own here. Throws dnnl::error where
/// oneDNN has no kernel for it.
pr::Expected<Recipe> makeRecipe(const pr::Layer &layer,
                                const dnnl::engine &engine);

/// Memory for the tensors of one kernel, used again for the next.
class Arena {
public:
  /// So many bytes, all filled with a pattern that is an ordinary number in
  /// every type. Valid until the next call. Errors: more than kMostBytes.
  pr::Expected<std::byte *> take(size_t bytes);
  static constexpr size_t kMostBytes = size_t(2) << 30;

private:
  struct Free {
    void operator()(std::byte *memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte, Free> memory;
  size_t capacity = 0;
};

/// A recipe with its tensors laid out in an arena.
class Kernel {
public:
  static pr::Expected<Kernel> create(Recipe recipe, const dnnl::engine &engine,
                                     Arena &arena);
  void run(dnnl::stream &stream) const { primitive.execute(stream, arguments); }

private:
  dnnl::primitive primitive;
  std::unordered_map<int, dnnl::memory> arguments;
};

} // namespace onednn

#endif // PR_TOOLS_ONEDNN_RUNNER_KERNEL_H
