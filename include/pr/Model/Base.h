// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The analytic part of a prediction: latency = max over branches of a sum of
// work terms with non-negative weights. Each branch is what one bottleneck
// costs (compute, weight traffic ...); the slowest one wins. Weights are in the
// target's unit, cycles or picoseconds, per count.
#ifndef PR_MODEL_BASE_H
#define PR_MODEL_BASE_H

#include "pr/Model/Terms.h"

#include <array>
#include <string>
#include <vector>

namespace pr {

struct WeightedTerm {
  Term term;
  double weight = 0;
};

/// Branches that features can tell apart; a fit has no more.
inline constexpr unsigned kNamedBranches = 6;

/// What a base says about one layer.
struct BaseValue {
  double latency = 0;
  /// The branch that wins, and by which factor it exceeds the next one; 0 where
  /// there is no next one.
  unsigned branch = 0;
  double lead = 0;
  /// What each branch says; 0 where there is none.
  std::array<double, kNamedBranches> branches{};
};

struct Base {
  LayerKind kind = LayerKind::MatMul;
  std::vector<std::vector<WeightedTerm>> branches;

  BaseValue evaluate(const WorkTable &work) const;
  /// The roundings that evaluate() reads.
  ResourceMask resources() const;
  /// "max(1 + 0.015625 useful_macs@compute, 0.5 weight_bytes)".
  std::string print() const;

  /// JSON text and back: {"branches": [{"launch": 1.0, ...}]}.
  std::string toJson() const;
  static Expected<Base> fromJson(std::string_view json, LayerKind kind);
};

} // namespace pr

#endif // PR_MODEL_BASE_H
