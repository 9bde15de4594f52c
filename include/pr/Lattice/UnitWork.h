// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long each unit of a described machine is busy with a layer: what is left
// of the layer's mapping when dependencies and waiting are left out. It travels
// in the model bundle, so that a base can say "the maximum over the units"
// without the description at hand, and its weights, the forest and the interval
// say what overlap and waiting add.
//
// Short loops run in full; of long ones the first and the last iteration stand
// for themselves and the one before the last for all others, or some spread
// over all where several loops were flattened into one. So a layer costs
// microseconds however large it is: exact for tiles that are ragged at the end,
// close for others. Loops that carry values from one iteration into the next
// run in full.
//
// Where a mapping is several streams of instructions, the outermost loops of
// all that go round equally often are the same passes, over the same tiles: one
// stream loads a tile while another computes on the one before it.
#ifndef PR_LATTICE_UNITWORK_H
#define PR_LATTICE_UNITWORK_H

#include "pr/Layer/Expr.h"
#include "pr/Layer/LayerKind.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace pr {

/// Units of one kind's mapping that are counted at most.
inline constexpr unsigned kMaxUnits = 16;
/// The first one stands for the instructions, a cycle each.
inline constexpr unsigned kInstructions = 0;
/// Caches between its memories.
inline constexpr unsigned kMaxCaches = 4;
/// How many times as long as its ports are busy an access may take, by a cache
/// that misses or by latency that nothing hides.
inline constexpr unsigned kReadFactors[] = {1, 2, 4, 8};
inline constexpr unsigned kNumReadFactors = 4;

/// In cycles of the machine; zero where there is no such unit, or where the
/// work cannot be told.
struct UnitBusy {
  /// Of the whole layer, and the latencies of the first and of the last pass
  /// through all loops: what comes before and behind the steady state.
  std::array<double, kMaxUnits> total{}, first{}, last{};
  /// If units only waited for each other at the end of each pass through a
  /// loop: the slowest one of each pass, and of what is inside of it. Double
  /// buffers do that.
  double pace = 0;
  /// Of streams: how much longer than the work on each pass its writes and the
  /// reads of the pass behind take, if they take kReadFactors times as long as
  /// they keep memories busy. Before the first pass there are only reads.
  std::array<double, kNumReadFactors> uncovered{};
  /// When the last pass through the tiles ends, with double buffers between
  /// loads, units and stores, latencies included. Of streams a pass is theirs,
  /// without streams one through an innermost loop.
  double pipeline = 0;
};

/// Numbers live in numbered places: inputs first. A plain value.
class UnitWork {
public:
  struct Carried {
    uint32_t initial = 0, argument = 0, yielded = 0, result = 0;
  };
  struct Copy {
    uint32_t to = 0, from = 0;
  };
  enum class ActionKind : uint8_t { Compute, Split, Add, For, If, While };
  enum class Traffic : uint8_t { None, Read, Write };
  struct Action {
    ActionKind kind = ActionKind::Compute;
    ExprOp op = ExprOp::Add; ///< of a Compute
    /// Compute: what is written. For: the induction variable. Add: the unit.
    uint32_t result = 0;
    /// Compute: its operands. Split: address, size, repeat and stride of runs
    /// of words. For: lower, upper, step. If and While: the condition. Add:
    /// cycles until the next instruction may begin, and until the result is
    /// there.
    std::array<uint32_t, 4> operands{};
    /// Split: the place in `accessors`. How many pieces the runs become is
    /// written to `result`, and how many beats behind it.
    uint32_t accessor = 0;
    /// Add: equal units that share the work.
    int64_t members = 1;
    /// For: the outermost loop of a stream.
    bool isOfStream = false;
    Traffic traffic = Traffic::None; ///< of an Add
    /// For: no iteration differs from another; no loop is inside; the number of
    /// an iteration is taken apart into those of several loops.
    bool isAlike = false, isInnermost = false, isFlattened = false;
    std::vector<Carried> carried; ///< of a For
    /// If: what the results are behind the branches. While: on entry, from
    /// `body` into `otherwise`, from `otherwise` back, and at the end.
    std::vector<Copy> thenCopies, elseCopies, again, end;
    /// For: once per iteration. If: where the condition holds. While: computes
    /// the condition; `otherwise` is its body.
    std::vector<Action> body, otherwise;
  };

  /// A memory, and how it or a cache behind it is built: of a layer with more
  /// bytes, part of the accesses go further.
  struct Cache {
    uint32_t unit = 0;
    int64_t sets = 1, ways = 1, line = 1; ///< of `line` bytes
    bool isRandom = false;                ///< what is replaced; else the oldest

    double bytes() const { return double(sets) * double(ways) * double(line); }
    /// Of lines that are passed over again and again in the same order, those
    /// that are no longer there, if so many share a set.
    double missedShare(double linesOfASet) const;
  };

  /// How a memory access unit cuts runs, and a memory's port takes them.
  struct Accessor {
    std::vector<int64_t> bursts; ///< ascending, each divides the last
    int64_t portWidth = 1;
  };

  /// A unit that an instruction leaves only when it is done with the last one.
  struct Hold {
    uint32_t unit = 0, last = 0;
  };

  std::vector<std::string> unitNames;
  std::vector<Hold> holds;
  std::vector<Accessor> accessors;
  std::vector<Cache> caches;
  /// Variables of legality rules (TargetInfo.h), by place.
  std::vector<uint32_t> inputs;
  std::vector<std::pair<uint32_t, int64_t>> constants;
  uint32_t numValues = 0;
  std::vector<Action> actions;
  /// Known from the actions: whether there are streams, and they read; whether
  /// anything reads in passes through tiles; which units carry traffic.
  bool hasStreams = false, readsInStreams = false, readsInPasses = false;
  std::array<bool, kMaxUnits> carriesTraffic{};

  /// `numbers`: what legalityValues() says of the layer. All zero where a
  /// number leaves 62 bits, something is divided by zero, or it takes too long.
  UnitBusy evaluate(const std::vector<int64_t> &numbers) const;
  /// Drops what no Add depends on, and finds loops whose iterations are alike
  /// and units that carry traffic.
  void simplify();
  /// Every place and unit is one that exists.
  Expected<void> check(LayerKind kind) const;
  size_t numActions() const;
};

} // namespace pr

#endif // PR_LATTICE_UNITWORK_H
