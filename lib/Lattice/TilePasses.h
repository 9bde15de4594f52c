// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which iterations of a loop stand for all of them, and what the streams of a
// mapping do in the same pass through its tiles.
#ifndef PR_LIB_LATTICE_TILEPASSES_H
#define PR_LIB_LATTICE_TILEPASSES_H

#include "pr/Lattice/UnitWork.h"

#include <vector>

namespace pr {

/// One of `count` iterations that stand for all `trips`, the first and the last
/// one among them.
struct Sample {
  int64_t iteration = 0;
  int64_t times = 1; ///< so many, this one included
  bool isFirst = false, isLast = false;
};

/// Which ones: all where they are few. Where they are `spread`, each stands for
/// as many; else the first and the last for themselves and those between for
/// all others, since only the end of a loop is ragged.
std::vector<Sample> samplesOf(int64_t trips, int64_t count, bool spread);

/// By unit, in cycles.
using UnitTimes = std::array<double, kMaxUnits>;

/// A pass through the tiles, of all streams together.
struct TilePass {
  double times = 1; ///< so many that it stands for
  bool isLast = false;
  UnitTimes busy{}, reads{};
  /// How much longer than a unit is busy with it an instruction takes, at most.
  UnitTimes delay{};
  /// Of the pass behind, where that is not looked at itself.
  UnitTimes nextReads{};
  /// Of the slowest stream.
  double pace = 0;
};

/// The passes of streams that go round equally often.
class TilePasses {
public:
  /// To be added to.
  std::vector<TilePass> &of(int64_t trips, const std::vector<Sample> &samples);

  /// The slowest unit of each pass, added up, what reads leave uncovered, and
  /// all passes as a pipeline.
  void addTo(UnitBusy &busy, const UnitWork &work) const;

private:
  struct Loop {
    int64_t trips = 0;
    std::vector<TilePass> passes;
  };
  std::vector<Loop> loops;
};

} // namespace pr

#endif // PR_LIB_LATTICE_TILEPASSES_H
