// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Problem.h"
#include "Random.h"

using namespace systolic;

Tensors Tensors::random(const Problem &p, uint64_t seed) {
  Tensors tensors;
  tensors.a.resize(p.groups * p.images * p.inH * p.inW * p.channels);
  tensors.b.resize(p.groups * p.kernelSize() * p.channels * p.outChannels);
  Random random(seed);
  for (auto *values : {&tensors.a, &tensors.b})
    for (int8_t &value : *values)
      value = int8_t(random.next());
  return tensors;
}

namespace {

/// Adds one input pixel's contribution, under one kernel position, to the sums
/// of one output pixel. Unsigned, because sums wrap.
void accumulate(const int8_t *a, const int8_t *b, const Problem &p,
                uint32_t *sums) {
  for (int64_t c = 0; c < p.channels; ++c, b += p.outChannels)
    for (int64_t n = 0; n < p.outChannels; ++n)
      sums[n] += uint32_t(int32_t(a[c]) * int32_t(b[n]));
}

/// One output pixel; `a` and `b` are the group's and image's.
void outputPixel(const Problem &p, const int8_t *a, const int8_t *b, int64_t oy,
                 int64_t ox, uint32_t *sums) {
  for (int64_t ky = 0; ky < p.kernelH; ++ky)
    for (int64_t kx = 0; kx < p.kernelW; ++kx) {
      int64_t y = oy * p.strideH + ky * p.dilationH - p.padTop;
      int64_t x = ox * p.strideW + kx * p.dilationW - p.padLeft;
      if (y < 0 || y >= p.inH || x < 0 || x >= p.inW)
        continue;
      int64_t position = ky * p.kernelW + kx;
      accumulate(a + (y * p.inW + x) * p.channels,
                 b + position * p.channels * p.outChannels, p, sums);
    }
}

} // namespace

std::vector<int32_t> systolic::reference(const Problem &p,
                                         const Tensors &tensors) {
  std::vector<uint32_t> sums(p.groups * p.extentM() * p.outChannels);
  uint32_t *pixel = sums.data();
  int64_t imageSize = p.inH * p.inW * p.channels;
  int64_t filterSize = p.kernelSize() * p.channels * p.outChannels;
  for (int64_t g = 0; g < p.groups; ++g)
    for (int64_t image = 0; image < p.images; ++image)
      for (int64_t y = 0; y < p.outH; ++y)
        for (int64_t x = 0; x < p.outW; ++x, pixel += p.outChannels)
          outputPixel(p, &tensors.a[(g * p.images + image) * imageSize],
                      &tensors.b[g * filterSize], y, x, pixel);
  return {sums.begin(), sums.end()};
}
