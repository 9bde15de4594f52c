// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Terms.h"

#include "pr/Layer/Window.h"

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
                                                   "line_input_elements",
                                                   "line_output_elements",
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
                                                   "channel_block_macs",
                                                   "channel_block_results",
                                                   "bands",
                                                   "band_weight_bytes",
                                                   "band_first_weight_bytes",
                                                   "band_input_bytes",
                                                   "unit_busy",
                                                   "unit_first",
                                                   "unit_last",
                                                   "unit_missed",
                                                   "unit_missed_pass",
                                                   "unit_pace",
                                                   "unit_uncovered",
                                                   "unit_pipeline"};
static_assert(std::size(kCountNames) == kFirstTileCount, "one name each");

static std::string_view nameOf(unsigned count) {
  return count < kFirstTileCount ? kCountNames[count]
                                 : kTileCountNames[count - kFirstTileCount];
}

std::string_view pr::toString(CountKind count) {
  return nameOf(static_cast<unsigned>(count));
}

/// Whether results of the kind have channels that share operands.
static bool hasChannelBlocks(LayerKind kind) {
  return kind == LayerKind::MatMul || kindInfo(kind).findDim("oc");
}

bool pr::looksForBlocks(const Lattice &lattice) {
  return hasChannelBlocks(lattice.kind) && !lattice.unitWork;
}

