// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the kinds' programs share; the programs themselves are in
// MaterializeWindow.cpp and MaterializePointwise.cpp.
#include "pr/Conversion/MaterializeLayer.h"
#include "MaterializeKinds.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::ElementType;
using ::pr::ErrorKind;
using ::pr::Expected;
using ::pr::Layer;
using ::pr::LayerKind;

Type mlir::pr::toMLIRType(MLIRContext *context, ElementType type) {
  Builder b(context);
  switch (type.format) {
  case ElementType::Format::Integer:
    return b.getIntegerType(type.bits);
  case ElementType::Format::Index:
    return b.getIndexType();
  case ElementType::Format::BFloat16:
    return b.getBF16Type();
  case ElementType::Format::Float:
    if (type.bits == 16)
      return b.getF16Type();
    if (type.bits == 32)
      return b.getF32Type();
    if (type.bits == 64)
      return b.getF64Type();
    return {};
  default:
    return {};
  }
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Value mlir::pr::zeroFilled(OpBuilder &b, Location loc, RankedTensorType type) {
  Value zero =
      arith::ConstantOp::create(b, loc, b.getZeroAttr(type.getElementType()));
  return filled(b, loc, type, zero);
}

Value mlir::pr::filled(OpBuilder &b, Location loc, RankedTensorType type,
                       Value value) {
  Value empty =
      tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  return linalg::FillOp::create(b, loc, value, empty).getResult(0);
}

Value mlir::pr::padded(OpBuilder &b, Location loc, Value tensor,
                       ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                       Value value) {
  auto isZero = [](int64_t extent) { return extent == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return tensor;
  auto attrs = [&](ArrayRef<int64_t> extents) {
    return llvm::map_to_vector(extents, [&](int64_t extent) {
      return OpFoldResult(b.getIndexAttr(extent));
    });
  };
  return tensor::PadOp::create(b, loc, Type(), tensor, attrs(low), attrs(high),
                               value);
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

static Expected<LayerProgram> planKind(MLIRContext *context,
                                       const Layer &layer) {
  switch (layer.kind) {
  case LayerKind::Conv1D:
  case LayerKind::Conv2D:
    return planConv(context, layer);
  case LayerKind::DepthwiseConv2D:
    return planDepthwise(context, layer);
  case LayerKind::Pool2D:
    return planPool(context, layer);
  case LayerKind::MatMul:
    return planMatMul(context, layer);
  case LayerKind::Elementwise:
    return planElementwise(context, layer);
  case LayerKind::Reduction:
    return planReduction(context, layer);
  case LayerKind::Softmax:
    return planSoftmax(context, layer);
  case LayerKind::DataMovement:
    return planDataMovement(context, layer);
  default:
    return noForm("a " + std::string(layer.info().name) +
                  " has no form in linalg here");
  }
}

Expected<LayerProgram> mlir::pr::planLayer(MLIRContext *context,
                                           const Layer &layer) {
  if (!layer.epilogue.empty())
    return noForm("a fused epilogue has no form in linalg here");
  if (!layer.schedule.empty())
    return noForm("a schedule has no form in linalg here");
  for (const ::pr::TypeList *types : {&layer.operands, &layer.results})
    for (ElementType type : *types)
      if (!toMLIRType(context, type))
        return noForm("element type " + ::pr::toString(type) +
                      " has no arithmetic in linalg");
  return planKind(context, layer);
}

func::FuncOp mlir::pr::buildLayerFunction(OpBuilder &builder, Location loc,
                                          StringRef name,
                                          const LayerProgram &program) {
  SmallVector<Type> arguments(program.arguments.begin(),
                              program.arguments.end());
  auto type = builder.getFunctionType(arguments, program.result);
  auto function = func::FuncOp::create(builder, loc, name, type);
  OpBuilder::InsertionGuard guard(builder);
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  Value result = program.body(builder, loc, entry->getArguments());
  func::ReturnOp::create(builder, loc, result);
  return function;
}

void mlir::pr::registerMaterializeDialects(DialectRegistry &registry) {
  registry.insert<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect,
                  math::MathDialect, tensor::TensorDialect>();
}

static ::pr::BenchModule::Argument describeArgument(RankedTensorType type) {
  ::pr::BenchModule::Argument argument;
  argument.shape.assign(type.getShape().begin(), type.getShape().end());
  llvm::raw_string_ostream(argument.type) << type.getElementType();
  return argument;
}

::pr::BenchModuleProvider mlir::pr::makeBenchModuleProvider() {
  DialectRegistry registry;
  registerMaterializeDialects(registry);
  auto context =
      std::make_shared<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return [context](const Layer &layer) -> Expected<::pr::BenchModule> {
    auto program = planLayer(context.get(), layer);
    if (!program)
      return program.error();
    OpBuilder builder(context.get());
    Location loc = builder.getUnknownLoc();
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    builder.setInsertionPointToStart(module->getBody());
    ::pr::BenchModule result;
    result.entry = "bench";
    buildLayerFunction(builder, loc, result.entry, *program);
    for (RankedTensorType type : program->arguments)
      result.arguments.push_back(describeArgument(type));
    llvm::raw_string_ostream stream(result.mlir);
    module->print(stream, OpPrintingFlags().printGenericOpForm());
    return result;
  };
}
