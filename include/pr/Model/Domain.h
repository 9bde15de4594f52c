// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a model may be trusted: the hull of the layers it was trained on.
#ifndef PR_MODEL_DOMAIN_H
#define PR_MODEL_DOMAIN_H

#include "pr/Layer/Work.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace pr {

/// Element types of a layer, as a set holds them.
struct TypeSignature {
  TypeList operands, results;
  friend bool operator==(const TypeSignature &a, const TypeSignature &b) {
    return a.operands == b.operands && a.results == b.results;
  }
};

/// A plain value. All layers are query points.
struct Domain {
  LayerKind kind = LayerKind::MatMul;
  /// Smallest and largest extent of each dimension; of options, 0 and the bit
  /// set of the values seen.
  std::array<std::pair<int64_t, int64_t>, kMaxDims> dims{};
  /// Smallest and largest of the counts that kCountNames lists.
  static constexpr std::array<const char *, 5> kCountNames = {
      "macs", "operations", "input_bytes", "weight_bytes", "output_bytes"};
  std::array<std::pair<int64_t, int64_t>, kCountNames.size()> counts{};
  std::vector<TypeSignature> types;
  std::vector<Layout> layouts;
  std::vector<Epilogue> epilogues;
  bool schedules = false; ///< some layer had a schedule

  /// The hull. Precondition: at least one layer, all of one kind.
  static Domain hullOf(const std::vector<Layer> &layers);

  /// How far outside a layer lies, in octaves of the dimension or count that is
  /// farthest out; 0 inside. A count may leave its range by a quarter octave:
  /// samples do not reach the corners of a hull.
  double distance(const Layer &layer, const Work &work) const;
  /// Types and options as in training.
  bool knowsTypes(const Layer &layer) const;
  bool knowsOptions(const Layer &layer) const;
  bool knowsLayout(Layout layout) const;
  bool knowsEpilogue(const Epilogue &epilogue) const;
};

} // namespace pr

#endif // PR_MODEL_DOMAIN_H
