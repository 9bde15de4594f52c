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
                                                   "unit_uncovered"};
static_assert(std::size(kCountNames) == kFirstTileCount, "one name each");

static std::string_view nameOf(unsigned count) {
  return count < kFirstTileCount ? kCountNames[count]
                                 : kTileCountNames[count - kFirstTileCount];
}

std::string_view pr::toString(CountKind count) {
  return nameOf(static_cast<unsigned>(count));
}

bool pr::hasChannelBlocks(LayerKind kind) {
  return kind == LayerKind::MatMul || kindInfo(kind).findDim("oc");
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

/// As in 128k or 1m.
static std::string bufferName(unsigned place) {
  int64_t kilobytes = kBufferBytes[place] >> 10;
  return kilobytes < 1024 ? std::to_string(kilobytes) + "k"
                          : std::to_string(kilobytes >> 10) + "m";
}

std::string pr::toString(const Term &term) {
  std::string name(toString(term.count));
  if (term.steps)
    name += "@" + std::string(toString(*term.steps));
  if (term.count == CountKind::UnitUncovered)
    name += "/" + std::to_string(kReadFactors[term.group]);
  else if (isOfUnits(term.count) && term.count != CountKind::UnitPace)
    name += "/" + std::to_string(term.group);
  else if (isOfBands(term.count))
    name += "/" + bufferName(term.group);
  else if (isOfBlocks(term.count))
    name += "/" + std::to_string(kChannelBlocks[term.group]);
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

static Expected<uint8_t> parseReadFactor(std::string_view text) {
  for (unsigned i = 0; i < kNumReadFactors; ++i)
    if (text == std::to_string(kReadFactors[i]))
      return uint8_t(i);
  return invalidInput("reads that take '" + std::string(text) +
                      "' times as long, expected 1, 2, 4 or 8");
}

static Expected<uint8_t> parseGroup(std::string_view text) {
  for (unsigned i = 0; i < kNumPositionGroups; ++i)
    if (text == std::to_string(kPositionGroups[i]))
      return uint8_t(i + 1);
  return invalidInput("groups of '" + std::string(text) +
                      "' output positions, expected 4, 8, 16, 32, 64 or 128");
}

static Expected<uint8_t> parseBuffer(std::string_view text) {
  for (unsigned i = 0; i < kNumBufferSizes; ++i)
    if (text == bufferName(i))
      return uint8_t(i);
  return invalidInput("a buffer of '" + std::string(text) +
                      "', expected 32k, 64k, 128k, 256k, 512k or 1m");
}

static Expected<uint8_t> parseBlock(std::string_view text) {
  for (unsigned i = 0; i < kNumChannelBlocks; ++i)
    if (text == std::to_string(kChannelBlocks[i]))
      return uint8_t(i);
  return invalidInput("blocks of '" + std::string(text) +
                      "' output channels, expected 16, 24, 32, 48, 64 or 128");
}

/// What follows the slash, by the name before it.
static Expected<uint8_t> parsePlace(std::string_view name,
                                    std::string_view text) {
  if (name.substr(0, 14) == "unit_uncovered")
    return parseReadFactor(text);
  if (name.substr(0, 5) == "unit_")
    return parseUnit(text);
  if (name.substr(0, 14) == "channel_block_")
    return parseBlock(text);
  return name.substr(0, 4) == "band" ? parseBuffer(text) : parseGroup(text);
}

Expected<Term> pr::parseTerm(std::string_view name) {
  Term term;
  std::string_view rest = name;
  size_t slash = rest.find('/');
  if (slash != std::string_view::npos) {
    auto group = parsePlace(rest, rest.substr(slash + 1));
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
      if ((isOfBands(term.count) || isOfBlocks(term.count)) &&
          slash == std::string_view::npos)
        break; // of which size?
      return term;
    }
  return invalidInput("unknown work term '" + std::string(name) + "'");
}

/// Counts that grow with positions.
static bool countsPositions(CountKind count) {
  return count == CountKind::Macs || count == CountKind::OutputElements ||
         isInLines(count) || isOfTiles(count);
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
  default:
    return work.unitNames.size();
  }
}

std::vector<Term> pr::candidateTerms(const Lattice &lattice) {
  std::vector<Term> terms = {{CountKind::Launch, std::nullopt}};
  unsigned groups = hasPositions(lattice.kind) ? kNumPositionGroups : 0;
  for (unsigned i = 1; i < kNumCounts; ++i) {
    auto count = static_cast<CountKind>(i);
    if (!hasCount(lattice.kind, count))
      continue;
    // What a described machine keeps in registers, its units say.
    if (isOfBlocks(count) && lattice.unitWork)
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
    unsigned last = isOfBands(count)         ? kNumBufferSizes - 1
                    : isOfBlocks(count)      ? kNumChannelBlocks - 1
                    : countsPositions(count) ? groups
                                             : 0;
    for (uint8_t group = isInLines(count) ? 1 : 0; group <= last; ++group) {
      for (unsigned r = 0; r < kNumResources && !isRaw; ++r)
        if (lattice.hasSteps(static_cast<Resource>(r)))
          terms.push_back({count, static_cast<Resource>(r), group});
      terms.push_back({count, std::nullopt, group});
    }
  }
  return terms;
}
