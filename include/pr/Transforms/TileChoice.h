// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tile sizes by predicted latency: which of the legal ones a model expects to
// be fastest. The sizes a target can be given are dimensions of a layer
// (TileSpace.h); those of IR are loops of an operation. This is where the two
// meet.
#ifndef PR_TRANSFORMS_TILECHOICE_H
#define PR_TRANSFORMS_TILECHOICE_H

#include "pr/Analysis/Models.h"
#include "pr/Dialect/PR/PRAttributes.h"

#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"

#include <map>
#include <memory>
#include <mutex>

namespace mlir::pr {

/// Loads the bundles and keeps the one that `targets` leaves; an error through
/// `emitError` where that is none or several.
FailureOr<Model>
loadOneModel(ArrayRef<std::string> paths, ArrayRef<std::string> targets,
             llvm::function_ref<InFlightDiagnostic()> emitError);

/// For each dimension of the layer the loop of `op` that runs over it; -1 where
/// there is none, or several. Empty where `op` is no structured operation of
/// the layer's kind.
SmallVector<int64_t> loopsOfDims(Operation *op, const ::pr::Layer &layer);

/// A choice, or the reason why there is none.
struct TileChoice {
  TileSizesAttr sizes;
  std::string whyNot;
};

struct TileChooserOptions {
  /// Candidates asked about for each layer, at least one.
  size_t maxCandidates = 256;
  /// Take float operations for the target's integer ones.
  bool asQuantized = false;
};

/// One model's choices. Thread-safe; each layer is asked about once. Needs the
/// `pr` dialect loaded and its external models registered.
class TileChooser {
public:
  explicit TileChooser(Model model, TileChooserOptions options = {});

  /// The fastest of the legal tile sizes that the loops of `op`, which is
  /// `layer`, can be given; of equally fast ones the one with the largest
  /// tiles.
  TileChoice choose(Operation *op, const ::pr::Layer &layer);
  /// The same for an operation seen alone: padding in front of it and what is
  /// fused behind it do not count.
  TileChoice choose(Operation *op);
  /// Predicted latency of the operation with these sizes, one for each loop, in
  /// cycles where the target counts them and picoseconds otherwise. Null and
  /// the reason where there is none.
  std::optional<int64_t> estimate(Operation *op, ArrayRef<int64_t> sizes,
                                  std::string &whyNot) const;

  const Model &model() const { return source; }
  const TileChooserOptions &options() const { return settings; }

private:
  struct Ranked;
  const Ranked &rank(const ::pr::Layer &layer);

  Model source;
  TileChooserOptions settings;
  std::mutex mutex;
  /// By the text of the layer.
  std::map<std::string, std::shared_ptr<const Ranked>> ranked;
};

/// For SCFTilingOptions::setTileSizeComputationFunction: the sizes of
/// `pr.tile_sizes` where the operation has it, those that the chooser finds
/// otherwise, and no tiling where it finds none. Without a chooser the
/// attribute alone counts.
scf::SCFTileSizeComputationFunction
tileSizeFunction(std::shared_ptr<TileChooser> chooser = nullptr);

} // namespace mlir::pr

#endif // PR_TRANSFORMS_TILECHOICE_H
