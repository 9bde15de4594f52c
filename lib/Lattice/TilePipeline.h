// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What double buffers make of the passes through the tiles of a mapping.
#ifndef PR_LIB_LATTICE_TILEPIPELINE_H
#define PR_LIB_LATTICE_TILEPIPELINE_H

#include "Lattice/TilePasses.h"

namespace pr {

/// Each pass is loaded, goes through the units that work, in the order in which
/// the mapping first names them, and is stored. A stage takes one pass after
/// the other; between two stages there is room for two, unless the first one
/// holds what it has.
class TilePipeline {
public:
  explicit TilePipeline(const UnitWork &work) : work(work) {}

  /// The next of the passes. It stands for `pass.times`; of these so many
  /// follow each other at once.
  void add(const TilePass &pass, double inARow);
  /// When the last pass has ended, as many as they stand for.
  double cycles() const { return sum; }

private:
  /// The first stage is the loads', then come units by number, then the stores.
  static constexpr unsigned kStages = kMaxUnits + 1;
  static constexpr unsigned kLoads = kInstructions, kStores = kMaxUnits;
  struct Stage {
    double busy = 0, delay = 0;
    bool isUsed() const { return busy + delay > 0; }
  };
  using Stages = std::array<Stage, kStages>;
  /// Of each stage the end of its last pass and of the one before.
  using Ends = std::array<std::array<double, 2>, kStages>;

  Stages stagesOf(const TilePass &pass) const;
  void advance(const Stages &stages, double instructions);
  void skip(double passes, const Stages &stages, const Ends &earlier,
            double instructions);

  const UnitWork &work;
  Ends ends{};
  double issued = 0, end = 0, sum = 0;
};

} // namespace pr

#endif // PR_LIB_LATTICE_TILEPIPELINE_H
