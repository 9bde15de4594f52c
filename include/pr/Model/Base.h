// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The analytic part of a prediction: latency = max over branches of a sum of
// work terms with non-negative weights. Each branch is what one bottleneck
// costs (compute, weight traffic ...); the slowest one wins. Weights are in the
// target's unit, cycles or picoseconds, per count. Layers that a target runs in
// a way of their own may have a maximum of their own.
#ifndef PR_MODEL_BASE_H
#define PR_MODEL_BASE_H

#include "pr/Model/Terms.h"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace pr {

struct WeightedTerm {
  Term term;
  double weight = 0;
};

/// A sum.
using Branch = std::vector<WeightedTerm>;
using Branches = std::vector<Branch>;

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
  Branches branches;
  /// In place of those, of layers of these cases; never of LayerCase::Any.
  std::map<LayerCase, Branches> cases;

  const Branches &branchesOf(LayerCase layerCase) const;
  BaseValue evaluate(const WorkTable &work) const;
  /// The roundings that evaluate() reads.
  ResourceMask resources() const;
  /// "max(1 + 0.015625 useful_macs@compute, 0.5 weight_bytes)"; with cases,
  /// "pointwise: 2 macs; otherwise: 3 macs".
  std::string print() const;

  /// JSON text and back: {"branches": [{"launch": 1.0, ...}]}; with cases,
  /// {"cases": {"pointwise": [...], "otherwise": [...]}}.
  std::string toJson() const;
  static Expected<Base> fromJson(std::string_view json, LayerKind kind);
};

} // namespace pr

#endif // PR_MODEL_BASE_H
