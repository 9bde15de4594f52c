// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the recipes of all kinds are put together from.
#ifndef PR_TOOLS_ONEDNN_RUNNER_RECIPEPARTS_H
#define PR_TOOLS_ONEDNN_RUNNER_RECIPEPARTS_H

#include "Kernel.h"

namespace onednn {

using Dims = dnnl::memory::dims;
using DataType = dnnl::memory::data_type;

pr::Error unsupported(const std::string &message);

/// undef where oneDNN 2.x has no such type.
DataType dataType(pr::ElementType type);

/// Row major: the layout where oneDNN is not asked.
dnnl::memory::desc plain(const Dims &dims, DataType type);
/// The layout that oneDNN likes best.
dnnl::memory::desc open(const Dims &dims, DataType type);

/// What is fused behind a convolution or matrix product.
struct FusedOps {
  dnnl::primitive_attr attributes;
  bool bias = false;
  std::vector<std::pair<int, dnnl::memory::desc>> tensors;
};
/// `channels` is the result's shape with 1 everywhere but at its channels,
/// `channelMask` oneDNN's bit for that dimension.
pr::Expected<FusedOps> fuse(const pr::Epilogue &epilogue, const Dims &channels,
                            int channelMask);
pr::Expected<void> expectNoEpilogue(const pr::Layer &layer);

/// Scratch memory is the kernel's, at the same place every time.
dnnl::primitive_attr userScratchpad();

/// The parts that every kind has in common.
template <typename Primitive, typename Description>
Recipe finish(const Description &description) {
  Recipe recipe;
  recipe.primitive = Primitive(description);
  recipe.kernel = description.impl_info_str();
  dnnl::memory::desc scratch = description.scratchpad_desc();
  if (scratch.get_size())
    recipe.tensors.emplace_back(DNNL_ARG_SCRATCHPAD, scratch);
  return recipe;
}

pr::Expected<Recipe> makeElementwise(const pr::Layer &layer,
                                     const dnnl::engine &engine);

} // namespace onednn

#endif // PR_TOOLS_ONEDNN_RUNNER_RECIPEPARTS_H
