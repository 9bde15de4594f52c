// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Domain.h"

#include <algorithm>
#include <cmath>

using namespace pr;

using Counts = std::array<int64_t, Domain::kCountNames.size()>;

static Counts countsOf(const Work &work) {
  return {work.macs, work.operations, work.inputBytes, work.weightBytes,
          work.outputBytes};
}

static void include(std::pair<int64_t, int64_t> &range, int64_t value,
                    bool first) {
  range.first = first ? value : std::min(range.first, value);
  range.second = first ? value : std::max(range.second, value);
}

template <typename T>
static bool contains(const std::vector<T> &items, const T &item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

template <typename T>
static void insert(std::vector<T> &items, const T &item) {
  if (!contains(items, item))
    items.push_back(item);
}

Domain Domain::hullOf(const std::vector<Layer> &layers) {
  Domain domain;
  domain.kind = layers.front().kind;
  const KindInfo &info = kindInfo(domain.kind);
  bool first = true;
  for (const Layer &layer : layers) {
    for (unsigned i = 0; i < info.dims.size(); ++i) {
      if (info.dims[i].role == DimRole::Option)
        domain.dims[i].second |= int64_t(1) << layer[i];
      else
        include(domain.dims[i], layer[i], first);
    }
    auto work = computeWork(layer);
    Counts counts = countsOf(work ? *work : Work());
    for (size_t i = 0; i < counts.size(); ++i)
      include(domain.counts[i], counts[i], first);
    insert(domain.types, {layer.operands, layer.results});
    insert(domain.layouts, layer.layout);
    insert(domain.epilogues, layer.epilogue);
    domain.schedules |= !layer.schedule.empty();
    first = false;
  }
  return domain;
}

/// Octaves between a value and a range; values of 0 are possible.
static double octavesOutside(int64_t value,
                             const std::pair<int64_t, int64_t> &range) {
  if (value < range.first)
    return std::log2((double(range.first) + 1) / (double(value) + 1));
  if (value > range.second)
    return std::log2((double(value) + 1) / (double(range.second) + 1));
  return 0;
}

double Domain::distance(const Layer &layer, const Work &work) const {
  const KindInfo &info = kindInfo(kind);
  double farthest = 0;
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (info.dims[i].role != DimRole::Option)
      farthest = std::max(farthest, octavesOutside(layer[i], dims[i]));
  Counts values = countsOf(work);
  for (size_t i = 0; i < values.size(); ++i) {
    double octaves = octavesOutside(values[i], counts[i]);
    if (octaves > 0.25)
      farthest = std::max(farthest, octaves);
  }
  return farthest;
}

bool Domain::knowsTypes(const Layer &layer) const {
  return contains(types, TypeSignature{layer.operands, layer.results});
}

bool Domain::knowsOptions(const Layer &layer) const {
  const KindInfo &info = kindInfo(kind);
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (info.dims[i].role == DimRole::Option &&
        (dims[i].second >> layer[i] & 1) == 0)
      return false;
  return true;
}

bool Domain::knowsLayout(Layout layout) const {
  return contains(layouts, layout);
}

bool Domain::knowsEpilogue(const Epilogue &epilogue) const {
  return contains(epilogues, epilogue);
}
