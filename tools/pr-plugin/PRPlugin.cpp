// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plugin of an unmodified mlir-opt. Its two entry points are the only
// symbols it exports. Passes are registered by both, so that each way of
// loading is enough by itself (docs/Plugin.md).
#include "pr/InitAll.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "PRPlugin", PR_VERSION,
          [](DialectRegistry *registry) {
            mlir::pr::registerPR(*registry);
            mlir::pr::registerPRPasses();
          }};
}

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "PRPlugin", PR_VERSION,
          [] { mlir::pr::registerPRPasses(); }};
}
