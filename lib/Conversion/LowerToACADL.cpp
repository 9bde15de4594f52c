// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer's instructions as IR: the mapping with the layer's numbers in it,
// folded by MLIR's own passes. It shares nothing with the mapping programs that
// measure, which is what makes it a check of them.
#include "ACADLToProgram/Elaborator.h"

#include "pr/Conversion/ACADLToProgram.h"
#include "pr/Conversion/DescribedTargets.h"
#include "pr/Conversion/Passes.h"
#include "pr/Dialect/PR/PROps.h"
#include "pr/Support/File.h"

#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::pr;
using namespace mlir::pr::acadl;

namespace mlir::pr {
#define GEN_PASS_DEF_LOWERTOACADL
#include "pr/Conversion/Passes.h.inc"
} // namespace mlir::pr

namespace {
/// An architecture twice: as IR to copy from, and as what the engine makes of
/// it, for the legality of layers and the numbers they have.
struct LoadedArchitecture {
  OwningOpRef<ModuleOp> module;
  ArchitectureOp op;
  DenseMap<Value, int64_t> values;
  ImportedArchitecture imported;
};

struct LowerToACADL : mlir::pr::impl::LowerToACADLBase<LowerToACADL> {
  using LowerToACADLBase::LowerToACADLBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    LowerToACADLBase::getDependentDialects(registry);
    func::registerInlinerExtension(registry);
  }
  void runOnOperation() override;

private:
  FailureOr<LoadedArchitecture> load();
  LogicalResult lower(BenchOp bench, LoadedArchitecture &from);
  void copyFunctions(ArchitectureOp architecture);
};
} // namespace

FailureOr<LoadedArchitecture> LowerToACADL::load() {
  auto fail = [&](const ::pr::Error &error) {
    return emitError(getOperation().getLoc(), error.message);
  };
  if (architecture.empty())
    return fail(::pr::invalidInput(
        "pr-lower-to-acadl needs the option 'architecture'"));
  auto spec = ::pr::parseTargetSpec(architecture);
  if (!spec)
    return fail(spec.error());
  auto file = findArchitecture(spec->name);
  if (!file)
    return fail(file.error());
  auto text = ::pr::readFile(*file);
  if (!text)
    return fail(text.error());
  auto imported = importArchitecture(*text, *file, spec->parameters);
  if (!imported)
    return fail(imported.error());
  LoadedArchitecture result;
  result.imported = std::move(*imported);
  result.module =
      parseSourceString<ModuleOp>(*text, ParserConfig(&getContext()), *file);
  result.op = *result.module->getOps<ArchitectureOp>().begin();
  Elaborator elaborator(result.op);
  if (failed(elaborator.run(spec->parameters)))
    return failure();
  result.values = elaborator.values();
  return result;
}

/// The functions that mappings call; `inline` and `symbol-dce` take them away.
void LowerToACADL::copyFunctions(ArchitectureOp from) {
  OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
  for (auto function : from.getBody().getOps<func::FuncOp>())
    cast<func::FuncOp>(builder.clone(*function)).setPrivate();
}

static MappingOp findMapping(ArchitectureOp architecture, StringRef kind) {
  for (auto mapping : architecture.getBody().getOps<MappingOp>())
    if (mapping.getKind() == kind)
      return mapping;
  return nullptr;
}

LogicalResult LowerToACADL::lower(BenchOp bench, LoadedArchitecture &from) {
  const ::pr::Layer &layer = bench.getLayer().getLayer();
  if (auto legal = from.imported.info.checkLegal(layer); !legal)
    return bench.emitOpError(legal.error().message);
  MappingOp mapping = findMapping(from.op, StringRef(layer.info().name));
  auto program = llvm::find_if(from.imported.mappings,
                               [&](const ::pr::arch::MappingProgram &m) {
                                 return m.kind == layer.kind;
                               });
  std::vector<int64_t> inputs =
      program->inputs(layer, ::pr::legalityValues(layer));

  OpBuilder builder(bench);
  auto function =
      func::FuncOp::create(builder, bench.getLoc(), bench.getSymName(),
                           builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  IRMapping map;
  auto substitute = [&](Value value, int64_t number) {
    if (value.getType().isIndex())
      map.map(value,
              arith::ConstantIndexOp::create(builder, bench.getLoc(), number));
    else if (auto type = dyn_cast<IntegerType>(value.getType()))
      map.map(value, arith::ConstantIntOp::create(builder, bench.getLoc(), type,
                                                  number));
  };
  for (Operation &op : from.op.getBody().getOps())
    for (Value value : op.getResults())
      substitute(value, from.values.lookup(value));
  for (auto [argument, number] :
       llvm::zip_equal(mapping.getBody().getArguments(), inputs))
    substitute(argument, number);
  for (Operation &op : mapping.getBody().getOps())
    if (!isa<RequireOp, DomainOp>(op))
      builder.clone(op, map);
  func::ReturnOp::create(builder, bench.getLoc());
  bench.erase();
  return success();
}

void LowerToACADL::runOnOperation() {
  FailureOr<LoadedArchitecture> from = load();
  if (failed(from))
    return signalPassFailure();
  copyFunctions(from->op);
  for (BenchOp bench :
       llvm::make_early_inc_range(getOperation().getOps<BenchOp>()))
    if (failed(lower(bench, *from)))
      return signalPassFailure();
  OpPassManager fold(ModuleOp::getOperationName());
  fold.addPass(createInlinerPass());
  fold.addPass(createSCCPPass());
  fold.addPass(createCanonicalizerPass());
  fold.addPass(createSymbolDCEPass());
  if (failed(runPipeline(fold, getOperation())))
    signalPassFailure();
}
