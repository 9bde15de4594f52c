// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer: what one operation computes, independent of any target. It is the
// common currency of the project: IR is described as layers, measurements are
// of layers, models are asked about layers.
//
// The text form is canonical: printing a parsed text gives the one spelling of
// that layer, whose hash is its key in files and in the IR.
//
//   conv2d n=1 g=1 oc=64 ic=3 oh=112 ow=112 kh=7 kw=7 sh=2 sw=2 dh=1 dw=1
//     pt=3 pb=2 pl=3 pr=2 layout=nchw epilogue=bias+relu tile=oc:16,oh:4
//     : f32, f32 -> f32
#ifndef PR_LAYER_LAYER_H
#define PR_LAYER_LAYER_H

#include "pr/Layer/ElementType.h"
#include "pr/Layer/LayerKind.h"
#include "pr/Support/Expected.h"

#include <array>
#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pr {

/// How the tensors lie in memory. Convolutions and pooling: the order of the
/// activation's dimensions, with the filter's; matmul: whether an operand is
/// stored transposed.
enum class Layout : uint8_t {
  Any,                     ///< not stated
  ChannelsFirst,           ///< nchw, filter fchw
  ChannelsLast,            ///< nhwc, filter hwcf
  ChannelsLastFilterFirst, ///< nhwc, filter fhwc
  NN,                      ///< [m, k] x [k, n]
  NT,                      ///< [m, k] x [n, k]
  TN,                      ///< [k, m] x [k, n]
  TT,                      ///< [k, m] x [n, k]
};

/// The name in the text form of a kind (`nchw`, `nwc`, `nt`), `any` if not
/// stated; and back, nullopt where layers of the kind have no such layout.
std::string toString(Layout layout, LayerKind kind);
std::optional<Layout> parseLayout(std::string_view name, LayerKind kind);

/// Work fused behind a layer, in the order it is applied.
enum class EpilogueOp : uint8_t {
  Bias,
  Scale, ///< per-channel multiply and add: folded batch normalisation
  Relu,
  Clamp,      ///< ReLU6 and other two-sided limits
  Activation, ///< any other function of one element
  Requantize,
  ResidualAdd,
  Pool,
};

/// The name in the text form: `residual_add`.
std::string_view toString(EpilogueOp op);
/// nullopt where no operation has this name.
std::optional<EpilogueOp> parseEpilogueOp(std::string_view name);

inline constexpr unsigned kNumEpilogueOps = 8; ///< of the enumerators
inline constexpr unsigned kMaxEpilogueOps = 8; ///< behind one layer
inline constexpr unsigned kMaxTypes = 8;

/// A short list with inline storage: copying a layer does not allocate.
template <typename T, unsigned N>
class InlineList {
public:
  InlineList() = default;
  InlineList(std::initializer_list<T> init) {
    for (const T &item : init)
      push_back(item);
  }
  bool full() const { return count == N; }
  void push_back(T item) {
    assert(!full() && "inline list is full");
    items[count++] = item;
  }
  unsigned size() const { return count; }
  bool empty() const { return count == 0; }
  void clear() { count = 0; }
  const T &operator[](unsigned i) const { return items[i]; }
  T &operator[](unsigned i) { return items[i]; }
  const T *begin() const { return items.data(); }
  const T *end() const { return items.data() + count; }
  friend bool operator==(const InlineList &a, const InlineList &b) {
    if (a.count != b.count)
      return false;
    for (unsigned i = 0; i < a.count; ++i)
      if (!(a.items[i] == b.items[i]))
        return false;
    return true;
  }
  friend bool operator!=(const InlineList &a, const InlineList &b) {
    return !(a == b);
  }

private:
  std::array<T, N> items{};
  uint8_t count = 0;
};

using TypeList = InlineList<ElementType, kMaxTypes>;
using Epilogue = InlineList<EpilogueOp, kMaxEpilogueOps>;

/// One entry of a schedule: `oc:16`, with an `x` behind where the loop is
/// spread over the hardware (`oc:16x`).
struct ScheduleLoop {
  uint8_t dim = 0;      ///< index into the kind's dimensions
  bool spatial = false; ///< unrolled in space, not iterated in time
  int64_t extent = 1;   ///< tile: elements; nest: trip count

  friend bool operator==(const ScheduleLoop &a, const ScheduleLoop &b) {
    return a.dim == b.dim && a.spatial == b.spatial && a.extent == b.extent;
  }
};

/// How a layer is tiled, where the target leaves that open. Empty: the target's
/// own choice. `tile` lists tile sizes of one level of tiling (0 never occurs:
/// an untiled dimension is left out); `nest` a full loop nest, memory levels
/// from the outermost, loops of a level from the outermost.
struct Schedule {
  std::vector<ScheduleLoop> tile;
  std::vector<std::vector<ScheduleLoop>> nest;

  bool empty() const { return tile.empty() && nest.empty(); }
  friend bool operator==(const Schedule &a, const Schedule &b) {
    return a.tile == b.tile && a.nest == b.nest;
  }
};

/// A plain value. A Layer made by parseLayer, buildLayer or checkedLayer is
/// canonical and valid; one put together by hand must go through checkedLayer.
struct Layer {
  LayerKind kind = LayerKind::MatMul;
  /// Values in the order of LayerKinds.def; those past the kind's last are 0.
  std::array<int64_t, kMaxDims> dims{};
  TypeList operands;
  TypeList results;
  Layout layout = Layout::Any;
  Epilogue epilogue;
  Schedule schedule;

  const KindInfo &info() const { return kindInfo(kind); }
  unsigned numDims() const { return info().dims.size(); }
  int64_t operator[](unsigned i) const { return dims[i]; }
  int64_t &operator[](unsigned i) { return dims[i]; }
};

bool operator==(const Layer &a, const Layer &b);
inline bool operator!=(const Layer &a, const Layer &b) { return !(a == b); }
/// Equal in kind, dimensions and types; layout, epilogue and schedule apart.
bool sameComputation(const Layer &a, const Layer &b);
/// For tables in memory; not stable between builds (use layerKey for files).
uint64_t hashValue(const Layer &layer);

/// Brings a layer to its one canonical form and checks it:
///  - padding is what windows read; a stride over one output and a dilation of
///    one tap are 1;
///  - a convolution with a unit axis loses that axis (conv3d, conv2d, conv1d);
///  - a convolution with as many groups as input channels is depthwise.
/// Errors: a dimension below its minimum, groups that do not divide the
/// channels, padding larger than the window, wrong numbers of types, work that
/// overflows 62 bits.
Expected<Layer> checkedLayer(Layer layer);

/// The canonical text form. parseLayer(printLayer(x)) == x.
std::string printLayer(const Layer &layer);

/// Parses the text form. Window operations also accept `id ih iw` in place of
/// `od oh ow`, and `pd ph pw` for equal padding at both ends. Errors name what
/// was found and what was expected.
Expected<Layer> parseLayer(std::string_view text);

/// The fields of a layer by name, as tables give them.
struct LayerFields {
  std::string kind;
  std::vector<std::pair<std::string, int64_t>> dims; ///< aliases as parseLayer
  std::vector<std::pair<std::string, std::string>>
      options;       ///< op=max, layout=...
  std::string types; ///< "f32, f32 -> f32"
};
Expected<Layer> buildLayer(const LayerFields &fields);

/// stableHash of the canonical text.
uint64_t layerKey(const Layer &layer);

/// "f32, f32 -> f32".
std::string printTypes(const TypeList &operands, const TypeList &results);

} // namespace pr

#endif // PR_LAYER_LAYER_H
