// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Transforms/TileChoice.h"

#include "pr/Analysis/LayerAnalysis.h"
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Lattice/TileSpace.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

#include <algorithm>

using namespace mlir;
using namespace mlir::pr;

FailureOr<Model>
mlir::pr::loadOneModel(ArrayRef<std::string> paths,
                       ArrayRef<std::string> targets,
                       llvm::function_ref<InFlightDiagnostic()> emitError) {
  auto loaded = loadModels(paths, targets, /*confidencePercent=*/90, emitError);
  if (failed(loaded))
    return failure();
  if (loaded->size() != 1)
    return emitError() << "there are models for " << loaded->size()
                       << " targets, expected 'target' to name one of them";
  return loaded->front();
}

/// The candidates of one layer, the fastest first, or the reason why there are
/// none.
struct TileChooser::Ranked {
  std::vector<::pr::Layer> layers;
  std::vector<::pr::Estimate> estimates;
  std::string whyNot;
};

TileChooser::TileChooser(Model model, TileChooserOptions options)
    : source(std::move(model)), settings(options) {}

//===----------------------------------------------------------------------===//
// Ranking
//===----------------------------------------------------------------------===//

static int64_t latencyOf(const ::pr::Estimate &estimate) {
  return estimate.cycles ? *estimate.cycles : *estimate.timePs;
}

/// Elements of a tile, for comparison only.
static double tileVolume(const ::pr::Layer &layer) {
  double volume = 1;
  for (const ::pr::ScheduleLoop &loop : layer.schedule.tile)
    volume *= double(loop.extent);
  return volume;
}

const TileChooser::Ranked &TileChooser::rank(const ::pr::Layer &layer) {
  std::string text = ::pr::printLayer(layer);
  std::lock_guard<std::mutex> lock(mutex);
  std::shared_ptr<const Ranked> &entry = ranked[text];
  if (entry)
    return *entry;
  auto result = std::make_shared<Ranked>();
  entry = result;
  const ::pr::Estimator &estimator = source.estimator;
  auto candidates =
      ::pr::tileCandidates(estimator.target(), layer, settings.maxCandidates);
  if (!candidates) {
    result->whyNot = candidates.error().message;
    return *result;
  }
  std::vector<::pr::Estimate> estimates(candidates->size());
  estimator.estimate(candidates->data(), candidates->size(), estimates.data());
  SmallVector<size_t> order;
  for (size_t i = 0; i < estimates.size(); ++i)
    if (estimates[i].status != ::pr::EstimateStatus::Unsupported)
      order.push_back(i);
  if (order.empty())
    result->whyNot = estimator.whyNot(candidates->front());
  llvm::stable_sort(order, [&](size_t a, size_t b) {
    int64_t left = latencyOf(estimates[a]), right = latencyOf(estimates[b]);
    return left != right
               ? left < right
               : tileVolume((*candidates)[a]) > tileVolume((*candidates)[b]);
  });
  for (size_t i : order) {
    result->layers.push_back((*candidates)[i]);
    result->estimates.push_back(estimates[i]);
  }
  return *result;
}

//===----------------------------------------------------------------------===//
// Choosing
//===----------------------------------------------------------------------===//

/// One size for each loop, 0 where a tile takes all of it; nullopt where the
/// schedule cuts a dimension that no single loop runs over.
static std::optional<SmallVector<int64_t>> toLoopSizes(const ::pr::Layer &layer,
                                                       ArrayRef<int64_t> loops,
                                                       size_t numLoops) {
  SmallVector<int64_t> sizes(numLoops, 0);
  for (const ::pr::ScheduleLoop &tile : layer.schedule.tile) {
    if (tile.extent >= layer[tile.dim])
      continue;
    if (loops[tile.dim] < 0)
      return std::nullopt;
    sizes[loops[tile.dim]] = tile.extent;
  }
  return sizes;
}

