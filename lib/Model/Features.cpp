// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Features.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace pr;

using Source = Feature::Source;

static constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

float pr::logScale(double value) {
  // The bits of a double are its exponent and, behind it, how far it is on the
  // way to the next power of two.
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  constexpr int64_t bias = int64_t(1023) << 52;
  constexpr double unit = double(int64_t(1) << 52);
  return static_cast<float>(double(int64_t(bits) - bias) / unit);
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

namespace {
struct NamedFeature {
  std::string name;
  Feature feature;
};

/// Collects the features of a lattice in their order.
class FeatureList {
public:
  explicit FeatureList(const Lattice &lattice)
      : lattice(lattice), info(kindInfo(lattice.kind)) {
    addDims();
    addFills();
    addCounts();
    addAttributes();
    add("log_base", Source::LogBase);
    add("base_branch", Source::BaseBranch);
    add("base_lead", Source::BaseLead);
    addRatios();
  }

  std::vector<NamedFeature> items;

private:
  void add(std::string name, Source source, unsigned index = 0,
           Resource resource = Resource::Compute) {
    items.push_back(
        {std::move(name), {source, static_cast<uint8_t>(index), resource}});
  }
  void addDims();
  void addFills();
  void addCounts();
  void addAttributes();
  void addRatios();

  const Lattice &lattice;
  const KindInfo &info;
};
} // namespace

void FeatureList::addDims() {
  for (unsigned i = 0; i < info.dims.size(); ++i) {
    std::string name(info.dims[i].name);
    if (info.dims[i].role == DimRole::Option)
      add(name, Source::Option, i);
    else
      add("log_" + name, Source::LogDim, i);
  }
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (info.dims[i].role == DimRole::Extent ||
        info.dims[i].role == DimRole::Output)
      add("twos_" + std::string(info.dims[i].name), Source::Twos, i);
}

void FeatureList::addFills() {
  for (unsigned r = 0; r < kNumResources; ++r)
    for (unsigned i = 0; i < info.dims.size(); ++i) {
      auto resource = static_cast<Resource>(r);
      auto steps = [&](const Step &step) {
        return step.resource == resource && step.dim == i && step.width > 1;
      };
      if (std::any_of(lattice.steps.begin(), lattice.steps.end(), steps))
        add("fill_" + std::string(toString(resource)) + "_" +
                std::string(info.dims[i].name),
            Source::Fill, i, resource);
    }
  for (unsigned i = 0; i < kNumPositionGroups && hasPositions(info.kind); ++i)
    add("fill_positions_" + std::to_string(kPositionGroups[i]),
        Source::FillPositions, i);
}

void FeatureList::addCounts() {
  // Launch is a constant, and bursts are bytes again for a tree.
  for (unsigned i = 0; i < kNumCounts; ++i) {
    auto count = static_cast<CountKind>(i);
    if (count == CountKind::Launch || count >= CountKind::OutputBursts ||
        !hasCount(lattice.kind, count))
      continue;
    std::string name = "log_" + std::string(toString(count));
    add(name, Source::LogCount, i);
    for (unsigned r = 0; r < kNumResources; ++r) {
      auto resource = static_cast<Resource>(r);
      if (lattice.hasSteps(resource))
        add(name + "@" + std::string(toString(resource)),
            Source::LogSteppedCount, i, resource);
    }
  }
  if (lattice.unitWork)
    for (unsigned i = 0; i < lattice.unitWork->unitNames.size(); ++i)
      add("log_unit_busy_" + lattice.unitWork->unitNames[i], Source::LogUnit,
          i);
  if (lattice.unitWork && lattice.unitWork->readsInStreams)
    for (unsigned i = 0; i < kNumReadFactors; ++i)
      add("uncovered_share_" + std::to_string(kReadFactors[i]),
          Source::UncoveredShare, i);
  add("intensity", Source::Intensity);
}

void FeatureList::addAttributes() {
  add("operand0_bits", Source::TypeBits, 0);
  if (info.operandTypes != 1)
    add("operand1_bits", Source::TypeBits, 1);
  add("result0_bits", Source::TypeBits, 2);
  add("is_float", Source::IsFloat);
  add("layout", Source::Layout);
  for (unsigned i = 0; i < kNumEpilogueOps; ++i)
    add("epilogue_" + std::string(toString(static_cast<EpilogueOp>(i))),
        Source::Epilogue, i);
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (mayHaveSteps(info.dims[i]))
      add("tile_" + std::string(info.dims[i].name), Source::Tile, i);
  for (unsigned i = 0; i < kNumTileCounts && hasTileCounts(info.kind); ++i)
    add("log_" + std::string(kTileCountNames[i]), Source::LogTileCount, i);
}

void FeatureList::addRatios() {
  add("log_total_bytes", Source::TotalBytes);
  constexpr std::string_view perElement[] = {"output", "weight", "input"};
  for (unsigned i = 0; i < 3 && hasCount(info.kind, CountKind::Macs); ++i) {
    std::string name = "log_macs_per_" + std::string(perElement[i]);
    add(name, Source::MacsPer, i);
    for (unsigned r = 0; r < kNumResources; ++r) {
      auto resource = static_cast<Resource>(r);
      if (lattice.hasSteps(resource))
        add(name + "@" + std::string(toString(resource)),
            Source::SteppedMacsPer, i, resource);
    }
  }
  for (unsigned i = 0; i < kNamedBranches; ++i)
    add("base_share_" + std::to_string(i), Source::BaseShare, i);
}

std::vector<std::string> pr::allFeatureNames(const Lattice &lattice) {
  std::vector<std::string> names;
  for (NamedFeature &item : FeatureList(lattice).items)
    names.push_back(std::move(item.name));
  return names;
}

Expected<FeatureSet> FeatureSet::create(const Lattice &lattice,
                                        const std::vector<std::string> &names) {
  FeatureList all(lattice);
  FeatureSet set;
  for (const std::string &name : names) {
    auto found = std::find_if(
        all.items.begin(), all.items.end(),
        [&](const NamedFeature &item) { return item.name == name; });
    if (found == all.items.end())
      return invalidInput("unknown feature '" + name + "' of " +
                          std::string(kindInfo(lattice.kind).name) +
                          " on this lattice");
    set.features.push_back(found->feature);
  }
  set.nameList = names;
  return set;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static float logDim(const Layer &layer, unsigned index) {
  // Where 0 is possible, everything is shifted by one.
  int64_t shift = layer.info().dims[index].minimum() == 0 ? 1 : 0;
  return logScale(double(layer[index] + shift));
}

static float twos(int64_t extent) {
  return extent <= 0 ? kMissing : float(__builtin_ctzll(uint64_t(extent)));
}

static float fill(const Lattice &lattice, const Layer &layer, unsigned index,
                  Resource resource) {
  int64_t last = 0;
  for (const Step &step : lattice.steps)
    if (step.resource == resource && step.dim == index && step.width > 1 &&
        step.covers(layer[index])) {
      int64_t point = step.lastPoint(layer[index]);
      last = last == 0 ? point : std::min(last, point);
    }
  return last == 0 ? kMissing : float(double(layer[index]) / double(last));
}

static float fillPositions(const Layer &layer, unsigned index) {
  int64_t positions = positionsOf(layer), group = kPositionGroups[index];
  return float(double(positions) /
               double((positions + group - 1) / group * group));
}

static float logCount(const Work &work, unsigned index) {
  int64_t count = countOf(work, static_cast<CountKind>(index));
  return count <= 0 ? kMissing : logScale(double(count));
}

static float intensity(const Work &work) {
  int64_t arithmetic = work.macs + work.operations;
  int64_t bytes = work.inputBytes + work.weightBytes + work.outputBytes;
  return arithmetic <= 0 || bytes <= 0
             ? kMissing
             : logScale(double(arithmetic) / double(bytes));
}

static float ratioScale(double above, double below) {
  return above <= 0 || below <= 0 ? kMissing : logScale(above / below);
}

static float macsPer(const Work &work, unsigned index) {
  const int64_t elements[] = {work.outputElements, work.weightElements,
                              work.inputElements};
  return ratioScale(double(work.macs), double(elements[index]));
}

static float typeBits(const Layer &layer, unsigned index) {
  const TypeList &types = index == 2 ? layer.results : layer.operands;
  unsigned place = index == 2 ? 0 : index;
  return place < types.size() ? float(types[place].bits) : kMissing;
}

static float epilogueCount(const Layer &layer, unsigned index) {
  float count = 0;
  for (EpilogueOp op : layer.epilogue)
    count += op == static_cast<EpilogueOp>(index) ? 1 : 0;
  return count;
}

static float tileExtent(const Layer &layer, unsigned index) {
  for (const ScheduleLoop &loop : layer.schedule.tile)
    if (loop.dim == index)
      return logScale(double(loop.extent));
  return kMissing;
}

static float computeFeature(const Feature &feature, const Lattice &lattice,
                            const Layer &layer, const WorkTable &work,
                            const BaseValue &base) {
  switch (feature.source) {
  case Source::LogDim:
    return logDim(layer, feature.index);
  case Source::Option:
    return float(layer[feature.index]);
  case Source::Twos:
    return twos(layer[feature.index]);
  case Source::Fill:
    return fill(lattice, layer, feature.index, feature.resource);
  case Source::FillPositions:
    return fillPositions(layer, feature.index);
  case Source::LogCount:
    return logCount(work.raw(), feature.index);
  case Source::LogSteppedCount:
    return logCount(work.stepped(feature.resource), feature.index);
  case Source::LogUnit:
    return ratioScale(
        work.value({CountKind::UnitBusy, std::nullopt, feature.index}), 1);
  case Source::UncoveredShare:
    return ratioScale(
        work.value({CountKind::UnitUncovered, std::nullopt, feature.index}),
        base.latency);
  case Source::Intensity:
    return intensity(work.raw());
  case Source::TypeBits:
    return typeBits(layer, feature.index);
  case Source::IsFloat:
    return layer.operands.empty() ? kMissing
                                  : float(layer.operands[0].isFloat());
  case Source::Layout:
    return layer.layout == Layout::Any ? kMissing : float(layer.layout);
  case Source::Epilogue:
    return epilogueCount(layer, feature.index);
  case Source::Tile:
    return tileExtent(layer, feature.index);
  case Source::LogTileCount:
    return ratioScale(
        work.value({static_cast<CountKind>(kFirstTileCount + feature.index),
                    std::nullopt}),
        1);
  case Source::LogBase:
    return base.latency > 0 ? logScale(base.latency) : kMissing;
  case Source::BaseBranch:
    return float(base.branch);
  case Source::BaseLead:
    return base.lead > 0 ? float(base.lead) : kMissing;
  case Source::TotalBytes:
    return ratioScale(double(work.raw().inputBytes) +
                          double(work.raw().weightBytes) +
                          double(work.raw().outputBytes),
                      1);
  case Source::MacsPer:
    return macsPer(work.raw(), feature.index);
  case Source::SteppedMacsPer:
    return macsPer(work.stepped(feature.resource), feature.index);
  case Source::BaseShare:
    return ratioScale(base.branches[feature.index], base.latency);
  }
  return kMissing;
}

void FeatureSet::compute(const Lattice &lattice, const Layer &layer,
                         const WorkTable &work, const BaseValue &base,
                         float *out) const {
  for (const Feature &feature : features)
    *out++ = computeFeature(feature, lattice, layer, work, base);
}

ResourceMask FeatureSet::resources() const {
  ResourceMask mask = 0;
  for (const Feature &feature : features)
    if (feature.source == Source::LogSteppedCount ||
        feature.source == Source::SteppedMacsPer)
      mask |= maskOf(feature.resource);
    else if (feature.source == Source::LogTileCount)
      mask |= ResourceMask(1u << kFirstTileBit);
    else if (feature.source == Source::LogUnit ||
             feature.source == Source::UncoveredShare)
      mask |= ResourceMask(1u << kUnitBit);
  return mask;
}
