// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/Window.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <array>
#include <vector>

using namespace pr;

using Wide = __int128;

/// Sum of floor((a * i + b) / m) for i in [0, n), in O(log) steps like Euclid's
/// algorithm. Preconditions: n, a, b >= 0, m > 0; nothing overflows Int.
template <typename Int>
static Int floorSum(Int n, Int m, Int a, Int b) {
  Int sum = 0;
  while (true) {
    sum += (a / m) * (n * (n - 1) / 2) + (b / m) * n;
    a %= m;
    b %= m;
    Int top = a * n + b;
    if (top < m)
      return sum;
    n = top / m;
    b = top % m;
    std::swap(m, a);
  }
}

/// How many pairs of an output p and a tap t read below the padded position
/// `limit`: p * stride + t * dilation < limit.
static int64_t pairsBelow(const WindowAxis &axis, int64_t limit) {
  if (limit <= 0)
    return 0;
  // Tap t is below the limit for clamp(ceil((limit - t * dilation) / stride),
  // 0, output) outputs. It is at the upper clamp for t < saturated and at the
  // lower one for t >= reached.
  int64_t last = limit - 1 - (axis.output - 1) * axis.stride;
  int64_t saturated =
      last < 0 ? 0 : std::min(axis.kernel, last / axis.dilation + 1);
  int64_t reached = std::min(axis.kernel, ceilDiv(limit, axis.dilation));
  Wide pairs = Wide(saturated) * axis.output;
  if (reached > saturated) {
    // Summed from the last tap backwards, so that every summand grows.
    int64_t count = reached - saturated;
    int64_t first = limit - (reached - 1) * axis.dilation + axis.stride - 1;
    // Windows of real layers are small, and wide divisions take their time.
    bool small = ((count | axis.stride | axis.dilation | first) >> 20) == 0;
    pairs += small ? floorSum(count, axis.stride, axis.dilation, first)
                   : floorSum<Wide>(count, axis.stride, axis.dilation, first);
  }
  return static_cast<int64_t>(pairs);
}

int64_t WindowAxis::usefulTaps() const {
  if (padLow == 0 && padHigh == 0)
    return kernel * output;
  return pairsBelow(*this, padLow + input()) - pairsBelow(*this, padLow);
}

WindowAxis WindowAxis::fromInput(int64_t input, int64_t kernel, int64_t stride,
                                 int64_t dilation, int64_t padLow,
                                 int64_t padHigh, int64_t output) {
  WindowAxis axis{output, kernel, stride, dilation, padLow, padHigh};
  int64_t reach = (kernel - 1) * dilation + 1;
  if (output < 0)
    axis.output = floorDiv(input + padLow + padHigh - reach, stride) + 1;
  // Rows behind the last window are not read; what the last window reads past
  // the input is padding.
  axis.padHigh = std::max<int64_t>(0, axis.span() - padLow - input);
  return axis;
}

namespace {
struct AxisField {
  DimRole role;
  int64_t WindowAxis::*member;
};
} // namespace

static constexpr std::array<AxisField, 6> kAxisFields = {
    {{DimRole::Output, &WindowAxis::output},
     {DimRole::Kernel, &WindowAxis::kernel},
     {DimRole::Stride, &WindowAxis::stride},
     {DimRole::Dilation, &WindowAxis::dilation},
     {DimRole::PadLow, &WindowAxis::padLow},
     {DimRole::PadHigh, &WindowAxis::padHigh}}};

namespace {
/// The dimension behind each field of each axis of a kind; -1: none.
struct WindowDims {
  bool exists = false;
  std::array<std::array<int8_t, kAxisFields.size()>, 3> axes;
};
} // namespace

static std::vector<WindowDims> makeWindowTable() {
  std::vector<WindowDims> table;
  for (const KindInfo &info : allLayerKinds()) {
    WindowDims &entry = table.emplace_back();
    entry.exists = info.findDim(DimRole::Output, 2).has_value();
    for (int axis = 0; axis < 3; ++axis)
      for (size_t i = 0; i < kAxisFields.size(); ++i) {
        auto dim = info.findDim(kAxisFields[i].role, axis);
        entry.axes[axis][i] = dim ? static_cast<int8_t>(*dim) : int8_t(-1);
      }
  }
  return table;
}

/// Every window that is described, checked or counted is read field by field.
static const WindowDims &windowDims(LayerKind kind) {
  static const std::vector<WindowDims> table = makeWindowTable();
  return table[static_cast<size_t>(kind)];
}

bool pr::hasWindow(LayerKind kind) { return windowDims(kind).exists; }

WindowAxis pr::windowAxis(const Layer &layer, int axis) {
  WindowAxis window;
  const auto &dims = windowDims(layer.kind).axes[axis];
  for (size_t i = 0; i < dims.size(); ++i)
    if (dims[i] >= 0)
      window.*kAxisFields[i].member = layer[dims[i]];
  return window;
}

void pr::setWindowAxis(Layer &layer, int axis, const WindowAxis &window) {
  const auto &dims = windowDims(layer.kind).axes[axis];
  for (size_t i = 0; i < dims.size(); ++i)
    if (dims[i] >= 0)
      layer[dims[i]] = window.*kAxisFields[i].member;
}
