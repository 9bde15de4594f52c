// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// memref and bufferization: what the tensor ops become.
#include "Attach.h"
#include "Movement.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace mlir::pr;

static LayerDescription describeMemRefCopy(Operation *op) {
  return describeCopy(op->getOperand(0).getType(), op->getOperand(1).getType());
}

static LayerDescription describeClone(Operation *op) {
  return describeCopy(op->getOperand(0).getType(), op->getResult(0).getType());
}

static LayerDescription describeAllocTensor(Operation *operation) {
  auto op = cast<bufferization::AllocTensorOp>(operation);
  if (Value source = op.getCopy())
    return describeCopy(source.getType(), op.getType());
  return LayerDescription::folded(kAllocation);
}

static LayerDescription describeUncounted(Operation *op) {
  return LayerDescription::unsupported(
      "no layer kind covers '" + op->getName().getStringRef().str() + "'");
}

static void attachMemRef(MLIRContext *context, memref::MemRefDialect *) {
  using namespace memref;
  attachLayer<describeMemRefCopy>::to<memref::CopyOp>(context);
  attachLayer<describeUncounted>::to<DmaStartOp, DmaWaitOp>(context);
  attachFolded<kAllocation>::to<AllocOp, AllocaOp, DeallocOp, ReallocOp>(
      context);
  attachFolded<kConstant>::to<GetGlobalOp, GlobalOp>(context);
  attachFolded<kView>::to<
      AssumeAlignmentOp, CastOp, CollapseShapeOp, DistinctObjectsOp,
      ExpandShapeOp, ExtractAlignedPointerAsIndexOp, ExtractStridedMetadataOp,
      MemorySpaceCastOp, ReinterpretCastOp, ReshapeOp, SubViewOp, TransposeOp,
      ViewOp>(context);
  attachFolded<kShape>::to<DimOp, RankOp>(context);
  attachFolded<kScalar>::to<AtomicRMWOp, GenericAtomicRMWOp, LoadOp, PrefetchOp,
                            StoreOp>(context);
}

static void attachBufferization(MLIRContext *context,
                                bufferization::BufferizationDialect *) {
  using namespace bufferization;
  attachLayer<describeMemRefCopy>::to<MaterializeInDestinationOp>(context);
  attachLayer<describeClone>::to<CloneOp>(context);
  attachLayer<describeAllocTensor>::to<AllocTensorOp>(context);
  attachFolded<kAllocation>::to<bufferization::DeallocOp, DeallocTensorOp>(
      context);
  attachFolded<kView>::to<ToBufferOp, ToTensorOp>(context);
}

void mlir::pr::registerMemRefModels(DialectRegistry &registry) {
  registry.addExtension(+attachMemRef);
  registry.addExtension(+attachBufferization);
}
