// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Lattice/TilePipeline.h"

#include <algorithm>
#include <utility>

using namespace pr;

/// Behind so many like passes all buffers are full, and the next ones take as
/// long as the last two, which may take turns.
static constexpr double kPassesToSettle = 6;

void TilePipeline::add(const TilePass &pass, double inARow) {
  Stages stages = stagesOf(pass);
  double instructions = pass.busy[kInstructions], before = end;
  double looked = std::min(inARow, kPassesToSettle);
  Ends last = ends, earlier = ends;
  for (double i = 0; i < looked; ++i) {
    earlier = std::exchange(last, ends);
    advance(stages, instructions);
  }
  if (inARow > looked)
    skip(inARow - looked, stages, earlier, instructions);
  sum += pass.times / inARow * (end - before);
}

/// So many like passes, as far apart as the slowest stage has made the last two
/// since `earlier`.
void TilePipeline::skip(double passes, const Stages &stages,
                        const Ends &earlier, double instructions) {
  double period = 0;
  for (unsigned s = 0; s < kStages; ++s)
    period = std::max(period, (ends[s][0] - earlier[s][0]) / 2);
  for (unsigned s = 0; s < kStages; ++s) {
    if (!stages[s].isUsed())
      continue;
    for (double &one : ends[s])
      one += passes * period;
    end = std::max(end, ends[s][0] + stages[s].delay);
  }
  issued += passes * instructions;
  end = std::max(end, issued);
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
  std::array<unsigned, kStages> used{};
  unsigned count = 0;
  for (unsigned s = 0; s < kStages; ++s)
    if (stages[s].isUsed())
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
    if (stages[hold.unit].isUsed() && stages[hold.last].isUsed())
      ends[hold.unit][0] = std::max(ends[hold.unit][0], ends[hold.last][0]);
  issued += instructions;
  end = std::max({end, ready, issued});
}
