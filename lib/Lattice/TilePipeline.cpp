// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Lattice/TilePipeline.h"

#include <algorithm>

using namespace pr;

/// Behind so many like passes all buffers are full, and the next one takes as
/// long as the last.
static constexpr double kPassesToSettle = 4;

void TilePipeline::add(const TilePass &pass, double inARow) {
  Stages stages = stagesOf(pass);
  double share = pass.times / inARow;
  double looked = std::min(inARow, kPassesToSettle), last = 0;
  for (double i = 0; i < looked; ++i) {
    double before = end;
    advance(stages, pass.busy[kInstructions]);
    last = end - before;
    sum += share * last;
  }
  sum += share * (inARow - looked) * last;
}

/// What moves data works side by side.
TilePipeline::Stages TilePipeline::stagesOf(const TilePass &pass) const {
  Stages stages;
  for (unsigned u = 0; u < kMaxUnits; ++u) {
    if (!work.carriesTraffic[u]) {
      if (u != kInstructions)
        stages[u] = {pass.busy[u], pass.delay[u]};
      continue;
    }
    double reads = pass.reads[u], writes = pass.busy[u] - reads;
    stages[kLoads].busy = std::max(stages[kLoads].busy, reads);
    stages[kStores].busy = std::max(stages[kStores].busy, writes);
    if (reads > 0 || writes <= 0)
      stages[kLoads].delay += pass.delay[u];
  }
  return stages;
}

void TilePipeline::advance(const Stages &stages, double instructions) {
  auto isUsed = [&](unsigned s) {
    return stages[s].busy + stages[s].delay > 0;
  };
  std::array<unsigned, kStages> used{};
  unsigned count = 0;
  for (unsigned s = 0; s < kStages; ++s)
    if (isUsed(s))
      used[count++] = s;
  double ready = 0;
  for (unsigned i = 0; i < count; ++i) {
    auto &mine = ends[used[i]];
    double begin = std::max(ready, mine[0]);
    // Not before the next stage has made room.
    if (i + 1 < count)
      begin = std::max(begin, ends[used[i + 1]][1]);
    mine = {begin + stages[used[i]].busy, mine[0]};
    ready = mine[0] + stages[used[i]].delay;
  }
  for (const UnitWork::Hold &hold : work.holds)
    if (isUsed(hold.unit) && isUsed(hold.last))
      ends[hold.unit][0] = std::max(ends[hold.unit][0], ends[hold.last][0]);
  issued += instructions;
  end = std::max({end, ready, issued});
}