TileChoice TileChooser::choose(Operation *op, const ::pr::Layer &layer) {
  auto tiled = dyn_cast<TilingInterface>(op);
  SmallVector<int64_t> loops = loopsOfDims(op, layer);
  if (!tiled || loops.empty())
    return {{}, "its loops are not those of a layer that can be tiled"};
  const Ranked &candidates = rank(layer);
  if (!candidates.whyNot.empty())
    return {{}, candidates.whyNot};
  size_t numLoops = tiled.getLoopIteratorTypes().size();
  SmallVector<std::pair<size_t, SmallVector<int64_t>>, 2> best;
  int64_t expressible = 0;
  for (size_t i = 0; i < candidates.layers.size(); ++i) {
    auto sizes = toLoopSizes(candidates.layers[i], loops, numLoops);
    if (!sizes)
      continue;
    if (++expressible <= 2)
      best.push_back({i, std::move(*sizes)});
  }
  if (best.empty())
    return {{}, "a dimension that the target tiles runs over several loops"};
  MLIRContext *context = op->getContext();
  const ::pr::Estimate &first = candidates.estimates[best[0].first];
  DenseI64ArrayAttr runnerUp;
  std::optional<int64_t> runnerUpPs, runnerUpCycles;
  if (best.size() > 1) {
    const ::pr::Estimate &second = candidates.estimates[best[1].first];
    runnerUp = DenseI64ArrayAttr::get(context, best[1].second);
    runnerUpPs = second.timePs;
    runnerUpCycles = second.cycles;
  }
  return {TileSizesAttr::get(
              context, DenseI64ArrayAttr::get(context, best[0].second),
              source.target(), source.estimator.modelId(),
              LayerAttr::get(context, candidates.layers[best[0].first]),
              first.timePs, first.cycles, runnerUp, runnerUpPs, runnerUpCycles,
              expressible),
          {}};
}

/// The layer that an operation is when seen alone.
static std::optional<::pr::Layer> layerOf(Operation *op, std::string &whyNot) {
  LayerDescription description = describeOp(op);
  if (!description.isLayer()) {
    whyNot =
        description.isFolded() ? "it has no work of its own" : description.why;
    return std::nullopt;
  }
  auto layer = ::pr::checkedLayer(description.layer);
  if (layer)
    return *layer;
  whyNot = layer.error().message;
  return std::nullopt;
}

TileChoice TileChooser::choose(Operation *op) {
  TileChoice none;
  auto layer = layerOf(op, none.whyNot);
  return layer ? choose(op, *layer) : none;
}

std::optional<int64_t> TileChooser::estimate(Operation *op,
                                             ArrayRef<int64_t> sizes,
                                             std::string &whyNot) const {
  auto layer = layerOf(op, whyNot);
  if (!layer)
    return std::nullopt;
  SmallVector<int64_t> loops = loopsOfDims(op, *layer);
  const ::pr::KindSupport *support =
      source.estimator.target().find(layer->kind);
  if (loops.empty()) {
    whyNot = "its loops are not those of a layer that can be tiled";
    return std::nullopt;
  }
  if (!support || support->tileDims.empty()) {
    whyNot = "target '" + source.target() + "' takes no tile sizes of " +
             std::string(layer->info().name);
    return std::nullopt;
  }
  SmallVector<int64_t> tiles;
  for (unsigned dim : support->tileDims) {
    int64_t size = loops[dim] < 0 || size_t(loops[dim]) >= sizes.size()
                       ? 0
                       : sizes[loops[dim]];
    int64_t extent = (*layer)[dim];
    tiles.push_back(size == 0 ? extent : std::min(size, extent));
  }
  ::pr::Layer scheduled =
      ::pr::withTiles(*layer, support->tileDims, tiles.data());
  ::pr::Estimate estimate = source.estimator.estimate(scheduled);
  if (estimate.status == ::pr::EstimateStatus::Unsupported) {
    whyNot = source.estimator.whyNot(scheduled);
    return std::nullopt;
  }
  return latencyOf(estimate);
}

scf::SCFTileSizeComputationFunction
mlir::pr::tileSizeFunction(std::shared_ptr<TileChooser> chooser) {
  return [chooser](OpBuilder &builder,
                   Operation *op) -> SmallVector<OpFoldResult> {
    auto attr = op->getAttrOfType<TileSizesAttr>(
        PRDialect::TileSizesAttrHelper::getNameStr());
    if (!attr && chooser)
      attr = chooser->choose(op).sizes;
    return attr ? getAsIndexOpFoldResult(builder.getContext(),
                                         attr.getSizes().asArrayRef())
                : SmallVector<OpFoldResult>();
  };
}
