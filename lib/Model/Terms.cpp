// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Terms.h"

#include "pr/Layer/Window.h"
#include "pr/Support/CheckedMath.h"

#include <iterator>

using namespace pr;

static constexpr std::string_view kCountNames[] = {"launch",
                                                   "macs",
                                                   "useful_macs",
                                                   "operations",
                                                   "output_elements",
                                                   "input_elements",
                                                   "weight_elements",
                                                   "output_bytes",
                                                   "input_bytes",
                                                   "weight_bytes",
                                                   "output_bursts",
                                                   "input_bursts",
                                                   "weight_bursts",
                                                   "first_weight_bytes",
                                                   "first_input_bytes",
                                                   "bytes_over_16k",
                                                   "bytes_over_64k",
                                                   "bytes_over_256k",
                                                   "bytes_over_1m",
                                                   "bytes_over_4m",
                                                   "bytes_over_16m",
                                                   "bytes_over_64m"};
static_assert(std::size(kCountNames) == kFirstTileCount, "one name each");

static std::string_view nameOf(unsigned count) {
  return count < kFirstTileCount ? kCountNames[count]
                                 : kTileCountNames[count - kFirstTileCount];
}

std::string_view pr::toString(CountKind count) {
  return nameOf(static_cast<unsigned>(count));
}

/// Of 16 KiB, 64 KiB ... by the place of the count.
static int64_t bytesOver(const Work &work, CountKind count) {
  int place =
      static_cast<int>(count) - static_cast<int>(CountKind::BytesOver16K);
  int64_t bytes = work.inputBytes + work.weightBytes + work.outputBytes;
  return std::max<int64_t>(0, bytes - (int64_t(1) << (14 + 2 * place)));
}

int64_t pr::countOf(const Work &work, CountKind count) {
  switch (count) {
  case CountKind::Launch:
    return 1;
  case CountKind::Macs:
    return work.macs;
  case CountKind::UsefulMacs:
    return work.usefulMacs;
  case CountKind::Operations:
    return work.operations;
  case CountKind::OutputElements:
    return work.outputElements;
  case CountKind::InputElements:
    return work.inputElements;
  case CountKind::WeightElements:
    return work.weightElements;
  case CountKind::OutputBytes:
    return work.outputBytes;
  case CountKind::InputBytes:
    return work.inputBytes;
  case CountKind::WeightBytes:
    return work.weightBytes;
  case CountKind::OutputBursts:
    return ceilDiv(work.outputBytes, kBurstBytes);
  case CountKind::InputBursts:
    return ceilDiv(work.inputBytes, kBurstBytes);
  case CountKind::WeightBursts:
    return ceilDiv(work.weightBytes, kBurstBytes);
  case CountKind::FirstWeightBytes:
  case CountKind::FirstInputBytes:
  case CountKind::FirstTileCount:
    return 0;
  case CountKind::BytesOver16K:
  case CountKind::BytesOver64K:
  case CountKind::BytesOver256K:
  case CountKind::BytesOver1M:
  case CountKind::BytesOver4M:
  case CountKind::BytesOver16M:
  case CountKind::BytesOver64M:
    return bytesOver(work, count);
  }
  return 0;
}

bool pr::hasCount(LayerKind kind, CountKind count) {
  if (isOfTiles(count))
    return hasTileCounts(kind);
  bool multiplies = kindInfo(kind).operandTypes == 2;
  switch (count) {
  case CountKind::Macs:
  case CountKind::WeightElements:
  case CountKind::WeightBytes:
  case CountKind::WeightBursts:
  case CountKind::FirstWeightBytes:
  case CountKind::FirstInputBytes:
    return multiplies;
  case CountKind::UsefulMacs:
    // Elsewhere there is no padding, and the two are the same.
    return multiplies && kindInfo(kind).findDim(DimRole::PadLow, 2);
  case CountKind::Operations:
    return !multiplies && kind != LayerKind::DataMovement;
  default:
    return true;
  }
}

std::string pr::toString(const Term &term) {
  std::string name(toString(term.count));
  return term.steps ? name + "@" + std::string(toString(*term.steps)) : name;
}

