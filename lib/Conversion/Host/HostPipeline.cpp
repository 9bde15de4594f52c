// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Conversion/HostPipeline.h"
#include "pr/Conversion/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

/// Tensors to buffers; results become arguments.
static void addBufferization(OpPassManager &pm) {
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(bufferize));
  bufferization::BufferResultsToOutParamsPassOptions results;
  results.hoistStaticAllocs = true;
  results.modifyPublicFunctions = true;
  pm.addPass(bufferization::createBufferResultsToOutParamsPass(results));
}

static void addToLLVM(OpPassManager &pm) {
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(functions));
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

void mlir::pr::buildLowerToHostPipeline(OpPassManager &pm,
                                        const LowerToHostOptions &options) {
  pm.addNestedPass<func::FuncOp>(createDecomposeAggregates());
  addBufferization(pm);
  ScheduleHostOptions schedule;
  schedule.vectorBits = options.vectorBits;
  schedule.plain = options.reference;
  schedule.tileRows = options.tileRows;
  schedule.tileVectors = options.tileVectors;
  schedule.tileSteps = options.tileSteps;
  pm.addPass(createScheduleHost(schedule));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  addToLLVM(pm);
}

void mlir::pr::registerHostPipelines() {
  PassPipelineRegistration<LowerToHostOptions>(
      "pr-lower-to-host",
      "Lower functions on tensors to vectorized code for one CPU core, in the "
      "LLVM dialect",
      buildLowerToHostPipeline);
}
