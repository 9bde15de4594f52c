// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work terms: the counts an analytic latency is a sum of. A term is a count of
// pr::Work and the resource whose steps round the layer before it is counted
// (or none: the raw count). Which terms a layer kind has depends on the kind
// and its lattice, never on a target.
//
//   useful_macs@compute    multiply-accumulates off padding, after rounding the
//                          layer up on the steps of the compute resource
//   weight_bytes           of the layer as it is
//   first_weight_bytes     what must be there before the first result can be
//                          computed: the weights of the first group of output
//                          channels (one plateau of their narrowest step), and
//                          first_input_bytes, the rows its window reads
//   bytes_over_256k        of all tensors together, beyond a size: what leaves
//   a
//                          cache; the kind's own list, not a target's
//   launch                 1
#ifndef PR_MODEL_TERMS_H
#define PR_MODEL_TERMS_H

#include "pr/Lattice/Lattice.h"
#include "pr/Layer/Work.h"
#include "pr/Model/TileCounts.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pr {

enum class CountKind : uint8_t {
  Launch, ///< once per layer
  Macs,
  UsefulMacs,
  Operations,
  OutputElements,
  InputElements,
  WeightElements,
  OutputBytes,
  InputBytes,
  WeightBytes,
  OutputBursts, ///< of kBurstBytes, the last one rounded up; so the next two
  InputBursts,
  WeightBursts,
  FirstWeightBytes, ///< before the first result; so the next one
  FirstInputBytes,
  BytesOver16K, ///< of all tensors; each threshold is four times the last
  BytesOver64K,
  BytesOver256K,
  BytesOver1M,
  BytesOver4M,
  BytesOver16M,
  BytesOver64M,
  FirstTileCount, ///< the counts of TileCounts.h in their order, from here on
};
inline constexpr unsigned kFirstTileCount =
    static_cast<unsigned>(CountKind::FirstTileCount);
inline constexpr unsigned kNumCounts = kFirstTileCount + kNumTileCounts;
inline constexpr int64_t kBurstBytes = 64;

std::string_view toString(CountKind count);
inline bool isFirst(CountKind count) {
  return count == CountKind::FirstWeightBytes ||
         count == CountKind::FirstInputBytes;
}
inline bool isBytesOver(CountKind count) {
  return count >= CountKind::BytesOver16K && count <= CountKind::BytesOver64M;
}
inline bool isOfTiles(CountKind count) {
  return count >= CountKind::FirstTileCount;
}
/// Precondition: not a count of the first group or of tiles, which a WorkTable
/// knows.
int64_t countOf(const Work &work, CountKind count);
/// Whether layers of this kind have such a count at all.
bool hasCount(LayerKind kind, CountKind count);

struct Term {
  CountKind count = CountKind::Launch;
  /// The resource whose steps round the layer first; nullopt: raw.
  std::optional<Resource> steps;

  friend bool operator==(const Term &a, const Term &b) {
    return a.count == b.count && a.steps == b.steps;
  }
};

std::string toString(const Term &term);
Expected<Term> parseTerm(std::string_view name);

/// Every term worth fitting for layers on this lattice: each count of the kind,
/// rounded on each resource that has steps, and raw.
std::vector<Term> candidateTerms(const Lattice &lattice);

/// Which roundings of a layer are needed: bit i is resource i. Above them, in
/// the same order, those of the first group; the last bit is the first group of
/// the layer as it is.
using ResourceMask = uint16_t;
inline constexpr ResourceMask kAllResources =
    (1u << (2 * kNumResources + 1)) - 1;
inline ResourceMask maskOf(Resource resource) {
  return ResourceMask(1u << static_cast<unsigned>(resource));
}
inline ResourceMask maskOf(const Term &term) {
  unsigned place = isFirst(term.count) ? kNumResources : 0;
  if (term.steps)
    return ResourceMask(1u << (place + static_cast<unsigned>(*term.steps)));
  return place ? ResourceMask(1u << (2 * kNumResources)) : ResourceMask(0);
}

/// The counts of one layer, raw and on the steps of each resource.
class WorkTable {
public:
  /// Of a canonical layer; resources outside the mask are left at zero.
  static WorkTable compute(const Lattice &lattice, const Layer &layer,
                           ResourceMask mask = kAllResources);

  const Work &raw() const { return rawWork; }
  const Work &stepped(Resource resource) const {
    return steppedWork[static_cast<unsigned>(resource)];
  }
  double value(const Term &term) const {
    if (isOfTiles(term.count))
      return tiles[static_cast<unsigned>(term.count) - kFirstTileCount];
    if (isFirst(term.count)) {
      const FirstGroup &group =
          firstGroups[term.steps ? static_cast<unsigned>(*term.steps)
                                 : kNumResources];
      return static_cast<double>(term.count == CountKind::FirstWeightBytes
                                     ? group.weightBytes
                                     : group.inputBytes);
    }
    return static_cast<double>(
        countOf(term.steps ? stepped(*term.steps) : rawWork, term.count));
  }

private:
  struct FirstGroup {
    int64_t weightBytes = 0, inputBytes = 0;
  };
  static FirstGroup firstGroupOf(const Layer &layer, const Lattice &lattice);

  Work rawWork;
  TileCounts tiles{};
  /// By resource; the last one of the layer as it is.
  std::array<FirstGroup, kNumResources + 1> firstGroups{};
  std::array<Work, kNumResources> steppedWork;
};

} // namespace pr

#endif // PR_MODEL_TERMS_H
