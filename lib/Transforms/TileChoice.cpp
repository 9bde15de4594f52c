// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Transforms/TileChoice.h"

#include "pr/Analysis/LayerAnalysis.h"
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Lattice/TileSpace.h"
#include "pr/Target/Described.h"

using namespace mlir;
using namespace mlir::pr;

/// The candidates of one layer, the fastest first, or the reason why there are
/// none.
struct TileChooser::Ranked {
  std::vector<::pr::Layer> layers;
  std::vector<::pr::Estimate> estimates;
  std::string whyNot;
};

/// One of them as the loops of an operation take it.
struct TileChooser::Candidate {
  const ::pr::Layer *layer;
  std::optional<int64_t> timePs, cycles;
  SmallVector<int64_t> sizes;
};

TileChooser::TileChooser(Model model, TileChooserOptions options)
    : source(std::move(model)), settings(std::move(options)) {}

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
  std::shared_ptr<Ranked> &result = ranked[text];
  if (result)
    return *result;
  result = std::make_shared<Ranked>();
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

std::vector<TileChooser::Candidate>
TileChooser::expressible(Operation *op, const Ranked &candidates,
                         ArrayRef<int64_t> loops) const {
  size_t numLoops = cast<TilingInterface>(op).getLoopIteratorTypes().size();
  std::vector<Candidate> result;
  for (auto [layer, estimate] :
       llvm::zip_equal(candidates.layers, candidates.estimates))
    if (auto sizes = toLoopSizes(layer, loops, numLoops))
      result.push_back(
          {&layer, estimate.timePs, estimate.cycles, std::move(*sizes)});
  return result;
}

::pr::Expected<void>
TileChooser::evaluateFirst(std::vector<Candidate> &candidates) {
  std::vector<Candidate> known;
  std::string whyNot;
  for (Candidate &one :
       llvm::MutableArrayRef(candidates).take_front(settings.evaluateBest)) {
    auto cycles = evaluate(*one.layer);
    if (!cycles) {
      whyNot = cycles.error().message;
      continue;
    }
    one.cycles = *cycles;
    one.timePs =
        ::pr::cyclesToPicoseconds(*cycles, settings.evaluator->info().clockKhz);
    known.push_back(std::move(one));
  }
  if (known.empty())
    return ::pr::makeError(::pr::ErrorKind::Unsupported, whyNot);
  llvm::stable_sort(known, [](const Candidate &a, const Candidate &b) {
    return a.cycles < b.cycles;
  });
  candidates = std::move(known);
  return {};
}

TileChoice TileChooser::choose(Operation *op, const ::pr::Layer &layer) {
  SmallVector<int64_t> loops = loopsOfDims(op, layer);
  if (!isa<TilingInterface>(op) || loops.empty())
    return {{}, "its loops are not those of a layer that can be tiled"};
  const Ranked &candidates = rank(layer);
  if (!candidates.whyNot.empty())
    return {{}, candidates.whyNot};
  std::vector<Candidate> best = expressible(op, candidates, loops);
  if (best.empty())
    return {{}, "a dimension that the target tiles runs over several loops"};
  int64_t compared = best.size(), evaluatedOnes = 0;
  if (settings.evaluator) {
    if (auto done = evaluateFirst(best); !done)
      return {{}, done.error().message};
    evaluatedOnes = best.size();
  }
  MLIRContext *context = op->getContext();
  DenseI64ArrayAttr runnerUp;
  std::optional<int64_t> runnerUpPs, runnerUpCycles;
  if (best.size() > 1) {
    runnerUp = DenseI64ArrayAttr::get(context, best[1].sizes);
    runnerUpPs = best[1].timePs;
    runnerUpCycles = best[1].cycles;
  }
  return {TileSizesAttr::get(
              context, DenseI64ArrayAttr::get(context, best[0].sizes),
              source.target(), source.estimator.modelId(),
              LayerAttr::get(context, *best[0].layer), best[0].timePs,
              best[0].cycles, runnerUp, runnerUpPs, runnerUpCycles, compared,
              evaluatedOnes),
          {}};
}

/// The layer that an operation is when seen alone, or why it is none.
static ::pr::Expected<::pr::Layer> layerOf(Operation *op) {
  LayerDescription description = describeOp(op);
  if (description.isLayer())
    return ::pr::checkedLayer(description.layer);
  return ::pr::makeError(::pr::ErrorKind::Unsupported,
                         description.isFolded() ? "it has no work of its own"
                                                : description.why);
}

TileChoice TileChooser::choose(Operation *op) {
  auto layer = layerOf(op);
  return layer ? choose(op, *layer) : TileChoice{{}, layer.error().message};
}

//===----------------------------------------------------------------------===//
// Sizes that are given
//===----------------------------------------------------------------------===//

static ::pr::Expected<::pr::Layer> scheduledLayer(Operation *op,
                                                  ArrayRef<int64_t> sizes,
                                                  const ::pr::TargetInfo &to) {
  auto layer = layerOf(op);
  return layer ? withLoopSizes(op, *layer, to, sizes)
               : ::pr::Expected<::pr::Layer>(layer.takeError());
}

::pr::Expected<int64_t> TileChooser::predict(Operation *op,
                                             ArrayRef<int64_t> sizes) const {
  const ::pr::Estimator &estimator = source.estimator;
  auto layer = scheduledLayer(op, sizes, estimator.target());
  if (!layer)
    return layer.takeError();
  ::pr::Estimate estimate = estimator.estimate(*layer);
  if (estimate.status != ::pr::EstimateStatus::Unsupported)
    return latencyOf(estimate);
  return ::pr::makeError(::pr::ErrorKind::Unsupported,
                         estimator.whyNot(*layer));
}

::pr::Expected<int64_t> TileChooser::evaluate(Operation *op,
                                              ArrayRef<int64_t> sizes) {
  auto layer = scheduledLayer(op, sizes, source.estimator.target());
  return layer ? evaluate(*layer) : ::pr::Expected<int64_t>(layer.takeError());
}

::pr::Expected<int64_t> TileChooser::evaluate(const ::pr::Layer &layer) {
  std::string text = ::pr::printLayer(layer);
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (auto known = evaluated.find(text); known != evaluated.end())
      return known->second;
  }
  auto timing = settings.evaluator->evaluate(layer);
  auto cycles = timing ? ::pr::Expected<int64_t>(timing->cycles)
                       : ::pr::Expected<int64_t>(timing.takeError());
  std::lock_guard<std::mutex> lock(mutex);
  evaluated.emplace(text, cycles);
  return cycles;
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
