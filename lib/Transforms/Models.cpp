// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Models.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pr;

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

static LogicalResult load(llvm::ArrayRef<std::string> paths, int64_t confidence,
                          SmallVector<Model> &models, EmitError emitError) {
  ::pr::EstimatorOptions options;
  options.confidencePercent = static_cast<int>(confidence);
  for (const std::string &path : paths) {
    auto estimator = ::pr::Estimator::load(path, options);
    if (!estimator)
      return emitError() << estimator.error().message;
    models.push_back({path, std::move(*estimator)});
  }
  return success();
}

static LogicalResult checkDistinct(llvm::ArrayRef<Model> models,
                                   EmitError emitError) {
  for (const auto &[i, model] : llvm::enumerate(models))
    for (const Model &other : models.take_front(i))
      if (model.target() == other.target())
        return emitError() << "models '" << other.path << "' and '"
                           << model.path << "' are both for target '"
                           << model.target()
                           << "', expected one model for each target";
  return success();
}

/// Drops the models that no target asks for.
static LogicalResult select(llvm::ArrayRef<std::string> targets,
                            SmallVector<Model> &models, EmitError emitError) {
  for (const std::string &target : targets) {
    if (llvm::is_contained(llvm::map_range(models, std::mem_fn(&Model::target)),
                           target))
      continue;
    InFlightDiagnostic diag = emitError()
                              << "no model is for target '" << target << "'";
    for (const Model &model : models)
      diag.attachNote() << "model '" << model.path << "' is for target '"
                        << model.target() << "'";
    return diag;
  }
  if (!targets.empty())
    llvm::erase_if(models, [&](const Model &model) {
      return !llvm::is_contained(targets, model.target());
    });
  return success();
}

FailureOr<SmallVector<Model>>
mlir::pr::loadModels(llvm::ArrayRef<std::string> paths,
                     llvm::ArrayRef<std::string> targets,
                     int64_t confidencePercent, EmitError emitError) {
  if (paths.empty())
    return emitError() << "no model is given, expected 'model=FILE[,FILE...]'";
  if (!llvm::is_contained({80, 90, 95}, confidencePercent))
    return emitError() << "'confidence' is " << confidencePercent
                       << ", expected 80, 90 or 95 percent";
  SmallVector<Model> models;
  if (failed(load(paths, confidencePercent, models, emitError)) ||
      failed(checkDistinct(models, emitError)) ||
      failed(select(targets, models, emitError)))
    return failure();
  return models;
}
