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

/// The counts of one sort, of one size of group, buffer or block.
static TermSet setOf(std::string name, const std::vector<Term> &terms,
                     bool (*isWanted)(CountKind), uint8_t group) {
  TermSet set{std::move(name), {}};
  for (const Term &term : terms)
    if (isWanted(term.count) && term.group == group)
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
    for (uint8_t i = 0; i < kNumPositionGroups; ++i)
      sets.push_back(setOf("positions/" + std::to_string(kPositionGroups[i]),
                           terms, countsPositions, i + 1));
  if (hasBands(lattice.kind))
    for (uint8_t i = 0; i < kNumBufferSizes; ++i)
      sets.push_back(setOf(toString({CountKind::Bands, std::nullopt, i}), terms,
                           isOfBands, i));
  if (looksForBlocks(lattice))
    for (uint8_t i = 0; i < kNumChannelBlocks; ++i)
      sets.push_back(
          setOf("channel_blocks/" + std::to_string(kChannelBlocks[i]), terms,
                isOfBlocks, i));
  return sets;
}
