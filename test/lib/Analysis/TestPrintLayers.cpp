// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints what LayerAnalysis says about every op of a module, one line per op:
//
//   func.func @main: folded definition
//   linalg.matmul: layer matmul b=1 m=1 n=12 k=48 layout=nn : f32, f32 -> f32
//   tensor.pad: folded pad-into-conv -> linalg.conv_1d_ncw_fcw
//   foo.bar: unsupported no rule describes 'foo.bar'
#include "pr/Analysis/LayerAnalysis.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Interfaces/LayerOpInterface.h"
#include "pr/Layer/Work.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using mlir::pr::DescribeOptions;
using mlir::pr::LayerAnalysis;
using mlir::pr::OpDescription;

namespace {
struct TestPrintLayers : PassWrapper<TestPrintLayers, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestPrintLayers)

  TestPrintLayers() = default;
  TestPrintLayers(const TestPrintLayers &other) : PassWrapper(other) {}

  StringRef getArgument() const final { return "test-pr-print-layers"; }
  StringRef getDescription() const final {
    return "Print what every op is to the layer analysis";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    mlir::pr::registerExternalModels(registry);
  }
  void runOnOperation() override;

  Option<bool> layersOnly{*this, "layers-only",
                          llvm::cl::desc("Print only the layers"),
                          llvm::cl::init(false)};
  Option<std::string> targetFile{
      *this, "target",
      llvm::cl::desc("JSON file of a target whose free epilogues are folded")};
  Option<bool> asQuantized{
      *this, "as-quantized",
      llvm::cl::desc("Describe as if quantized for the target"),
      llvm::cl::init(false)};
};
} // namespace

static std::string nameOf(Operation *op) {
  std::string name = op->getName().getStringRef().str();
  if (auto symbol = op->getAttrOfType<StringAttr>("sym_name"))
    name += " @" + symbol.str();
  return name;
}

static std::string statusText(const OpDescription &description) {
  if (description.isLayer())
    return "layer " + ::pr::printLayer(description.layer);
  if (description.isUnsupported())
    return "unsupported " + description.why;
  std::string text = "folded " + description.why;
  if (description.foldedInto)
    text += " -> " + description.foldedInto->getName().getStringRef().str();
  return text;
}

static ::pr::Expected<::pr::TargetInfo> loadTarget(StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return ::pr::invalidInput("cannot read '" + path.str() + "'");
  return ::pr::TargetInfo::fromJson(std::string_view((*file)->getBuffer()));
}

/// Every op is listed, but for what lies inside of ops that describe
/// themselves.
static bool everyOpHasStatus(Operation *root, const LayerAnalysis &analysis) {
  auto result = root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == root)
      return WalkResult::advance();
    const OpDescription *description = analysis.lookup(op);
    if (!description || (!description->isLayer() && description->why.empty())) {
      op->emitError("has no status");
      return WalkResult::interrupt();
    }
    return isa<mlir::pr::LayerOpInterface>(op) || description->isUnsupported()
               ? WalkResult::skip()
               : WalkResult::advance();
  });
  return !result.wasInterrupted();
}

void TestPrintLayers::runOnOperation() {
  DescribeOptions options;
  options.asQuantized = asQuantized;
  ::pr::TargetInfo target;
  if (!targetFile.empty()) {
    auto loaded = loadTarget(targetFile);
    if (!loaded) {
      getOperation().emitError(loaded.error().message);
      return signalPassFailure();
    }
    target = std::move(*loaded);
    options.target = &target;
  }
  LayerAnalysis analysis(getOperation(), options);
  if (!everyOpHasStatus(getOperation(), analysis))
    return signalPassFailure();
  int64_t macs = 0;
  for (const OpDescription &description : analysis.ops()) {
    if (description.isLayer())
      if (auto work = ::pr::computeWork(description.layer))
        macs += work->macs;
    if (!layersOnly || description.isLayer())
      llvm::outs() << nameOf(description.op) << ": " << statusText(description)
                   << "\n";
  }
  llvm::outs() << "MACs: " << macs << "\n";
  markAllAnalysesPreserved();
}

namespace mlir::pr::test {
void registerTestPrintLayers() { PassRegistration<TestPrintLayers>(); }
} // namespace mlir::pr::test
