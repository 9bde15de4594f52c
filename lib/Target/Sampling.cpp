// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/Sampling.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <random>

using namespace pr;

int64_t pr::percentile(std::vector<int64_t> samples, double share) {
  assert(!samples.empty() && "percentile of nothing");
  double last = static_cast<double>(samples.size() - 1);
  size_t rank = static_cast<size_t>(std::llround(share * last));
  std::nth_element(samples.begin(), samples.begin() + rank, samples.end());
  return samples[rank];
}

int64_t pr::median(std::vector<int64_t> samples) {
  assert(!samples.empty() && "median of nothing");
  std::sort(samples.begin(), samples.end());
  int64_t low = samples[(samples.size() - 1) / 2];
  int64_t high = samples[samples.size() / 2];
  return low + (high - low) / 2;
}

bool pr::halvesDiffer(const std::vector<int64_t> &samples, double limit) {
  size_t half = samples.size() / 2;
  if (half == 0)
    return false;
  int64_t first = median({samples.begin(), samples.begin() + half});
  int64_t second = median({samples.end() - half, samples.end()});
  auto [low, high] = std::minmax(first, second);
  return static_cast<double>(high - low) > limit * static_cast<double>(low);
}

Measurement
pr::summarizePasses(const std::vector<std::vector<int64_t>> &passes) {
  Measurement result;
  std::vector<int64_t> all;
  for (const std::vector<int64_t> &pass : passes) {
    if (pass.empty())
      continue;
    int64_t center = median(pass);
    result.timePs = result.timePs ? std::min(*result.timePs, center) : center;
    all.insert(all.end(), pass.begin(), pass.end());
  }
  assert(!all.empty() && "a measurement without samples");
  result.ok = true;
  result.p10Ps = percentile(all, 0.1);
  result.p90Ps = percentile(all, 0.9);
  result.samples = static_cast<int64_t>(all.size());
  return result;
}

double ProbedPasses::drift(int64_t bestProbePs) const {
  assert(!samples.empty() && probesPs.size() == samples.size() &&
         "a pass without a probe");
  size_t best = 0;
  for (size_t i = 1; i < samples.size(); ++i)
    if (median(samples[i]) < median(samples[best]))
      best = i;
  return static_cast<double>(probesPs[best]) /
             static_cast<double>(bestProbePs) -
         1;
}

void OrderedResults::put(size_t index, Measurement measurement) {
  assert(index >= next && !pending[index] && "a result was reported twice");
  pending[index] = std::move(measurement);
  for (; next < pending.size() && pending[next]; ++next) {
    sink(next, *pending[next]);
    pending[next]->conditions.clear();
  }
}

std::vector<size_t> pr::shuffledOrder(size_t count, uint64_t pass) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t(0));
  // Fisher-Yates by hand: std::shuffle differs between standard libraries.
  std::mt19937_64 random(pass + 1);
  for (size_t i = count; i > 1; --i)
    std::swap(order[i - 1], order[random() % i]);
  return order;
}

void pr::forEachBlock(size_t layers, const MeasureOptions &options,
                      const std::function<void(size_t, size_t)> &body) {
  size_t block = std::max(options.blockSize, 1);
  for (size_t begin = 0; begin < layers; begin += block)
    body(begin, std::min(block, layers - begin));
}
