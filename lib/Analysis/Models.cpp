// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Analysis/Models.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"

#include <map>
#include <mutex>
#include <optional>

using namespace mlir;
using namespace mlir::pr;

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

namespace {
/// What was loaded before, and from which state of which file.
struct LoadedModel {
  uint64_t size = 0;
  llvm::sys::TimePoint<> modified;
  std::optional<::pr::Estimator> estimator;
};
} // namespace

/// Loads a bundle once in the process, unless the file changes: a pass on
/// functions has an instance for each thread, an analysis one for each
/// function.
static ::pr::Expected<::pr::Estimator>
loadShared(const std::string &path, const ::pr::EstimatorOptions &options) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, int>, LoadedModel> loaded;
  llvm::sys::fs::file_status status;
  if (llvm::sys::fs::status(path, status))
    return ::pr::Estimator::load(path, options); // says what is wrong
  std::lock_guard<std::mutex> lock(mutex);
  LoadedModel &entry = loaded[{path, options.confidencePercent}];
  if (entry.estimator && entry.size == status.getSize() &&
      entry.modified == status.getLastModificationTime())
    return *entry.estimator;
  auto estimator = ::pr::Estimator::load(path, options);
  if (estimator)
    entry = {status.getSize(), status.getLastModificationTime(), *estimator};
  return estimator;
}

static LogicalResult load(llvm::ArrayRef<std::string> paths, int64_t confidence,
                          SmallVector<Model> &models, EmitError emitError) {
  ::pr::EstimatorOptions options;
  options.confidencePercent = static_cast<int>(confidence);
  for (const std::string &path : paths) {
    auto estimator = loadShared(path, options);
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
    return emitError()
           << "no model is given, expected 'model=FILE[,FILE...]' or "
              "devices with a 'pr.model' in the target system "
              "spec";
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
