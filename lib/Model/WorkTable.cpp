// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Terms.h"

#include "pr/Lattice/TargetInfo.h"
#include "pr/Layer/Window.h"
#include "pr/Support/CheckedMath.h"

#include <numeric>

using namespace pr;

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
  extent.inputLine = std::max<int64_t>(1, innermost.input());
  extent.outputLine = std::max<int64_t>(1, innermost.output);
  extent.inputLines = work.inputElements / extent.inputLine;
  extent.outputLines = work.outputElements / extent.outputLine;
  return extent;
}

void WorkTable::addFirstGroup(const Layer &layer, const Lattice &lattice,
                              const Work &work, Extent &extent) {
  auto channels = groupedDim(layer.kind);
  if (!channels)
    return;
  extent.rows = outputRowsOf(layer);
  int64_t all = std::max<int64_t>(1, layer[*channels]);
  auto groups = layer.info().findDim("g");
  extent.channels = std::max<int64_t>(1, all / (groups ? layer[*groups] : 1));
  int64_t first = firstPlateau(lattice, *channels, all);
  // Whole tensors are multiples of channels, images and rows.
  extent.firstWeightBytes = work.weightBytes / all * first;
  extent.firstInputBytes = work.inputBytes / extent.rows.images /
                           extent.rows.inputRows * extent.rows.window;
  extent.firstMacs = work.macs / all * first;
  extent.firstOutputBytes = work.outputBytes / all * first;
}

WorkTable WorkTable::compute(const Lattice &lattice, const Layer &layer,
                             ResourceMask mask) {
  WorkTable table;
  table.ownCase = caseOf(layer);
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
    table.countUnits(*lattice.unitWork, layer);
  return table;
}

namespace {
/// What a pass over one channel of an image touches, where channels lie side by
/// side: a line for each pixel, unless several pixels lie in one.
struct ChannelPass {
  double lines = 0;
  /// Of a set, and only of those that a pixel's distance to the next one meets.
  double linesOfASet = 0;

  void touch(const UnitWork::Cache &cache, double pixels, int64_t pitch) {
    double touched = pixels * std::min(1.0, double(pitch) / double(cache.line));
    int64_t apart = pitch % cache.line == 0 ? pitch / cache.line : 1;
    lines += touched;
    linesOfASet +=
        touched * double(std::gcd(apart, cache.sets)) / double(cache.sets);
  }
};
} // namespace

/// Lines of a cache that are missed if each channel is passed over alone.
/// Results are kept as narrow as operands: the next layer reads them so.
static double missedInPasses(const UnitWork::Cache &cache, const Layer &layer,
                             const Work &work) {
  double inputs = 1;
  for (int axis = 0; axis < 3; ++axis)
    inputs *= double(std::max<int64_t>(1, windowAxis(layer, axis).input()));
  auto outputs = double(positionsOf(layer));
  auto images = double(outputRowsOf(layer).images);
  double element = double(work.inputBytes) / double(work.inputElements);
  double channels = double(work.inputElements) / images / inputs;
  double results = double(work.outputElements) / images / outputs;
  ChannelPass pass;
  pass.touch(cache, inputs, int64_t(channels * element));
  pass.touch(cache, outputs, int64_t(results * element));
  return images * channels * pass.lines * cache.missedShare(pass.linesOfASet);
}

/// Of what is larger than a cache, some of what is read again was replaced
/// meanwhile: where that is by chance, the share that does not fit.
static double beyond(const UnitWork::Cache &cache, double bytes) {
  return std::max(0.0, 1 - cache.bytes() / std::max(bytes, 1.0));
}

void WorkTable::countUnits(const UnitWork &work, const Layer &layer) {
  units = work.evaluate(legalityValues(layer));
  double bytes = double(rawWork.inputBytes) + double(rawWork.weightBytes) +
                 double(rawWork.outputBytes);
  for (size_t i = 0; i < work.caches.size(); ++i) {
    const UnitWork::Cache &cache = work.caches[i];
    missed[i] = units.total[cache.unit] * beyond(cache, bytes);
    if (hasWindow(layer.kind))
      missedPass[i] = missedInPasses(cache, layer, rawWork);
  }
}

double WorkTable::unitValue(const Term &term) const {
  switch (term.count) {
  case CountKind::UnitBusy:
    return units.total[term.group];
  case CountKind::UnitFirst:
    return units.first[term.group];
  case CountKind::UnitLast:
    return units.last[term.group];
  case CountKind::UnitMissed:
    return term.group < kMaxCaches ? missed[term.group] : 0;
  case CountKind::UnitMissedPass:
    return term.group < kMaxCaches ? missedPass[term.group] : 0;
  case CountKind::UnitUncovered:
    return units.uncovered[term.group];
  case CountKind::UnitPipeline:
    return units.pipeline;
  default:
    return units.pace;
  }
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

double WorkTable::blockValue(const Term &term, const Work &work,
                             const Extent &extent) const {
  int64_t whole = term.count == CountKind::ChannelBlockMacs
                      ? work.macs
                      : work.outputElements;
  return double(whole) / double(extent.channels) *
         double(ceilDiv(extent.channels, kChannelBlocks[term.group]));
}

double WorkTable::bandValue(const Term &term, const Work &work,
                            const Extent &extent) const {
  Bands bands = cutIntoBands(extent.rows, work, extent.firstWeightBytes,
                             kBufferBytes[term.group]);
  switch (term.count) {
  case CountKind::Bands:
    return bands.count;
  case CountKind::BandWeightBytes:
    return bands.weightBytes;
  case CountKind::BandFirstWeightBytes:
    return bands.count * double(extent.firstWeightBytes) /
           double(extent.rows.weightSets);
  default:
    return bands.inputBytes;
  }
}

double WorkTable::lineValue(const Term &term, const Extent &extent) const {
  bool ofInput = term.count == CountKind::InputLines ||
                 term.count == CountKind::LineInputElements;
  auto lines = double(ofInput ? extent.inputLines : extent.outputLines);
  if (isLines(term.count))
    return lines;
  int64_t group = term.group ? kPositionGroups[term.group - 1] : 1;
  int64_t line = ofInput ? extent.inputLine : extent.outputLine;
  return lines * double(ceilDiv(line, group) * group);
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
    return unitValue(term);
  const Work &work = term.steps ? stepped(*term.steps) : rawWork;
  const Extent &extent =
      extents[term.steps ? static_cast<unsigned>(*term.steps) : kNumResources];
  if (isOfGroups(term.count))
    return groupValue(term.count, work, extent);
  if (isOfBlocks(term.count))
    return blockValue(term, work, extent);
  if (isOfBands(term.count))
    return bandValue(term, work, extent);
  if (isLines(term.count) || isInLines(term.count))
    return lineValue(term, extent);
  if (isFetchedAgain(term.count))
    return fetchedAgain(work, term.count);
  auto count = double(countOf(work, term.count));
  if (term.group == 0)
    return count;
  auto positions = double(extent.positions);
  int64_t group = kPositionGroups[term.group - 1];
  return count / positions * double(ceilDiv(extent.positions, group) * group);
}
