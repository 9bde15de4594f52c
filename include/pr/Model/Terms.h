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
//   rest_macs              of the groups behind the first one: an engine works
//                          on a group while the next one's weights arrive
//   input_lines            rows of pixels that are fetched one by one
//   bytes_over_256k        of all tensors together, beyond a size: what leaves
//                          a cache; the kind's own list, not a target's
//   weights_per_64k_input  weights that are fetched again for every 64 KiB of
//                          the input
//   line_input_elements/4  with the elements of each such row taken four at a
//                          time, as bursts do
//   band_weight_bytes/128k what a layer reads of its weights if it is cut into
//                          bands of output rows to fit a buffer of 128 KiB
//   channel_block_macs/32  what one output channel multiplies, once for each
//                          block of 32: an engine that keeps a block of
//                          results in registers reads its operands so often
//   macs@compute/16        with the output positions of an image, all its axes
//                          flattened, taken sixteen at a time
//   tile_steps/16          of tiles with so many positions
//   unit_busy/2            cycles that the third unit of the machine's
//                          description is busy: the only terms that come from
//                          a target, as white-box steps do; unit_missed/0 of
//                          the accesses to its first cache those that do not
//                          fit, unit_missed_pass/0 if it is passed over for
//                          each channel alone; unit_uncovered/4 what loading
//                          tiles takes beyond computing on those before, if
//                          it takes 4 times as long as ports are busy;
//                          unit_pipeline all tiles with double buffers
//   launch                 1
#ifndef PR_MODEL_TERMS_H
#define PR_MODEL_TERMS_H

#include "pr/Lattice/Lattice.h"
#include "pr/Layer/Work.h"
#include "pr/Model/Bands.h"
#include "pr/Model/LayerCase.h"
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
  FirstMacs, ///< of the first group of output channels; so the next one
  FirstOutputBytes,
  RestMacs, ///< of all groups but the first; so the next two
  RestWeightBytes,
  RestOutputBytes,
  InputLines, ///< rows along the innermost axis; so the next one
  OutputLines,
  LineInputElements, ///< each row in whole groups; so the next one
  LineOutputElements,
  WeightsPer32KInput, ///< for each beginning of so much; each twice the last
  WeightsPer64KInput,
  WeightsPer128KInput,
  WeightsPer256KInput,
  WeightsPer512KInput,
  WeightsPer1MInput,
  InputPer32KWeights,
  InputPer64KWeights,
  InputPer128KWeights,
  InputPer256KWeights,
  InputPer512KWeights,
  InputPer1MWeights,
  ChannelBlockMacs, ///< of one output channel, for each block of them
  ChannelBlockResults,
  Bands, ///< of output rows that fit a buffer; so the next three
  BandWeightBytes,
  BandFirstWeightBytes,
  BandInputBytes,
  UnitBusy,  ///< cycles of a described machine's unit (UnitWork.h)
  UnitFirst, ///< latencies of its first pass; so the next one of the last
  UnitLast,
  UnitMissed,     ///< of a memory's, what goes beyond a cache that is too small
  UnitMissedPass, ///< so for the lines that a pass over one channel touches
  UnitPace,       ///< of all units together
  UnitUncovered,  ///< reads of a pass beyond the work on the pass before
  UnitPipeline,   ///< loads, work and stores of all passes, double-buffered
  FirstTileCount, ///< the counts of TileCounts.h in their order, from here on
};
inline constexpr unsigned kFirstTileCount =
    static_cast<unsigned>(CountKind::FirstTileCount);
inline constexpr unsigned kNumCounts = kFirstTileCount + kNumTileCounts;
inline constexpr int64_t kBurstBytes = 64;

std::string_view toString(CountKind count);
/// Of the first group of output channels, or of all but it.
inline bool isOfGroups(CountKind count) {
  return count == CountKind::FirstWeightBytes ||
         count == CountKind::FirstInputBytes ||
         (count >= CountKind::FirstMacs && count <= CountKind::RestOutputBytes);
}
inline bool isOfUnits(CountKind count) {
  return count >= CountKind::UnitBusy && count <= CountKind::UnitPipeline;
}
inline bool isLines(CountKind count) {
  return count == CountKind::InputLines || count == CountKind::OutputLines;
}
inline bool isInLines(CountKind count) {
  return count == CountKind::LineInputElements ||
         count == CountKind::LineOutputElements;
}
/// One operand, once more for every so much of the other.
inline bool isFetchedAgain(CountKind count) {
  return count >= CountKind::WeightsPer32KInput &&
         count <= CountKind::InputPer1MWeights;
}
/// Of blocks of output channels.
inline bool isOfBlocks(CountKind count) {
  return count == CountKind::ChannelBlockMacs ||
         count == CountKind::ChannelBlockResults;
}
/// Of the bands of output rows that a layer is cut into.
inline bool isOfBands(CountKind count) {
  return count >= CountKind::Bands && count <= CountKind::BandInputBytes;
}
inline bool isBytesOver(CountKind count) {
  return count >= CountKind::BytesOver16K && count <= CountKind::BytesOver64M;
}
inline bool isOfTiles(CountKind count) {
  return count >= CountKind::FirstTileCount;
}
/// Precondition: not a count of groups, lines, blocks, bands or tiles, nor of
/// what is fetched again, which a WorkTable knows.
int64_t countOf(const Work &work, CountKind count);
/// Whether layers of this kind have such a count at all.
bool hasCount(LayerKind kind, CountKind count);