bool pr::hasCount(LayerKind kind, CountKind count) {
  if (isOfTiles(count))
    return hasTileCounts(kind);
  bool multiplies = kindInfo(kind).operandTypes == 2;
  if (isFetchedAgain(count) || isOfGroups(count))
    return multiplies;
  if (isOfBlocks(count))
    return hasChannelBlocks(kind);
  if (isOfBands(count))
    return hasBands(kind);
  if (isLines(count) || isInLines(count))
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

bool pr::countsPositions(CountKind count) {
  return count == CountKind::Macs || count == CountKind::OutputElements ||
         isInLines(count) || isOfTiles(count);
}

namespace {
/// What a term may say behind its slash.
struct Places {
  /// What a place is, around its name: "blocks of '20' output channels".
  std::string_view before, after;
  unsigned count;
  std::string (*name)(unsigned place);
  /// Term::group of the first place; what is below may be left out.
  uint8_t first;
};
} // namespace

static const Places kUnitPlaces = {
    "unit ", "", kMaxUnits, [](unsigned i) { return std::to_string(i); }, 0};
static const Places kReadPlaces = {
    "reads that take ", " times as long", kNumReadFactors,
    [](unsigned i) { return std::to_string(kReadFactors[i]); }, 0};
/// As in 128k or 1m.
static const Places kBufferPlaces = {
    "a buffer of ", "", kNumBufferSizes,
    [](unsigned i) {
      int64_t kilobytes = kBufferBytes[i] >> 10;
      return kilobytes < 1024 ? std::to_string(kilobytes) + "k"
                              : std::to_string(kilobytes >> 10) + "m";
    },
    0};
static const Places kBlockPlaces = {
    "blocks of ", " output channels", kNumChannelBlocks,
    [](unsigned i) { return std::to_string(kChannelBlocks[i]); }, 0};
static const Places kPositionPlaces = {
    "groups of ", " output positions", kNumPositionGroups,
    [](unsigned i) { return std::to_string(kPositionGroups[i]); }, 1};

/// Null for a count without.
static const Places *placesOf(CountKind count) {
  if (count == CountKind::UnitPace || count == CountKind::UnitPipeline)
    return nullptr;
  if (count == CountKind::UnitUncovered)
    return &kReadPlaces;
  if (isOfUnits(count))
    return &kUnitPlaces;
  if (isOfBands(count))
    return &kBufferPlaces;
  if (isOfBlocks(count))
    return &kBlockPlaces;
  return countsPositions(count) ? &kPositionPlaces : nullptr;
}

std::string pr::toString(const Term &term) {
  std::string name(toString(term.count));
  if (term.steps)
    name += "@" + std::string(toString(*term.steps));
  const Places *places = placesOf(term.count);
  if (places && term.group >= places->first)
    name += "/" + places->name(term.group - places->first);
  return name;
}

/// "4, 8 or 16"; of many, how many there are.
static std::string namesOf(const Places &places) {
  constexpr unsigned kMostListed = 8;
  if (places.count > kMostListed)
    return "a number below " + std::to_string(places.count);
  std::string names = places.name(0);
  for (unsigned i = 1; i < places.count; ++i)
    names += (i + 1 < places.count ? ", " : " or ") + places.name(i);
  return names;
}

static Expected<uint8_t> parsePlace(const Places &places,
                                    std::string_view text) {
  for (unsigned i = 0; i < places.count; ++i)
    if (text == places.name(i))
      return uint8_t(i + places.first);
  return invalidInput(std::string(places.before) + "'" + std::string(text) +
                      "'" + std::string(places.after) + ", expected " +
                      namesOf(places));
}

static std::optional<CountKind> parseCount(std::string_view name) {
  for (unsigned i = 0; i < kNumCounts; ++i)
    if (nameOf(i) == name)
      return static_cast<CountKind>(i);
  return std::nullopt;
}

Expected<Term> pr::parseTerm(std::string_view name) {
  auto error = [&](const std::string &message) {
    return invalidInput("work term '" + std::string(name) + "': " + message);
  };
  size_t slash = name.find('/');
  std::string_view rest = name.substr(0, slash);
  size_t at = rest.find('@');
  auto count = parseCount(rest.substr(0, at));
  const Places *places = count ? placesOf(*count) : nullptr;
  bool hasPlace = slash != std::string_view::npos;
  bool needsPlace = places && places->first == 0;
  if (!count || (hasPlace ? !places : needsPlace))
    return invalidInput("unknown work term '" + std::string(name) + "'");
  Term term{*count};
  if (at != std::string_view::npos) {
    auto resource = parseResource(rest.substr(at + 1));
    if (!resource)
      return error(resource.error().message);
    term.steps = *resource;
  }
  if (hasPlace) {
    auto place = parsePlace(*places, name.substr(slash + 1));
    if (!place)
      return error(place.error().message);
    term.group = *place;
  }
  return term;
}

/// How many terms a count of units has.
static size_t numUnits(const Lattice &lattice, CountKind count) {
  if (!lattice.unitWork)
    return 0;
  const UnitWork &work = *lattice.unitWork;
  switch (count) {
  case CountKind::UnitMissed:
    return work.caches.size();
  case CountKind::UnitMissedPass:
    return hasWindow(lattice.kind) ? work.caches.size() : 0;
  case CountKind::UnitPace:
    return std::min<size_t>(work.unitNames.size(), 1);
  case CountKind::UnitUncovered:
    return work.readsInStreams ? kNumReadFactors : 0;
  case CountKind::UnitPipeline:
    return work.readsInPasses ? 1 : 0;
  default:
    return work.unitNames.size();
  }
}

std::vector<Term> pr::candidateTerms(const Lattice &lattice) {
  std::vector<Term> terms = {{CountKind::Launch, std::nullopt}};
  for (unsigned i = 1; i < kNumCounts; ++i) {
    auto count = static_cast<CountKind>(i);
    if (!hasCount(lattice.kind, count))
      continue;
    if (isOfBlocks(count) && !looksForBlocks(lattice))
      continue;
    if (isOfUnits(count)) {
      size_t units = numUnits(lattice, count);
      for (size_t unit = 0; unit < units; ++unit)
        terms.push_back({count, std::nullopt, uint8_t(unit)});
      continue;
    }
    // Stepped before raw: of two counts that are equal on all measured layers
    // the fit keeps the first. A cache holds what is there, not padding, and
    // tiles have steps of their own.
    bool isRaw =
        isBytesOver(count) || isFetchedAgain(count) || isOfTiles(count);
    const Places *places = placesOf(count);
    bool isCut =
        places && (places != &kPositionPlaces || hasPositions(lattice.kind));
    unsigned last = isCut ? places->first + places->count - 1 : 0;
    for (uint8_t group = isInLines(count) ? 1 : 0; group <= last; ++group) {
      for (unsigned r = 0; r < kNumResources && !isRaw; ++r)
        if (lattice.hasSteps(static_cast<Resource>(r)))
          terms.push_back({count, static_cast<Resource>(r), group});
      terms.push_back({count, std::nullopt, group});
    }
  }
  return terms;
}
