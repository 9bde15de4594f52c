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
//   launch                 1
#ifndef PR_MODEL_TERMS_H
#define PR_MODEL_TERMS_H

#include "pr/Lattice/Lattice.h"
#include "pr/Layer/Work.h"

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
};
inline constexpr unsigned kNumCounts = 13;
inline constexpr int64_t kBurstBytes = 64;

std::string_view toString(CountKind count);
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

/// Which roundings of a layer are needed: bit i is resource i.
using ResourceMask = uint8_t;
inline constexpr ResourceMask kAllResources = (1u << kNumResources) - 1;
inline ResourceMask maskOf(Resource resource) {
  return ResourceMask(1u << static_cast<unsigned>(resource));
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
    return static_cast<double>(
        countOf(term.steps ? stepped(*term.steps) : rawWork, term.count));
  }

private:
  Work rawWork;
  std::array<Work, kNumResources> steppedWork;
};

} // namespace pr

#endif // PR_MODEL_TERMS_H