Expected<Term> pr::parseTerm(std::string_view name) {
  Term term;
  size_t at = name.find('@');
  if (at != std::string_view::npos) {
    auto resource = parseResource(name.substr(at + 1));
    if (!resource)
      return invalidInput("work term '" + std::string(name) +
                          "': " + resource.error().message);
    term.steps = *resource;
  }
  for (unsigned i = 0; i < kNumCounts; ++i)
    if (nameOf(i) == name.substr(0, at)) {
      term.count = static_cast<CountKind>(i);
      return term;
    }
  return invalidInput("unknown work term '" + std::string(name) + "'");
}

std::vector<Term> pr::candidateTerms(const Lattice &lattice) {
  std::vector<Term> terms = {{CountKind::Launch, std::nullopt}};
  for (unsigned i = 1; i < kNumCounts; ++i) {
    auto count = static_cast<CountKind>(i);
    if (!hasCount(lattice.kind, count))
      continue;
    // Stepped before raw: of two counts that are equal on all measured layers
    // the fit keeps the first. A cache holds what is there, not padding, and
    // tiles have steps of their own.
    bool isRaw = isBytesOver(count) || isOfTiles(count);
    for (unsigned r = 0; r < kNumResources && !isRaw; ++r)
      if (lattice.hasSteps(static_cast<Resource>(r)))
        terms.push_back({count, static_cast<Resource>(r)});
    terms.push_back({count, std::nullopt});
  }
  return terms;
}

/// A canonical layer's work fits, so there is no error to report.
static Work workOf(const Layer &layer) {
  auto work = computeWork(layer);
  return work ? *work : Work();
}

/// Channels of results whose weights are fetched together.
static std::optional<unsigned> groupedDim(LayerKind kind) {
  const KindInfo &info = kindInfo(kind);
  if (kind == LayerKind::MatMul)
    return dim::matmul::n;
  auto found = info.findDim("oc");
  return found ? found : info.findDim("c");
}

/// The extent up to which the narrowest step of a dimension has its first
/// plateau; the whole extent without steps.
static int64_t firstPlateau(const Lattice &lattice, unsigned dim,
                            int64_t extent) {
  for (const Step &step : lattice.steps)
    if (step.dim == dim && step.width > 1)
      extent = std::min(extent, std::max<int64_t>(1, step.lastPoint(1)));
  return extent;
}

/// Input rows of the outermost axis, and how many of them the first window
/// reads.
static std::pair<int64_t, int64_t> firstRows(const Layer &layer) {
  if (!hasWindow(layer.kind))
    return {1, 1};
  for (int axis = 0; axis < 3; ++axis) {
    WindowAxis window = windowAxis(layer, axis);
    int64_t rows = std::max<int64_t>(1, window.input());
    if (!window.isUnit())
      return {rows, std::min(rows, (window.kernel - 1) * window.dilation + 1)};
  }
  return {1, 1};
}

WorkTable::FirstGroup WorkTable::firstGroupOf(const Layer &layer,
                                              const Lattice &lattice) {
  auto channels = groupedDim(layer.kind);
  if (!channels)
    return {};
  Work work = workOf(layer);
  int64_t extent = std::max<int64_t>(1, layer[*channels]);
  int64_t first = firstPlateau(lattice, *channels, extent);
  auto [rows, read] = firstRows(layer);
  int64_t images = layer.kind == LayerKind::MatMul
                       ? layer[dim::matmul::b] * layer[dim::matmul::m]
                       : layer[0];
  // Whole tensors are multiples of channels, images and rows.
  return {work.weightBytes / extent * first,
          work.inputBytes / std::max<int64_t>(1, images) / rows * read};
}

WorkTable WorkTable::compute(const Lattice &lattice, const Layer &layer,
                             ResourceMask mask) {
  WorkTable table;
  table.rawWork = workOf(layer);
  table.tiles = countTiles(layer);
  ResourceMask first = mask >> kNumResources;
  for (unsigned r = 0; r < kNumResources; ++r) {
    auto resource = static_cast<Resource>(r);
    if (((mask | first) & maskOf(resource)) == 0)
      continue;
    Layer rounded = lattice.roundedFor(resource, layer);
    table.steppedWork[r] =
        rounded.dims == layer.dims ? table.rawWork : workOf(rounded);
    if (first & maskOf(resource))
      table.firstGroups[r] = firstGroupOf(rounded, lattice);
  }
  if (first >> kNumResources & 1)
    table.firstGroups[kNumResources] = firstGroupOf(layer, lattice);
  return table;
}