/// How many positions of an image or of one of its rows an engine may take at a
/// time. Whether one does, and which, the measurements say.
inline constexpr std::array<int64_t, 6> kPositionGroups = {4,  8,  16,
                                                           32, 64, 128};
inline constexpr unsigned kNumPositionGroups = kPositionGroups.size();
/// How many output channels an engine may keep in registers together.
inline constexpr std::array<int64_t, 6> kChannelBlocks = {16, 24, 32,
                                                          48, 64, 128};
inline constexpr unsigned kNumChannelBlocks = kChannelBlocks.size();
/// Whether blocks of them may be among the terms: where channels of the kind
/// share operands. What a described machine keeps in registers, its units say.
bool looksForBlocks(const Lattice &lattice);
/// Whether layers of the kind have output positions along more axes than one
/// dimension of a lattice.
bool hasPositions(LayerKind kind);
/// Counts that grow with positions.
bool countsPositions(CountKind count);
/// Output positions of one image.
int64_t positionsOf(const Layer &layer);

struct Term {
  CountKind count = CountKind::Launch;
  /// The resource whose steps round the layer first; nullopt: raw.
  std::optional<Resource> steps;
  /// One more than the place in kPositionGroups; 0: positions one by one. Of
  /// the counts of units, the place of the unit; of bands, in kBufferBytes; of
  /// blocks, in kChannelBlocks.
  uint8_t group = 0;

  friend bool operator==(const Term &a, const Term &b) {
    return a.count == b.count && a.steps == b.steps && a.group == b.group;
  }
};

std::string toString(const Term &term);
Expected<Term> parseTerm(std::string_view name);

/// Every term worth fitting for layers on this lattice: each count of the kind,
/// rounded on each resource that has steps, and raw; where the kind has
/// positions, arithmetic, results and tiles in groups of them too; where it has
/// output channels and no description says what its registers hold, those of
/// each size of block; where it is cut into bands, those of each size of
/// buffer.
std::vector<Term> candidateTerms(const Lattice &lattice);

/// Which roundings of a layer are needed: bit i is resource i. Above them, in
/// the same order, those with output channels and their first group, which
/// blocks and bands are made of; then the first group of the layer as it is;
/// then the tiles, without groups of positions and with each; then the units of
/// a description.
using ResourceMask = uint32_t;
inline constexpr unsigned kFirstTileBit = 2 * kNumResources + 1;
inline constexpr unsigned kUnitBit = kFirstTileBit + 1 + kNumPositionGroups;
inline constexpr ResourceMask kAllResources = (1u << (kUnitBit + 1)) - 1;
inline ResourceMask maskOf(Resource resource) {
  return ResourceMask(1u << static_cast<unsigned>(resource));
}
inline ResourceMask maskOf(const Term &term) {
  if (isOfTiles(term.count))
    return ResourceMask(1u << (kFirstTileBit + term.group));
  if (isOfUnits(term.count))
    return ResourceMask(1u << kUnitBit);
  bool readsGroups =
      isOfGroups(term.count) || isOfBlocks(term.count) || isOfBands(term.count);
  unsigned place = readsGroups ? kNumResources : 0;
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

  LayerCase layerCase() const { return ownCase; }
  const Work &raw() const { return rawWork; }
  const Work &stepped(Resource resource) const {
    return steppedWork[static_cast<unsigned>(resource)];
  }
  double value(const Term &term) const;

private:
  /// What Work does not count, of the layer or one of its roundings.
  struct Extent {
    /// Output channels of one group of a grouped convolution.
    int64_t channels = 1;
    /// Of the first group of output channels.
    int64_t firstWeightBytes = 0, firstInputBytes = 0;
    int64_t firstMacs = 0, firstOutputBytes = 0;
    int64_t inputLines = 0, outputLines = 0;
    /// Elements of one line.
    int64_t inputLine = 1, outputLine = 1;
    int64_t positions = 1;
    OutputRows rows;
  };
  static Extent extentOf(const Layer &layer, const Work &work);
  static void addFirstGroup(const Layer &layer, const Lattice &lattice,
                            const Work &work, Extent &extent);
  double groupValue(CountKind count, const Work &work,
                    const Extent &extent) const;
  void countUnits(const UnitWork &work, const Layer &layer);
  double unitValue(const Term &term) const;
  double blockValue(const Term &term, const Work &work,
                    const Extent &extent) const;
  double bandValue(const Term &term, const Work &work,
                   const Extent &extent) const;
  double lineValue(const Term &term, const Extent &extent) const;

  LayerCase ownCase = LayerCase::Any;
  Work rawWork;
  std::array<Work, kNumResources> steppedWork;
  /// By resource; the last one of the layer as it is.
  std::array<Extent, kNumResources + 1> extents{};
  std::array<TileCounts, 1 + kNumPositionGroups> tiles{};
  UnitBusy units;
  /// By cache of the machine.
  std::array<double, kMaxCaches> missed{}, missedPass{};
};

} // namespace pr

#endif // PR_MODEL_TERMS_H
