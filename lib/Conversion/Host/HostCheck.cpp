// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "HostCheck.h"

#include "pr/Lattice/TargetInfo.h"
#include "pr/Layer/Work.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace mlir::pr;
using ::pr::ErrorKind;
using ::pr::Expected;
using ::pr::Layer;

/// Multiply-accumulates that plain loops do in about 0.2 s.
static constexpr int64_t kMostCheckedMacs = int64_t(1) << 27;
/// A multiple of every tile and vector: extents keep their remainder.
static constexpr int64_t kTileMultiple = 64;

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

/// A period that no extent of a tensor is likely to be a multiple of.
static constexpr size_t kPatternLength = 65521;

HostBuffers::HostBuffers() : pattern(kPatternLength) {
  uint64_t state = 0x9e3779b97f4a7c15u;
  for (float &value : pattern) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    int magnitude = 1 + static_cast<int>(state >> 61);
    value = static_cast<float>((state >> 60) & 1 ? magnitude : -magnitude) / 8;
  }
}

HostBuffers::~HostBuffers() { std::free(memory); }

Expected<std::vector<float *>>
HostBuffers::prepare(const std::vector<int64_t> &elements,
                     const std::vector<bool> &positive) {
  // Each tensor on a page of its own, shifted by a few lines so that they do
  // not compete for the same places in the caches.
  constexpr size_t page = 4096, shift = 192;
  std::vector<size_t> offsets;
  size_t end = 0;
  for (size_t i = 0; i < elements.size(); ++i) {
    offsets.push_back(end + i * shift);
    end = (offsets.back() + elements[i] * sizeof(float) + 2 * page - 1) / page *
          page;
  }
  if (end > bytes) {
    std::free(memory);
    memory = static_cast<float *>(std::aligned_alloc(page, end));
    bytes = memory ? end : 0;
  }
  if (!memory)
    return ::pr::makeError(ErrorKind::Measurement,
                           "no memory for " + std::to_string(end) + " bytes");
  std::vector<float *> buffers;
  for (size_t i = 0; i < elements.size(); ++i) {
    float *buffer = memory + offsets[i] / sizeof(float);
    size_t count = elements[i], first = i * 101;
    for (size_t at = 0; at < count;) {
      size_t length = std::min(count - at, kPatternLength - first);
      std::memcpy(buffer + at, pattern.data() + first, length * sizeof(float));
      at += length;
      first = 0;
    }
    if (i < positive.size() && positive[i])
      std::transform(buffer, buffer + count, buffer,
                     [](float value) { return std::fabs(value); });
    buffers.push_back(buffer);
  }
  return buffers;
}

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

static int64_t shrunk(int64_t extent, int64_t tile) {
  int64_t multiple = std::max(kTileMultiple, tile);
  return extent < 2 * multiple ? extent : multiple + extent % multiple;
}

Layer mlir::pr::checkableLayer(const Layer &layer) {
  auto work = ::pr::computeWork(layer);
  if (!work || work->macs <= kMostCheckedMacs)
    return layer;
  Layer small = layer;
  const ::pr::KindInfo &info = layer.info();
  auto groups = info.findDim("g");
  int64_t group = groups ? layer[*groups] : 1;
  for (unsigned i = 0; i < layer.numDims(); ++i) {
    ::pr::DimRole role = info.dims[i].role;
    bool channels = info.dims[i].name == "oc" || info.dims[i].name == "ic";
    if (channels)
      small[i] = group * shrunk(layer[i] / group, ::pr::tileSize(layer, i));
    else if (role == ::pr::DimRole::Output ||
             (role == ::pr::DimRole::Extent && info.dims[i].name != "g"))
      small[i] = shrunk(layer[i], ::pr::tileSize(layer, i));
  }
  auto checked = ::pr::checkedLayer(small);
  return checked ? *checked : layer;
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

/// `scale`: what an error is measured by, beside the value itself.
static bool agree(float found, float expected, bool exact, float scale) {
  if (found == expected || (std::isnan(found) && std::isnan(expected)))
    return true;
  if (exact)
    return false;
  // Polynomials for functions, sums in another order.
  scale = std::max({scale, std::fabs(found), std::fabs(expected)});
  return std::fabs(found - expected) <= 1e-4f * scale + 1e-6f;
}

static Expected<void> agree(const float *found, const float *expected,
                            int64_t count, bool exact, float scale) {
  for (int64_t i = 0; i < count; ++i)
    if (!agree(found[i], expected[i], exact, scale))
      return ::pr::makeError(ErrorKind::Measurement,
                             "the generated code is wrong: element " +
                                 std::to_string(i) + " is " +
                                 std::to_string(found[i]) + ", expected " +
                                 std::to_string(expected[i]));
  return {};
}

static Expected<void> compare(HostBuffers &buffers, const HostKernel &kernel,
                              const HostKernel &reference) {
  // Two results: what the one leaves must not be what the other reads.
  std::vector<int64_t> elements = kernel.elements();
  elements.push_back(elements.back());
  auto tensors = buffers.prepare(elements);
  if (!tensors)
    return tensors.error();
  float *expected = tensors->back();
  kernel.run(tensors->data());
  float *found = (*tensors)[elements.size() - 2];
  (*tensors)[elements.size() - 2] = expected;
  reference.run(tensors->data());
  return agree(found, expected, elements.back(), kernel.isExact(), 0);
}

/// Of what is finite; networks may well overflow on made-up weights.
static float largest(const float *values, int64_t count) {
  float most = 0;
  for (int64_t i = 0; i < count; ++i)
    if (std::isfinite(values[i]))
      most = std::max(most, std::fabs(values[i]));
  return most;
}

Expected<void> mlir::pr::checkNetwork(HostBuffers &buffers,
                                      const HostKernel &kernel,
                                      const HostKernel &reference) {
  // Two sets of results, as above.
  std::vector<int64_t> elements = kernel.elements();
  size_t results = kernel.numResults(), first = elements.size() - results;
  for (size_t i = 0; i < results; ++i)
    elements.push_back(elements[first + i]);
  auto tensors = buffers.prepare(elements, kernel.positive());
  if (!tensors)
    return tensors.error();
  kernel.run(tensors->data());
  std::swap_ranges(tensors->begin() + first, tensors->begin() + first + results,
                   tensors->end() - results);
  reference.run(tensors->data());
  for (size_t i = 0; i < results; ++i) {
    float *expected = (*tensors)[first + i];
    float *found = (*tensors)[first + results + i];
    int64_t count = elements[first + i];
    if (auto ok = agree(found, expected, count, /*exact=*/false,
                        largest(expected, count));
        !ok)
      return ok;
  }
  return {};
}

Expected<CheckedOn> mlir::pr::checkKernel(HostCompiler &compiler,
                                          HostBuffers &buffers,
                                          const Layer &layer,
                                          const HostKernel &kernel) {
  Layer small = checkableLayer(layer);
  bool same = small == layer;
  auto reference = compiler.compile(small, /*reference=*/true);
  if (!reference)
    return reference.error();
  if (same) {
    if (auto ok = compare(buffers, kernel, **reference); !ok)
      return ok.error();
    return CheckedOn::ItsShape;
  }
  auto smallKernel = compiler.compile(small, /*reference=*/false);
  if (!smallKernel)
    return smallKernel.error();
  if (auto ok = compare(buffers, **smallKernel, **reference); !ok)
    return ok.error();
  return CheckedOn::SmallerShape;
}
