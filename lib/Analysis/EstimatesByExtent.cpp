// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What operations with unknown extents take, as a function of the extent.
//
// Layers are nearly always linear in the extent: the function is described at a
// few extents, and where the dimensions of a layer lie on a line through all of
// them, the others are computed. Extent 1 is always described, because unit
// dimensions vanish, and so is every extent of what is on no line.
#include "pr/Analysis/FunctionEstimates.h"

#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <functional>
#include <map>

using namespace mlir;
using namespace mlir::pr;
using ::pr::Layer;

namespace {
/// A layer whose dimensions change by the same amount from extent to extent.
struct LinearLayer {
  Layer at2;
  std::array<int64_t, ::pr::kMaxDims> slope{};

  std::optional<Layer> at(int64_t extent) const {
    Layer layer = at2;
    for (unsigned i = 0; i < layer.numDims(); ++i) {
      ::pr::Checked value = ::pr::Checked(at2[i]) +
                            ::pr::Checked(slope[i]) * ::pr::Checked(extent - 2);
      if (!value.ok())
        return std::nullopt;
      layer[i] = value.value();
    }
    return layer;
  }
};

/// One operation with unknown extents.
struct DynamicOp {
  size_t index; ///< among the function's operations
  int64_t unknowns;
  /// From extent 1 on; absent where the operation has no work of its own.
  std::vector<std::optional<Layer>> layers;
  /// False as soon as it cannot be described at some extent.
  bool known = true;
  /// From extent 2 on, where there is a simple rule.
  std::optional<LinearLayer> line;
  bool isFolded = false;

  bool isSimple() const { return line || isFolded; }
};
} // namespace

using Probes = std::map<int64_t, const OpDescription *>;

/// The line through extents 2 and 3, if it meets all others.
static std::optional<LinearLayer> fitLine(const Probes &probes) {
  for (auto [extent, description] : probes)
    if (!description->isLayer())
      return std::nullopt;
  const Layer &second = probes.at(2)->layer, &third = probes.at(3)->layer;
  if (second.kind != third.kind)
    return std::nullopt;
  LinearLayer line{second, {}};
  for (unsigned i = 0; i < second.numDims(); ++i)
    line.slope[i] = third[i] - second[i];
  for (auto [extent, description] : probes)
    if (line.at(extent) != description->layer)
      return std::nullopt;
  return line;
}

/// Looks for a simple rule of each operation.
static void findRules(Operation *function, DescribeOptions options,
                      int64_t last, std::vector<DynamicOp> &ops) {
  if (last < 8)
    return;
  std::map<int64_t, LayerAnalysis> analyses;
  for (int64_t extent :
       {int64_t(2), int64_t(3), last / 3 + 2, last - 1, last}) {
    options.assumedExtent = extent;
    analyses.try_emplace(extent, function, options);
  }
  for (DynamicOp &op : ops) {
    Probes probes;
    for (const auto &[extent, analysis] : analyses)
      probes[extent] = &analysis[op.index];
    op.line = fitLine(probes);
    op.isFolded = llvm::all_of(
        probes, [](const auto &probe) { return probe.second->isFolded(); });
  }
}

/// What each operation is at each extent.
static void describeAll(Operation *function, DescribeOptions options,
                        int64_t last, std::vector<DynamicOp> &ops) {
  findRules(function, options, last, ops);
  bool allSimple = llvm::all_of(ops, std::mem_fn(&DynamicOp::isSimple));
  for (int64_t extent = 1; extent <= last; ++extent) {
    options.assumedExtent = extent;
    std::optional<LayerAnalysis> analysis;
    if (extent == 1 || !allSimple)
      analysis.emplace(function, options);
    for (DynamicOp &op : ops) {
      if (extent > 1 && op.isSimple()) {
        op.layers.push_back(op.line ? op.line->at(extent) : std::nullopt);
        continue;
      }
      const OpDescription &description = (*analysis)[op.index];
      op.known &= !description.isUnsupported();
      op.layers.push_back(description.isLayer()
                              ? std::optional(description.layer)
                              : std::nullopt);
    }
  }
}

/// Latencies in one unit; empty where there is none at some extent.
static std::vector<int64_t>
latenciesOf(const ::pr::Estimator &estimator,
            llvm::ArrayRef<std::optional<Layer>> layers, bool inCycles) {
  std::vector<Layer> asked;
  for (const std::optional<Layer> &layer : layers)
    if (layer)
      asked.push_back(*layer);
  std::vector<::pr::Estimate> answers(asked.size());
  estimator.estimate(asked.data(), asked.size(), answers.data());
  std::vector<int64_t> latencies;
  auto answer = answers.begin();
  for (const std::optional<Layer> &layer : layers) {
    if (!layer) {
      latencies.push_back(0);
      continue;
    }
    auto value = inCycles ? answer->cycles : answer->timePs;
    if (!value)
      return {};
    latencies.push_back(*value);
    ++answer;
  }
  return latencies;
}

/// Ranges over which the values, of extents 1, 2 ..., change by equal amounts.
static SmallVector<int64_t> toPieces(llvm::ArrayRef<int64_t> values) {
  SmallVector<int64_t> pieces;
  for (size_t first = 0; first < values.size();) {
    size_t next = first + 1;
    int64_t slope = next < values.size() ? values[next] - values[first] : 0;
    // A step up is the start of a range, not a range of two.
    bool ramps =
        next + 1 < values.size() && values[next + 1] - values[next] == slope;
    if (!ramps && slope != 0)
      slope = 0;
    else
      while (next < values.size() && values[next] - values[next - 1] == slope)
        ++next;
    pieces.append({int64_t(first) + 1, values[first], slope});
    first = next;
  }
  return pieces;
}

void FunctionEstimator::estimateByExtent(Operation *function,
                                         FunctionEstimates &estimates) {
  std::vector<DynamicOp> ops;
  for (auto [index, one] : llvm::enumerate(estimates))
    if (one.status == ::pr::EstimateStatus::Unsupported && !one.layer)
      if (int64_t unknowns = countUnknownExtents(one.op))
        ops.push_back({index, unknowns});
  if (ops.empty())
    return;
  const ::pr::TargetInfo &target = source.estimator.target();
  int64_t last = chosen.lastExtent;
  describeAll(function, {&target, chosen.asQuantized, 0}, last, ops);
  bool inCycles = target.countsCycles && !target.clockKhz;
  for (const DynamicOp &op : ops) {
    std::vector<int64_t> values;
    if (op.known)
      values = latenciesOf(source.estimator, op.layers, inCycles);
    if (values.empty())
      continue;
    auto [lower, upper] = std::minmax_element(values.begin(), values.end());
    DenseI64ArrayAttr pieces;
    if (op.unknowns == 1)
      if (auto found = toPieces(values);
          found.size() <= 3 * size_t(ByExtentAttr::kMaxPieces))
        pieces = DenseI64ArrayAttr::get(context, found);
    estimates[op.index].byExtent =
        ByExtentAttr::get(context, inCycles ? "cycles" : "ps", op.unknowns,
                          last, *lower, *upper, pieces);
  }
}
