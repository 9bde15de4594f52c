// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From samples of a wall clock to a measurement, and results in input order.
//
// A latency is the minimum over the passes of each pass's median: the median
// survives a preemption, the minimum leaves out the passes in which the machine
// was slow. p10 and p90 are over all samples.
#ifndef PR_TARGET_SAMPLING_H
#define PR_TARGET_SAMPLING_H

#include "pr/Target/Target.h"

namespace pr {

/// The value below which `share` of the samples lie (nearest rank). Samples
/// need not be sorted. Precondition: there is at least one; 0 <= share <= 1.
int64_t percentile(std::vector<int64_t> samples, double share);
/// The middle value; of two, their mean rounded down.
int64_t median(std::vector<int64_t> samples);

/// Whether the medians of the first and the second half differ by more than
/// `limit`, as a share of the smaller one: the clock drifted within the pass.
bool halvesDiffer(const std::vector<int64_t> &samples, double limit);

/// The measurement of one layer from its passes; passes without samples do not
/// count. Precondition: there is at least one sample.
Measurement summarizePasses(const std::vector<std::vector<int64_t>> &passes);

/// The passes over one layer, each with the time that a reference probe took
/// just before it.
struct ProbedPasses {
  std::vector<std::vector<int64_t>> samples;
  std::vector<int64_t> probesPs;

  /// How much slower than `bestProbePs` the probe was in the pass that counts,
  /// as a share. Precondition: there is a pass, and each has a probe.
  double drift(int64_t bestProbePs) const;
};
/// A layer whose probe was slower by more than this is measured again, at most
/// kMostExtraPasses times.
inline constexpr double kMostDrift = 0.05;
inline constexpr int kMostExtraPasses = 2;

/// Holds results back until all before them are known.
class OrderedResults {
public:
  OrderedResults(size_t count, MeasurementSink sink)
      : pending(count), sink(std::move(sink)) {}
  /// Each index once.
  void put(size_t index, Measurement measurement);
  bool has(size_t index) const { return pending[index].has_value(); }

private:
  std::vector<std::optional<Measurement>> pending;
  size_t next = 0;
  MeasurementSink sink;
};

/// Calls `body(begin, count)` for each block of options.blockSize layers.
void forEachBlock(size_t layers, const MeasureOptions &options,
                  const std::function<void(size_t, size_t)> &body);

/// A reproducible random order of 0 .. count-1, another one for each pass: a
/// slow drift must not look like a slope over the layers.
std::vector<size_t> shuffledOrder(size_t count, uint64_t pass);

} // namespace pr

#endif // PR_TARGET_SAMPLING_H
