// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Analysis/TargetSpec.h"

#include "pr/Dialect/PR/PRDialect.h"

#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"

using namespace mlir;
using namespace mlir::pr;

static constexpr StringRef kModel = "pr.model";
static constexpr StringRef kModelId = "pr.model_id";
static constexpr StringRef kClock = "pr.clock_khz";
static constexpr char kSearchPath[] = "PR_MODEL_PATH";

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static TargetSystemSpecInterface specInScope(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto spec = op->getAttrOfType<TargetSystemSpecInterface>(
            DLTIDialect::kTargetSystemDescAttrName))
      return spec;
  return {};
}

SmallVector<SpecDevice> mlir::pr::devicesInScope(Operation *op) {
  SmallVector<SpecDevice> devices;
  TargetSystemSpecInterface spec = specInScope(op);
  if (!spec)
    return devices;
  for (DataLayoutEntryInterface entry : spec.getEntries()) {
    auto device = dyn_cast<TargetDeviceSpecInterface>(entry.getValue());
    auto name = dyn_cast<StringAttr>(entry.getKey());
    if (!device || !name)
      continue;
    SpecDevice found{name.str(), "", ""};
    bool ours = false;
    for (DataLayoutEntryInterface property : device.getEntries()) {
      auto key = dyn_cast<StringAttr>(property.getKey());
      auto text = dyn_cast<StringAttr>(property.getValue());
      ours |= key && key.strref().starts_with("pr.");
      if (key && text && key.strref() == kModel)
        found.model = text.str();
      if (key && text && key.strref() == kModelId)
        found.modelId = text.str();
    }
    if (ours)
      devices.push_back(std::move(found));
  }
  return devices;
}

/// Whether the entries of this dialect are what they must be. MLIR does not ask
/// by itself; its verifySpec refuses, without a word, two devices that have an
/// entry of the same name.
static LogicalResult verifyEntries(Operation *op) {
  TargetSystemSpecInterface spec = specInScope(op);
  auto *dialect = op->getContext()->getLoadedDialect<PRDialect>();
  if (!spec || !dialect)
    return success();
  auto *interface =
      dialect->getRegisteredInterface<DataLayoutDialectInterface>();
  for (DataLayoutEntryInterface entry : spec.getEntries())
    if (auto device = dyn_cast<TargetDeviceSpecInterface>(entry.getValue()))
      for (DataLayoutEntryInterface property : device.getEntries())
        if (auto key = dyn_cast<StringAttr>(property.getKey());
            key && key.strref().starts_with("pr.") &&
            failed(interface->verifyEntry(property, op->getLoc())))
          return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Deciding
//===----------------------------------------------------------------------===//

/// TARGET.prm in the folders of the search path; nullopt where there is none.
static std::optional<std::string> findByDefault(StringRef target) {
  std::optional<std::string> path = llvm::sys::Process::GetEnv(kSearchPath);
  if (!path)
    return std::nullopt;
  SmallVector<StringRef> folders;
  StringRef(*path).split(folders, ':', -1, /*KeepEmpty=*/false);
  for (StringRef folder : folders) {
    llvm::SmallString<128> file(folder);
    llvm::sys::path::append(file, target + ".prm");
    if (llvm::sys::fs::exists(file))
      return std::string(file);
  }
  return std::nullopt;
}

static LogicalResult noDefault(StringRef target, EmitError emitError) {
  return emitError() << "no model is given for target '" << target
                     << "': neither option 'model' nor '" << kModel
                     << "' of the target system spec names one, and no folder "
                     << "of " << kSearchPath << " holds '" << target << ".prm'";
}

/// The paths of the models for the devices and targets.
static LogicalResult collectPaths(llvm::ArrayRef<SpecDevice> devices,
                                  llvm::ArrayRef<std::string> targets,
                                  SmallVectorImpl<std::string> &paths,
                                  EmitError emitError) {
  for (const SpecDevice &device : devices) {
    if (!targets.empty() && !llvm::is_contained(targets, device.name))
      continue;
    if (device.model.empty()) {
      auto found = findByDefault(device.name);
      if (!found)
        return noDefault(device.name, emitError);
      paths.push_back(*found);
    } else {
      paths.push_back(device.model);
    }
  }
  for (const std::string &target : targets) {
    if (llvm::any_of(devices, [&](const SpecDevice &device) {
          return device.name == target;
        }))
      continue;
    auto found = findByDefault(target);
    if (!found)
      return noDefault(target, emitError);
    paths.push_back(*found);
  }
  return success();
}

static LogicalResult checkIds(llvm::ArrayRef<SpecDevice> devices,
                              llvm::ArrayRef<Model> models,
                              EmitError emitError) {
  for (const SpecDevice &device : devices)
    for (const Model &model : models)
      if (model.target() == device.name && !device.modelId.empty() &&
          device.modelId != model.estimator.modelId())
        return emitError() << "model '" << model.path << "' has the id '"
                           << model.estimator.modelId()
                           << "', but the target system spec was made for '"
                           << device.modelId << "'";
  return success();
}

FailureOr<SmallVector<Model>>
mlir::pr::resolveModels(Operation *op, const ModelRequest &request,
                        EmitError emitError) {
  if (!request.models.empty())
    return loadModels(request.models, request.targets,
                      request.confidencePercent, emitError);
  if (failed(verifyEntries(op)))
    return failure();
  SmallVector<SpecDevice> devices = devicesInScope(op);
  SmallVector<std::string> paths;
  if (failed(collectPaths(devices, request.targets, paths, emitError)))
    return failure();
  auto models =
      loadModels(paths, request.targets, request.confidencePercent, emitError);
  if (failed(models) || failed(checkIds(devices, *models, emitError)))
    return failure();
  return models;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

using Entries = llvm::MapVector<StringAttr, Attribute>;

static Entries entriesOf(llvm::ArrayRef<DataLayoutEntryInterface> list) {
  Entries entries;
  for (DataLayoutEntryInterface entry : list)
    if (auto key = dyn_cast<StringAttr>(entry.getKey()))
      entries[key] = entry.getValue();
  return entries;
}

static SmallVector<DataLayoutEntryInterface> toList(const Entries &entries) {
  SmallVector<DataLayoutEntryInterface> list;
  for (const auto &[key, value] : entries)
    list.push_back(DataLayoutEntryAttr::get(key, value));
  return list;
}

TargetSystemSpecInterface mlir::pr::addDevices(TargetSystemSpecInterface spec,
                                               llvm::ArrayRef<Model> models,
                                               MLIRContext *context) {
  Builder builder(context);
  Entries devices = spec ? entriesOf(spec.getEntries()) : Entries();
  for (const Model &model : models) {
    Attribute &device = devices[builder.getStringAttr(model.target())];
    Entries entries;
    if (auto old = dyn_cast_if_present<TargetDeviceSpecInterface>(device))
      entries = entriesOf(old.getEntries());
    entries[builder.getStringAttr(kModel)] = builder.getStringAttr(model.path);
    entries[builder.getStringAttr(kModelId)] =
        builder.getStringAttr(model.estimator.modelId());
    entries.erase(builder.getStringAttr(kClock));
    if (auto clock = model.estimator.target().clockKhz)
      entries[builder.getStringAttr(kClock)] =
          builder.getI64IntegerAttr(*clock);
    device = TargetDeviceSpecAttr::get(context, toList(entries));
  }
  return TargetSystemSpecAttr::get(context, toList(devices));
}
