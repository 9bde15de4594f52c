// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tile sizes by predicted latency: which of the legal ones a model expects to
// be fastest and, where the target's description is at hand, which of the
// model's best its evaluator finds fastest. One chooser for passes, the
// transform dialect and C++.
#ifndef PR_TRANSFORMS_TILECHOICE_H
#define PR_TRANSFORMS_TILECHOICE_H

#include "pr/Analysis/Models.h"
#include "pr/Analysis/TileLoops.h"
#include "pr/Dialect/PR/PRAttributes.h"

#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"

#include <map>
#include <memory>
#include <mutex>

namespace pr {
class DescribedTarget;
} // namespace pr

namespace mlir::pr {

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
  /// What decides between the model's best candidates, and how many of them it
  /// is asked about (at least one); null: the model alone decides.
  std::shared_ptr<const ::pr::DescribedTarget> evaluator;
  size_t evaluateBest = 8;
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

  /// Latency of the operation with these sizes, one for each loop, in cycles
  /// where the target counts them and picoseconds otherwise: as the model
  /// predicts it.
  ::pr::Expected<int64_t> predict(Operation *op, ArrayRef<int64_t> sizes) const;
  /// The same as the evaluator finds it. Precondition: there is one.
  ::pr::Expected<int64_t> evaluate(Operation *op, ArrayRef<int64_t> sizes);

  const Model &model() const { return source; }
  const TileChooserOptions &options() const { return settings; }

private:
  struct Ranked;
  struct Candidate;
  const Ranked &rank(const ::pr::Layer &layer);
  /// The candidates that the loops of `op` can be given, the fastest first.
  std::vector<Candidate> expressible(Operation *op, const Ranked &ranked,
                                     ArrayRef<int64_t> loops) const;
  /// Lets the evaluator order the first ones and drops the others; an error
  /// where it can evaluate none.
  ::pr::Expected<void> evaluateFirst(std::vector<Candidate> &candidates);
  ::pr::Expected<int64_t> evaluate(const ::pr::Layer &layer);

  Model source;
  TileChooserOptions settings;
  std::mutex mutex;
  /// By the text of the layer.
  std::map<std::string, std::shared_ptr<Ranked>> ranked;
  std::map<std::string, ::pr::Expected<int64_t>> evaluated;
};

/// How a pass or script asks for a chooser.
struct TileChooserRequest {
  /// Bundles, and which of them is meant where there are several.
  ArrayRef<std::string> models, targets;
  /// Name or file of the target's description, with parameters in brackets
  /// where they are not the model's; empty: the model alone decides.
  std::string architecture;
  int64_t evaluateBest = 8;
  int64_t maxCandidates = 256;
  bool asQuantized = false;
};

/// Says through `emitError` what cannot be loaded, does not belong together or
/// is out of its range.
FailureOr<std::shared_ptr<TileChooser>>
makeTileChooser(const TileChooserRequest &request,
                llvm::function_ref<InFlightDiagnostic()> emitError);

/// For SCFTilingOptions::setTileSizeComputationFunction: the sizes of
/// `pr.tile_sizes` where the operation has it, those that the chooser finds
/// otherwise, and no tiling where it finds none. Without a chooser the
/// attribute alone counts.
scf::SCFTileSizeComputationFunction
tileSizeFunction(std::shared_ptr<TileChooser> chooser = nullptr);

} // namespace mlir::pr

#endif // PR_TRANSFORMS_TILECHOICE_H
