// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/TermSets.h"

#include <algorithm>

using namespace pr;

/// The main count of the kind, its tensors' bytes and a launch: what a few
/// dozen noisy measurements can carry.
static bool isLean(const Term &term) {
  if (term.group > 0)
    return false;
  switch (term.count) {
  case CountKind::Launch:
  case CountKind::Macs:
  case CountKind::Operations:
  case CountKind::OutputBytes:
  case CountKind::InputBytes:
  case CountKind::WeightBytes:
    return true;
  default:
    return false;
  }
}

/// Of memories too small for a layer: beyond a size, or once more for every so
/// much of the other operand.
static bool isOfCapacity(CountKind count) {
  return isBytesOver(count) || isFetchedAgain(count);
}

static bool contains(const std::vector<Term> &terms, const Term &term) {
  return std::find(terms.begin(), terms.end(), term) != terms.end();
}

TermSet pr::unite(const TermSet &a, const TermSet &b) {
  TermSet result{a.name + "+" + b.name, a.terms};
  for (const Term &term : b.terms)
    if (!contains(result.terms, term))
      result.terms.push_back(term);
  return result;
}

std::vector<TermSet> pr::termSets(const Lattice &lattice, bool hasTiles) {
  TermSet lean{"lean", {}}, stepped{"stepped", {}}, cached{"cached", {}},
      full{"all", {}}, tiled{"tiled", {}}, both{"all+tiled", {}},
      units{"units", {{CountKind::Launch, std::nullopt}}};
  for (const Term &term : candidateTerms(lattice)) {
    if (isOfUnits(term.count))
      units.terms.push_back(term);
    if (term.group > 0 || isOfUnits(term.count) || isOfBands(term.count) ||
        isOfBlocks(term.count))
      continue;
    bool isPlain = !isOfCapacity(term.count) && !isOfTiles(term.count);
    if (isLean(term))
      lean.terms.push_back(term);
    if (isLean(term) || isOfCapacity(term.count))
      cached.terms.push_back(term);
    if ((isPlain && term.steps) || term.count == CountKind::Launch)
      stepped.terms.push_back(term);
    if (isLean(term) || isOfTiles(term.count))
      tiled.terms.push_back(term);
    if (isPlain)
      full.terms.push_back(term);
    if (isPlain || isOfTiles(term.count))
      both.terms.push_back(term);
  }
  std::vector<TermSet> sets = {lean};
  if (!lattice.isTrivial())
    sets.push_back(stepped);
  sets.push_back(full);
  sets.push_back(cached);
  if (hasTiles)
    sets.insert(sets.end(), {tiled, both});
  if (lattice.unitWork)
    sets.insert(sets.end(), {units, unite(units, both)});
  return sets;
}

/// What an engine counts that takes so many positions at a time.
static TermSet positionsSet(const std::vector<Term> &terms, uint8_t group) {
  TermSet set{"positions/" + std::to_string(kPositionGroups[group - 1]), {}};
  for (const Term &term : terms)
    if (term.group == group && !isOfUnits(term.count) &&
        !isOfBands(term.count) && !isOfBlocks(term.count))
      set.terms.push_back(term);
  return set;
}

/// Of a buffer of one size, that layers are cut for.
static TermSet bandsSet(const std::vector<Term> &terms, uint8_t place) {
  TermSet set{toString({CountKind::Bands, std::nullopt, place}), {}};
  for (const Term &term : terms)
    if (isOfBands(term.count) && term.group == place)
      set.terms.push_back(term);
  return set;
}

/// Of blocks of so many output channels.
static TermSet blocksSet(const std::vector<Term> &terms, uint8_t place) {
  TermSet set{"channel_blocks/" + std::to_string(kChannelBlocks[place]), {}};
  for (const Term &term : terms)
    if (isOfBlocks(term.count) && term.group == place)
      set.terms.push_back(term);
  return set;
}

std::vector<TermSet> pr::additions(const Lattice &lattice) {
  std::vector<Term> terms = candidateTerms(lattice);
  TermSet capacity{"capacity", {}};
  for (const Term &term : terms)
    if (isOfCapacity(term.count))
      capacity.terms.push_back(term);
  std::vector<TermSet> sets = {capacity};
  if (hasPositions(lattice.kind))
    for (uint8_t group = 1; group <= kNumPositionGroups; ++group)
      sets.push_back(positionsSet(terms, group));
  if (hasBands(lattice.kind))
    for (uint8_t place = 0; place < kNumBufferSizes; ++place)
      sets.push_back(bandsSet(terms, place));
  if (looksForBlocks(lattice))
    for (uint8_t place = 0; place < kNumChannelBlocks; ++place)
      sets.push_back(blocksSet(terms, place));
  return sets;
}
