// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "HostNetwork.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Parser/Parser.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Expected;

static ::pr::Error unsupported(std::string message) {
  return ::pr::makeError(::pr::ErrorKind::Unsupported, std::move(message));
}

static Expected<OwningOpRef<ModuleOp>> parse(MLIRContext *context,
                                             StringRef text) {
  std::string message;
  ScopedDiagnosticHandler diagnostics(context, [&](Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
  });
  auto module = parseSourceString<ModuleOp>(text, context);
  if (!module)
    return ::pr::invalidInput("the network does not parse: " + message);
  return module;
}

static Expected<func::FuncOp> findFunction(ModuleOp module, StringRef name) {
  std::string names;
  func::FuncOp found;
  unsigned count = 0;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal() || !function.isPublic())
      continue;
    if (name.empty() || function.getSymName() == name) {
      found = function;
      ++count;
    }
    names += (names.empty() ? "" : ", ") + function.getSymName().str();
  }
  if (count == 1)
    return found;
  std::string known = names.empty() ? "none" : names;
  return ::pr::invalidInput(
      name.empty()
          ? "the network has several public functions or none, expected "
            "--function to name one (its functions: " +
                known + ")"
          : "the network has no public function '" + name.str() +
                "' (its functions: " + known + ")");
}

static Expected<int64_t> countElements(Type type, const std::string &what) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && tensor.hasStaticShape() && tensor.getElementType().isF32())
    return tensor.getNumElements();
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return unsupported(what + " of the network is " + text +
                     ", the host takes f32 tensors with known extents");
}

/// Weights that are used transposed only come transposed: estimates take that
/// to be done once, and not each time the network runs. The first argument is
/// data.
static void storeWeightsTransposed(func::FuncOp function) {
  SmallVector<linalg::TransposeOp> transposes;
  function.walk([&](linalg::TransposeOp op) { transposes.push_back(op); });
  for (linalg::TransposeOp op : transposes) {
    auto weights = dyn_cast<BlockArgument>(op.getInput());
    if (!weights || weights.getArgNumber() == 0 || !weights.hasOneUse() ||
        weights.getOwner() != &function.front() || op->getNumResults() != 1)
      continue;
    weights.setType(op->getResult(0).getType());
    op->getResult(0).replaceAllUsesWith(weights);
    op.erase();
  }
  function.setType(FunctionType::get(function.getContext(),
                                     function.front().getArgumentTypes(),
                                     function.getFunctionType().getResults()));
}

Expected<HostNetwork> mlir::pr::readNetwork(MLIRContext *context,
                                            StringRef text, StringRef name,
                                            StringRef entry) {
  HostNetwork network;
  auto module = parse(context, text);
  if (!module)
    return module.error();
  network.module = std::move(*module);
  auto function = findFunction(*network.module, name);
  if (!function)
    return function.error();
  storeWeightsTransposed(*function);
  FunctionType type = function->getFunctionType();
  for (auto [place, argument] : llvm::enumerate(type.getInputs())) {
    auto count = countElements(argument, "argument " + std::to_string(place));
    if (!count)
      return count.error();
    network.elements.push_back(*count);
    network.positives.push_back(cast<RankedTensorType>(argument).getRank() < 2);
  }
  for (auto [place, result] : llvm::enumerate(type.getResults())) {
    auto count = countElements(result, "result " + std::to_string(place));
    if (!count)
      return count.error();
    network.elements.push_back(*count);
  }
  network.results = type.getNumResults();
  if (network.results == 0)
    return unsupported("the network has no result");
  if (function->getSymName() != entry &&
      failed(SymbolTable(*network.module).rename(*function, entry)))
    return unsupported("a function of the network is called '" + entry.str() +
                       "'");
  return network;
}
