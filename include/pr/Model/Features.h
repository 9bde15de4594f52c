// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a forest is asked with: one float32 per feature, NaN where a layer has
// no such thing. This is the only definition; training calls it through Python,
// bundles store the names.
//
//   log_oc                  scale of a dimension
//   twos_oc                 how often 2 divides it
//   fill_compute_oc         share of the plateau of a step that is used
//   log_macs, log_macs@compute, intensity, log_total_bytes
//   log_macs_per_weight     how often each is used; @compute: after rounding
//   operand0_bits, is_float, layout, op, epilogue_relu, tile_oc
//   log_base, base_branch, base_lead
//   base_share_0            a branch of the base against the winner
#ifndef PR_MODEL_FEATURES_H
#define PR_MODEL_FEATURES_H

#include "pr/Model/Base.h"

#include <string>
#include <string_view>
#include <vector>

namespace pr {

/// A number's scale: its binary logarithm, linear between powers of two, so
/// that it is the same on every machine and costs no call. Precondition: value
/// > 0.
float logScale(double value);

/// How one feature is computed. The meaning of `index` depends on `source`.
struct Feature {
  enum class Source : uint8_t {
    LogDim,
    Option,
    Twos,
    Fill,          ///< of dimension `index` on the steps of `resource`
    FillPositions, ///< in groups of kPositionGroups[index]
    LogCount,
    LogSteppedCount,
    LogUnit,        ///< how long unit `index` of the description is busy
    UncoveredShare, ///< of the base, by place in kReadFactors
    Intensity,
    TypeBits, ///< 0, 1: operands; 2: result
    IsFloat,
    Layout,
    Epilogue,
    Tile,
    LogTileCount,
    LogBase,
    BaseBranch,
    BaseLead,
    TotalBytes,
    MacsPer,        ///< element of the result, weights, input: 0, 1, 2
    SteppedMacsPer, ///< after rounding on the steps of `resource`
    BaseShare,      ///< of branch `index`
  };
  Source source = Source::LogDim;
  uint8_t index = 0;
  Resource resource = Resource::Compute;
};

/// The features that a forest reads, in its order.
class FeatureSet {
public:
  FeatureSet() = default;
  /// Error: a name that layers of this lattice do not have.
  static Expected<FeatureSet> create(const Lattice &lattice,
                                     const std::vector<std::string> &names);

  /// Writes size() values. `layer` is a query point, the others are its.
  void compute(const Lattice &lattice, const Layer &layer,
               const WorkTable &work, const BaseValue &base, float *out) const;

  size_t size() const { return features.size(); }
  const std::vector<std::string> &names() const { return nameList; }
  /// The roundings that compute() reads.
  ResourceMask resources() const;

private:
  std::vector<Feature> features;
  std::vector<std::string> nameList;
};

/// The names of all features of the kind on this lattice, in order.
std::vector<std::string> allFeatureNames(const Lattice &lattice);

} // namespace pr

#endif // PR_MODEL_FEATURES_H
