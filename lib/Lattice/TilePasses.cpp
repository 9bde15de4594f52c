// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Lattice/TilePasses.h"

#include "Lattice/TilePipeline.h"

#include <algorithm>

using namespace pr;

//===----------------------------------------------------------------------===//
// Samples
//===----------------------------------------------------------------------===//

/// whole * part / parts, where the product may not fit.
static int64_t partOf(int64_t whole, int64_t part, int64_t parts) {
  return whole / parts * part + whole % parts * part / parts;
}

/// Where the iterations end that the sample with this number stands for.
static int64_t endOf(int64_t sample, int64_t count, int64_t trips,
                     bool spread) {
  if (sample == count - 1)
    return trips;
  if (spread)
    return partOf(trips - 1, sample + 1, count - 1);
  return 1 + partOf(trips - 2, sample, count - 2);
}

/// Another place each time, so that none of the loops that were flattened into
/// one is always met at the same.
static int64_t placeWithin(int64_t sample, int64_t begin, int64_t end) {
  constexpr int64_t kGoldenRatio = 40503, kOne = 1 << 16;
  return begin + partOf(end - begin, sample * kGoldenRatio % kOne, kOne);
}

std::vector<Sample> pr::samplesOf(int64_t trips, int64_t count, bool spread) {
  count = std::min(count, trips);
  std::vector<Sample> samples;
  int64_t begin = 0;
  for (int64_t i = 0; i < count; ++i) {
    int64_t end = count == trips ? i + 1 : endOf(i, count, trips, spread);
    int64_t iteration = spread ? placeWithin(i, begin, end) : end - 1;
    samples.push_back({iteration, end - begin, i == 0, end == trips});
    begin = end;
  }
  return samples;
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

std::vector<TilePass> &TilePasses::of(int64_t trips,
                                      const std::vector<Sample> &samples) {
  for (Loop &loop : loops)
    if (loop.trips == trips)
      return loop.passes;
  loops.push_back({trips, {}});
  for (const Sample &sample : samples) {
    TilePass pass;
    pass.times = double(sample.times);
    pass.isLast = sample.isLast;
    loops.back().passes.push_back(pass);
  }
  return loops.back().passes;
}

static double largest(const UnitTimes &times) {
  return *std::max_element(times.begin(), times.end());
}

void TilePasses::addTo(UnitBusy &busy, const UnitWork &work) const {
  double pace = 0;
  for (const Loop &loop : loops) {
    TilePipeline pipeline(work);
    bool looksAtAll = int64_t(loop.passes.size()) == loop.trips;
    // Nothing covers the first reads.
    double reads = loop.passes.empty() ? 0 : largest(loop.passes[0].reads);
    for (unsigned f = 0; f < kNumReadFactors; ++f)
      busy.uncovered[f] += kReadFactors[f] * reads;
    for (size_t i = 0; i < loop.passes.size(); ++i) {
      const TilePass &pass = loop.passes[i];
      pipeline.add(pass, pass.times);
      pace += pass.times * std::max(pass.pace, largest(pass.busy));
      UnitTimes next{};
      if (!pass.isLast)
        next = looksAtAll ? loop.passes[i + 1].reads : pass.nextReads;
      double covering = 0, moving = 0;
      for (unsigned u = 0; u < kMaxUnits; ++u)
        if (work.carriesTraffic[u])
          moving = std::max(moving, next[u] + pass.busy[u] - pass.reads[u]);
        else
          covering = std::max(covering, pass.busy[u]);
      for (unsigned f = 0; f < kNumReadFactors; ++f)
        busy.uncovered[f] +=
            pass.times * std::max(0.0, kReadFactors[f] * moving - covering);
    }
    busy.pipeline = std::max(busy.pipeline, pipeline.cycles());
  }
  busy.pace = std::max(busy.pace, pace);
}
