// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kinds of layer as data: enumerators, dimension indices and the table that
// generic code (text form, documentation, Python) walks. All of it is made from
// LayerKinds.def.
#ifndef PR_LAYER_LAYERKIND_H
#define PR_LAYER_LAYERKIND_H

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pr {

enum class LayerKind : uint8_t {
#define LAYER_KIND(ID, NAME, DOC) ID,
#include "pr/Layer/LayerKinds.def"
};

/// Index of each dimension within Layer::dims: `layer[dim::conv2d::oc]`.
namespace dim {
#define LAYER_KIND(ID, NAME, DOC)                                              \
  namespace NAME {                                                             \
  enum Index : unsigned {
#define LAYER_DIM(NAME, ROLE, AXIS, DEFAULT, DOC) NAME,
#define LAYER_OPTION(NAME, VALUES, DEFAULT, DOC) NAME,
#define LAYER_KIND_END(OPERANDS, RESULTS)                                      \
  }                                                                            \
  ;                                                                            \
  }
#include "pr/Layer/LayerKinds.def"
} // namespace dim

/// The part a dimension plays, which decides its legal range and what generic
/// code may do with it.
enum class DimRole : uint8_t {
  Extent,   ///< a loop extent: at least 1
  Output,   ///< output extent of a window's axis: at least 1
  Kernel,   ///< taps of a window along its axis: at least 1
  Stride,   ///< at least 1
  Dilation, ///< at least 1
  PadLow,   ///< padding rows read before the input: at least 0
  PadHigh,  ///< padding rows read behind it: at least 0
  Count,    ///< a number of things per layer or element: at least 0
  Option,   ///< an enumerator of DimInfo::values
};

/// Default of a dimension that the text form must give.
inline constexpr int64_t kRequired = -1;

struct DimInfo {
  std::string_view name;
  DimRole role;
  /// Spatial axis 0 (depth), 1 (height), 2 (width), or -1.
  int axis;
  int64_t defaultValue;
  std::string_view doc;
  /// The names of an option's values, in order; empty otherwise.
  std::vector<std::string_view> values;

  int64_t minimum() const {
    return role == DimRole::PadLow || role == DimRole::PadHigh ||
                   role == DimRole::Count || role == DimRole::Option
               ? 0
               : 1;
  }
};

struct KindInfo {
  LayerKind kind;
  std::string_view name;
  std::string_view doc;
  std::vector<DimInfo> dims;
  /// Numbers of element types; -1: any number from one.
  int operandTypes;
  int resultTypes;

  /// Index of a dimension by name.
  std::optional<unsigned> findDim(std::string_view name) const;
  /// Index of the dimension with this role on this axis.
  std::optional<unsigned> findDim(DimRole role, int axis) const;
};

/// All kinds, in the order of the enumerators.
const std::vector<KindInfo> &allLayerKinds();
const KindInfo &kindInfo(LayerKind kind);
/// nullptr where no kind has this name.
const KindInfo *findLayerKind(std::string_view name);

/// The most dimensions and options any kind has.
inline constexpr unsigned kMaxDims = 24;

} // namespace pr

#endif // PR_LAYER_LAYERKIND_H
