// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Terms.h"

#include "pr/Lattice/TargetInfo.h"
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
                                                   "bytes_over_64m",
                                                   "first_macs",
                                                   "first_output_bytes",
                                                   "rest_macs",
                                                   "rest_weight_bytes",
                                                   "rest_output_bytes",
                                                   "input_lines",
                                                   "output_lines",
                                                   "weights_per_32k_input",
                                                   "weights_per_64k_input",
                                                   "weights_per_128k_input",
                                                   "weights_per_256k_input",
                                                   "weights_per_512k_input",
                                                   "weights_per_1m_input",
                                                   "input_per_32k_weights",
                                                   "input_per_64k_weights",
                                                   "input_per_128k_weights",
                                                   "input_per_256k_weights",
                                                   "input_per_512k_weights",
                                                   "input_per_1m_weights",
                                                   "unit_busy",
                                                   "unit_first",
                                                   "unit_last",
                                                   "unit_pace"};
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
  case CountKind::BytesOver16K:
  case CountKind::BytesOver64K:
  case CountKind::BytesOver256K:
  case CountKind::BytesOver1M:
  case CountKind::BytesOver4M:
  case CountKind::BytesOver16M:
  case CountKind::BytesOver64M:
    return bytesOver(work, count);
  default:
    return 0;
  }
}

