// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "WhiteBox.h"
#include "pr/Target/LegalLayers.h"

#include <algorithm>

using namespace pr;

namespace {
/// Edges looked at, over all background layers.
struct Tally {
  int edges = 0; ///< evaluated at both sides
  int rises = 0; ///< the latency grows across the edge ...
  int flats = 0; ///< ... and is the same all along the plateau before it

  void add(const Tally &other) {
    edges += other.edges;
    rises += other.rises;
    flats += other.flats;
  }
};

class Confirmer {
public:
  Confirmer(const TargetInfo &info, const KindSupport &support,
            const std::function<Expected<int64_t>(const Layer &)> &cycles);

  Tally run(const StepCandidate &candidate) const;

private:
  void collectBackgrounds();
  Tally lookAt(const Layer &background, const StepCandidate &candidate) const;
  std::optional<int64_t> cyclesAt(Layer layer, unsigned dim,
                                  int64_t extent) const;

  const TargetInfo &info;
  const KindSupport &support;
  const std::function<Expected<int64_t>(const Layer &)> &cycles;
  std::vector<Layer> backgrounds;
};
} // namespace

static constexpr int kBackgrounds = 12;
/// Legal layers can be rare among random ones.
static constexpr int kAttempts = 20000;
static constexpr int kEdges = 3;

Confirmer::Confirmer(
    const TargetInfo &info, const KindSupport &support,
    const std::function<Expected<int64_t>(const Layer &)> &cycles)
    : info(info), support(support), cycles(cycles) {
  collectBackgrounds();
}

void Confirmer::collectBackgrounds() {
  LegalLayers layers(info, support, /*seed=*/1); // the same steps every time
  while (backgrounds.size() < kBackgrounds) {
    std::optional<Layer> layer = layers.draw(kAttempts);
    if (!layer)
      return;
    backgrounds.push_back(*layer);
  }
}

/// nullopt where such a layer does not exist on the target.
std::optional<int64_t> Confirmer::cyclesAt(Layer layer, unsigned dim,
                                           int64_t extent) const {
  if (extent < layer.info().dims[dim].minimum())
    return std::nullopt;
  layer[dim] = extent;
  Expected<Layer> checked = checkedLayer(layer);
  if (!checked || !sameComputation(*checked, layer))
    return std::nullopt;
  Expected<int64_t> result = cycles(*checked);
  return result ? std::optional(*result) : std::nullopt;
}

Tally Confirmer::lookAt(const Layer &background,
                        const StepCandidate &candidate) const {
  Tally tally;
  for (int i = 1; i <= kEdges; ++i) {
    int64_t edge = candidate.offset + i * candidate.width;
    int64_t begin = std::max(edge - candidate.width + 1,
                             background.info().dims[candidate.dim].minimum());
    auto first = cyclesAt(background, candidate.dim, begin);
    auto last = cyclesAt(background, candidate.dim, edge);
    auto behind = cyclesAt(background, candidate.dim, edge + 1);
    if (!first || !last || !behind)
      continue;
    ++tally.edges;
    // Where latency also grows within the plateau, the edge must stand out.
    int64_t slope = (*last - *first) / std::max<int64_t>(1, edge - begin);
    tally.rises += *behind - *last > slope;
    tally.flats += *first == *last;
  }
  return tally;
}

Tally Confirmer::run(const StepCandidate &candidate) const {
  Tally total;
  for (const Layer &background : backgrounds)
    total.add(lookAt(background, candidate));
  return total;
}

std::vector<Step> pr::confirmSteps(
    const std::vector<StepCandidate> &candidates, const TargetInfo &info,
    const KindSupport &support,
    const std::function<Expected<int64_t>(const Layer &)> &cycles) {
  std::vector<Step> steps;
  if (candidates.empty())
    return steps;
  Confirmer confirmer(info, support, cycles);
  for (const StepCandidate &candidate : candidates) {
    Tally tally = confirmer.run(candidate);
    if (tally.rises == 0)
      continue;
    Step step;
    step.dim = candidate.dim;
    step.width = candidate.width;
    step.offset = candidate.offset;
    step.resource = Resource::Compute;
    step.plateau = tally.flats == tally.edges ? Plateau::Flat : Plateau::Ramps;
    step.knowledge = Knowledge::White;
    step.evidence = candidate.origin + "; latency rises at " +
                    std::to_string(tally.rises) + " of " +
                    std::to_string(tally.edges) + " edges, " +
                    std::to_string(tally.flats) + " plateaus are flat";
    steps.push_back(std::move(step));
  }
  return steps;
}
