// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Kernel.h"

#include <cstring>
#include <new>

using namespace onednn;

/// Tensors start on pages, each some lines further into its page than the one
/// before: streams that meet in one set of a cache would slow some shapes down.
static constexpr size_t kPage = 4096;
static constexpr size_t kStagger = 5 * 64;
/// As f32 or bf16 about 0.75, as i8 63.
static constexpr int kPattern = 0x3f;

pr::Expected<std::byte *> Arena::take(size_t bytes) {
  if (bytes > kMostBytes)
    return pr::makeError(pr::ErrorKind::Measurement,
                         "the layer needs " + std::to_string(bytes >> 20) +
                             " MiB, more than " +
                             std::to_string(kMostBytes >> 20));
  if (bytes > capacity) {
    memory.reset();
    capacity = 0;
    size_t rounded = (bytes + kPage - 1) / kPage * kPage;
    memory.reset(static_cast<std::byte *>(std::aligned_alloc(kPage, rounded)));
    if (!memory)
      throw std::bad_alloc();
    capacity = rounded;
  }
  std::memset(memory.get(), kPattern, bytes);
  return memory.get();
}

pr::Expected<Kernel> Kernel::create(Recipe recipe, const dnnl::engine &engine,
                                    Arena &arena) {
  std::vector<size_t> offsets;
  size_t end = 0;
  for (const auto &[argument, tensor] : recipe.tensors) {
    size_t page = (end + kPage - 1) / kPage * kPage;
    offsets.push_back(page + kStagger * offsets.size());
    end = offsets.back() + tensor.get_size();
  }
  auto base = arena.take(end);
  if (!base)
    return base.error();
  Kernel kernel;
  kernel.primitive = std::move(recipe.primitive);
  for (size_t i = 0; i < offsets.size(); ++i) {
    const auto &[argument, tensor] = recipe.tensors[i];
    kernel.arguments[argument] =
        dnnl::memory(tensor, engine, *base + offsets[i]);
  }
  return kernel;
}