bool pr::hasCount(LayerKind kind, CountKind count) {
  if (isOfTiles(count))
    return hasTileCounts(kind);
  bool multiplies = kindInfo(kind).operandTypes == 2;
  if (isFetchedAgain(count) || isOfGroups(count))
    return multiplies;
  if (isLines(count))
    return hasWindow(kind);
  if (isOfUnits(count))
    return true;
  switch (count) {
  case CountKind::Macs:
  case CountKind::WeightElements:
  case CountKind::WeightBytes:
  case CountKind::WeightBursts:
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
  if (term.steps)
    name += "@" + std::string(toString(*term.steps));
  if (isOfUnits(term.count) && term.count != CountKind::UnitPace)
    name += "/" + std::to_string(term.group);
  else if (term.group)
    name += "/" + std::to_string(kPositionGroups[term.group - 1]);
  return name;
}

static Expected<uint8_t> parseUnit(std::string_view text) {
  for (unsigned i = 0; i < kMaxUnits; ++i)
    if (text == std::to_string(i))
      return uint8_t(i);
  return invalidInput("unit '" + std::string(text) +
                      "', expected a number below " +
                      std::to_string(kMaxUnits));
}

static Expected<uint8_t> parseGroup(std::string_view text) {
  for (unsigned i = 0; i < kNumPositionGroups; ++i)
    if (text == std::to_string(kPositionGroups[i]))
      return uint8_t(i + 1);
  return invalidInput("groups of '" + std::string(text) +
                      "' output positions, expected 8, 16, 32, 64 or 128");
}

Expected<Term> pr::parseTerm(std::string_view name) {
  Term term;
  std::string_view rest = name;
  if (size_t slash = rest.find('/'); slash != std::string_view::npos) {
    auto group = rest.substr(0, 5) == "unit_"
                     ? parseUnit(rest.substr(slash + 1))
                     : parseGroup(rest.substr(slash + 1));
    if (!group)
      return invalidInput("work term '" + std::string(name) +
                          "': " + group.error().message);
    term.group = *group;
    rest = rest.substr(0, slash);
  }
  if (size_t at = rest.find('@'); at != std::string_view::npos) {
    auto resource = parseResource(rest.substr(at + 1));
    if (!resource)
      return invalidInput("work term '" + std::string(name) +
                          "': " + resource.error().message);
    term.steps = *resource;
    rest = rest.substr(0, at);
  }
  for (unsigned i = 0; i < kNumCounts; ++i)
    if (nameOf(i) == rest) {
      term.count = static_cast<CountKind>(i);
      return term;
    }
  return invalidInput("unknown work term '" + std::string(name) + "'");
}

/// Counts that grow with output positions.
static bool countsPositions(CountKind count) {
  return count == CountKind::Macs || count == CountKind::OutputElements ||
         isOfTiles(count);
}

static size_t numUnits(const Lattice &lattice) {
  return lattice.unitWork ? lattice.unitWork->unitNames.size() : 0;
}

std::vector<Term> pr::candidateTerms(const Lattice &lattice) {
  std::vector<Term> terms = {{CountKind::Launch, std::nullopt}};
  unsigned groups = hasPositions(lattice.kind) ? kNumPositionGroups : 0;
  for (unsigned i = 1; i < kNumCounts; ++i) {
    auto count = static_cast<CountKind>(i);
    if (!hasCount(lattice.kind, count))
      continue;
    if (isOfUnits(count)) {
      size_t units = numUnits(lattice);
      if (count == CountKind::UnitPace)
        units = std::min<size_t>(units, 1);
      for (size_t unit = 0; unit < units; ++unit)
        terms.push_back({count, std::nullopt, uint8_t(unit)});
      continue;
    }
    // Stepped before raw: of two counts that are equal on all measured layers
    // the fit keeps the first. A cache holds what is there, not padding, and
    // tiles have steps of their own.
    bool isRaw =
        isBytesOver(count) || isFetchedAgain(count) || isOfTiles(count);
    unsigned last = countsPositions(count) ? groups : 0;
    for (uint8_t group = 0; group <= last; ++group) {
      for (unsigned r = 0; r < kNumResources && !isRaw; ++r)
        if (lattice.hasSteps(static_cast<Resource>(r)))
          terms.push_back({count, static_cast<Resource>(r), group});
      terms.push_back({count, std::nullopt, group});
    }
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

bool pr::hasPositions(LayerKind kind) { return hasWindow(kind); }

int64_t pr::positionsOf(const Layer &layer) {
  int64_t positions = 1;
  if (hasWindow(layer.kind))
    for (int axis = 0; axis < 3; ++axis)
      positions *= std::max<int64_t>(1, windowAxis(layer, axis).output);
  return positions;
}

WorkTable::Extent WorkTable::extentOf(const Layer &layer, const Work &work) {
  Extent extent;
  if (!hasWindow(layer.kind))
    return extent;
  extent.positions = positionsOf(layer);
  WindowAxis innermost = windowAxis(layer, 2);
  extent.inputLines =
      work.inputElements / std::max<int64_t>(1, innermost.input());
  extent.outputLines =
      work.outputElements / std::max<int64_t>(1, innermost.output);
  return extent;
}

void WorkTable::addFirstGroup(const Layer &layer, const Lattice &lattice,
                              const Work &work, Extent &extent) {
  auto channels = groupedDim(layer.kind);
  if (!channels)
    return;
  int64_t all = std::max<int64_t>(1, layer[*channels]);
  int64_t first = firstPlateau(lattice, *channels, all);
  auto [rows, read] = firstRows(layer);
  int64_t images = layer.kind == LayerKind::MatMul
                       ? layer[dim::matmul::b] * layer[dim::matmul::m]
                       : layer[0];
  // Whole tensors are multiples of channels, images and rows.
  extent.firstWeightBytes = work.weightBytes / all * first;
  extent.firstInputBytes =
      work.inputBytes / std::max<int64_t>(1, images) / rows * read;
  extent.firstMacs = work.macs / all * first;
  extent.firstOutputBytes = work.outputBytes / all * first;
}

WorkTable WorkTable::compute(const Lattice &lattice, const Layer &layer,
                             ResourceMask mask) {
  WorkTable table;
  table.rawWork = workOf(layer);
  table.extents[kNumResources] = extentOf(layer, table.rawWork);
  ResourceMask first = mask >> kNumResources;
  for (unsigned r = 0; r < kNumResources; ++r) {
    auto resource = static_cast<Resource>(r);
    if (((mask | first) & maskOf(resource)) == 0)
      continue;
    Layer rounded = lattice.roundedFor(resource, layer);
    bool isSame = rounded.dims == layer.dims;
    table.steppedWork[r] = isSame ? table.rawWork : workOf(rounded);
    table.extents[r] = isSame ? table.extents[kNumResources]
                              : extentOf(rounded, table.steppedWork[r]);
    if (first & maskOf(resource))
      addFirstGroup(rounded, lattice, table.steppedWork[r], table.extents[r]);
  }
  if (first >> kNumResources & 1)
    addFirstGroup(layer, lattice, table.rawWork, table.extents[kNumResources]);
  for (unsigned group = 0; group <= kNumPositionGroups; ++group)
    if (mask >> (kFirstTileBit + group) & 1)
      table.tiles[group] = countTiles(
          layer, lattice, group == 0 ? 0 : kPositionGroups[group - 1]);
  if (mask >> kUnitBit & 1 && lattice.unitWork && layer.schedule.nest.empty())
    table.units = lattice.unitWork->evaluate(legalityValues(layer));
  return table;
}

static double unitValue(const UnitBusy &units, const Term &term) {
  if (term.count == CountKind::UnitPace)
    return units.pace;
  return (term.count == CountKind::UnitBusy    ? units.total
          : term.count == CountKind::UnitFirst ? units.first
                                               : units.last)[term.group];
}

double WorkTable::groupValue(CountKind count, const Work &work,
                             const Extent &extent) const {
  switch (count) {
  case CountKind::FirstWeightBytes:
    return double(extent.firstWeightBytes);
  case CountKind::FirstInputBytes:
    return double(extent.firstInputBytes);
  case CountKind::FirstMacs:
    return double(extent.firstMacs);
  case CountKind::FirstOutputBytes:
    return double(extent.firstOutputBytes);
  case CountKind::RestMacs:
    return double(work.macs - extent.firstMacs);
  case CountKind::RestWeightBytes:
    return double(work.weightBytes - extent.firstWeightBytes);
  default:
    return double(work.outputBytes - extent.firstOutputBytes);
  }
}

/// In floating point: the product of two tensors may be beyond an integer.
static double fetchedAgain(const Work &work, CountKind count) {
  bool weights = count <= CountKind::WeightsPer1MInput;
  auto begin =
      weights ? CountKind::WeightsPer32KInput : CountKind::InputPer32KWeights;
  int place = static_cast<int>(count) - static_cast<int>(begin);
  int64_t moved = weights ? work.weightBytes : work.inputBytes;
  int64_t kept = weights ? work.inputBytes : work.weightBytes;
  return double(moved) * double(ceilDiv(kept, int64_t(1) << (15 + place)));
}

double WorkTable::value(const Term &term) const {
  if (isOfTiles(term.count))
    return tiles[term.group]
                [static_cast<unsigned>(term.count) - kFirstTileCount];
  if (isOfUnits(term.count))
    return unitValue(units, term);
  const Work &work = term.steps ? stepped(*term.steps) : rawWork;
  const Extent &extent =
      extents[term.steps ? static_cast<unsigned>(*term.steps) : kNumResources];
  if (isOfGroups(term.count))
    return groupValue(term.count, work, extent);
  if (isLines(term.count))
    return double(term.count == CountKind::InputLines ? extent.inputLines
                                                      : extent.outputLines);
  if (isFetchedAgain(term.count))
    return fetchedAgain(work, term.count);
  auto count = double(countOf(work, term.count));
  if (term.group == 0)
    return count;
  auto positions = double(extent.positions);
  int64_t group = kPositionGroups[term.group - 1];
  return count / positions * double(ceilDiv(extent.positions, group) * group);
}
