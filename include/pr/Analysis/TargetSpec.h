// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Targets and models named in the IR, by DLTI's target system spec:
//
//   module attributes {dlti.target_system_spec = #dlti.target_system_spec<
//     "ultratrail" = #dlti.target_device_spec<
//       "pr.model" = "models/ultratrail.prm", "pr.model_id" =
//       "0c4f1a9be2d37756">>}
//
// and the one place that decides between what is named there, in options and by
// default (docs/Plugin.md).
#ifndef PR_ANALYSIS_TARGETSPEC_H
#define PR_ANALYSIS_TARGETSPEC_H

#include "pr/Analysis/Models.h"

#include "mlir/Interfaces/DataLayoutInterfaces.h"

#include <optional>

namespace mlir {
namespace pr {

/// A device of a target system spec, as far as it concerns estimates.
struct SpecDevice {
  std::string name;
  /// `pr.model`: path of the bundle; empty where the device does not say.
  std::string model;
  /// `pr.model_id`: the bundle that the IR was made for; empty: any.
  std::string modelId;
};

/// The devices of the spec that `op` or the closest operation around it
/// carries, in their order. Only those with an entry of this dialect; none
/// without a spec.
SmallVector<SpecDevice> devicesInScope(Operation *op);

/// What a pass was told by its options.
struct ModelRequest {
  llvm::ArrayRef<std::string> models, targets;
  int64_t confidencePercent = 90;
};

/// The models for `op`:
///  - the bundles of option `model`; else those that the devices in scope name;
///    else the default, TARGET.prm in the folders of PR_MODEL_PATH, for each
///    device in scope or target of option `target` that names none;
///  - of them those for the targets of option `target`; else all.
/// Says through `emitError` why there is none, what cannot be loaded, and where
/// a bundle is not the one that the spec was made for.
FailureOr<SmallVector<Model>>
resolveModels(Operation *op, const ModelRequest &request,
              llvm::function_ref<InFlightDiagnostic()> emitError);

/// The spec with a device for each model: other devices and other entries of
/// the same device stay. `spec` may be null.
TargetSystemSpecInterface addDevices(TargetSystemSpecInterface spec,
                                     llvm::ArrayRef<Model> models,
                                     MLIRContext *context);

} // namespace pr
} // namespace mlir

#endif // PR_ANALYSIS_TARGETSPEC_H
