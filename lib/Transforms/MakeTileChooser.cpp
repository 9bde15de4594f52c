// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From what a pass or script was told to a chooser.
#include "pr/Conversion/DescribedTargets.h"
#include "pr/Target/Described.h"
#include "pr/Transforms/TileChoice.h"

using namespace mlir;
using namespace mlir::pr;

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

/// Loads the bundles and keeps the one that `targets` leaves.
static FailureOr<Model> loadOneModel(const TileChooserRequest &request,
                                     EmitError emitError) {
  auto loaded = loadModels(request.models, request.targets,
                           /*confidencePercent=*/90, emitError);
  if (failed(loaded))
    return failure();
  if (loaded->size() != 1)
    return emitError() << "there are models for " << loaded->size()
                       << " targets, expected 'target' to name one of them";
  return loaded->front();
}

static LogicalResult checkPositive(StringRef name, int64_t value,
                                   EmitError emitError) {
  if (value >= 1)
    return success();
  return emitError() << "'" << name << "' is " << value
                     << ", expected at least 1";
}

/// The model ranks what the description evaluates: they must be of one target.
static LogicalResult checkSameTarget(const ::pr::TargetInfo &described,
                                     const Model &model, StringRef architecture,
                                     EmitError emitError) {
  const ::pr::TargetInfo &known = model.estimator.target();
  if (described.name != known.name)
    return emitError() << "architecture '" << architecture
                       << "' describes target '" << described.name
                       << "', but model '" << model.path << "' is for target '"
                       << known.name << "'";
  if (described.descriptionHash != known.descriptionHash)
    return emitError() << "architecture '" << architecture
                       << "' has changed since model '" << model.path
                       << "' was trained: its description has hash '"
                       << described.descriptionHash << "', expected '"
                       << known.descriptionHash << "'";
  return success();
}

/// Parameters that the text leaves out are those of the model.
static FailureOr<std::shared_ptr<const ::pr::DescribedTarget>>
loadEvaluator(const std::string &architecture, const Model &model,
              EmitError emitError) {
  auto spec = ::pr::parseTargetSpec(architecture);
  if (!spec)
    return emitError() << spec.error().message;
  auto known = architectureParameters(spec->name);
  if (!known)
    return emitError() << known.error().message;
  const auto &ofModel = model.estimator.target().parameters;
  for (const ::pr::TargetParameter &parameter : *known)
    if (auto found = ofModel.find(parameter.name); found != ofModel.end())
      spec->parameters.insert(*found);
  auto target = makeDescribedTarget(spec->name, spec->parameters);
  if (!target)
    return emitError() << target.error().message;
  if (failed(
          checkSameTarget((*target)->info(), model, architecture, emitError)))
    return failure();
  std::shared_ptr<const ::pr::Target> owner = std::move(*target);
  return std::shared_ptr<const ::pr::DescribedTarget>(owner,
                                                      owner->asDescribed());
}

FailureOr<std::shared_ptr<TileChooser>>
mlir::pr::makeTileChooser(const TileChooserRequest &request,
                          EmitError emitError) {
  if (failed(
          checkPositive("max-candidates", request.maxCandidates, emitError)) ||
      failed(checkPositive("evaluate-best", request.evaluateBest, emitError)))
    return failure();
  auto model = loadOneModel(request, emitError);
  if (failed(model))
    return failure();
  TileChooserOptions options;
  options.maxCandidates = request.maxCandidates;
  options.asQuantized = request.asQuantized;
  options.evaluateBest = request.evaluateBest;
  if (!request.architecture.empty()) {
    auto evaluator = loadEvaluator(request.architecture, *model, emitError);
    if (failed(evaluator))
      return failure();
    options.evaluator = std::move(*evaluator);
  }
  return std::make_shared<TileChooser>(std::move(*model), std::move(options));
}
