// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The instructions that pr-lower-to-acadl leaves in the IR are those that the
// mapping program issues.
#include "pr/Arch/Cursor.h"
#include "pr/Conversion/ACADLToProgram.h"
#include "pr/Conversion/DescribedTargets.h"
#include "pr/Conversion/Passes.h"
#include "pr/Dialect/ACADL/ACADLOps.h"
#include "pr/Dialect/PR/PROps.h"
#include "pr/Support/File.h"

#include "mlir/Dialect/SCF/Utils/Utils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <fstream>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
namespace arch = ::pr::arch;

/// "name(1, 2)" for each instruction.
using Instructions = std::vector<std::string>;

static std::string print(const std::string &operation,
                         const std::vector<int64_t> &immediates) {
  std::string text = operation + "(";
  for (int64_t value : immediates)
    text += (text.back() == '(' ? "" : ", ") + std::to_string(value);
  return text + ")";
}

static Instructions run(const mlir::pr::acadl::ImportedArchitecture &imported,
                        const ::pr::Layer &layer) {
  Instructions result;
  for (const arch::MappingProgram &mapping : imported.mappings) {
    if (mapping.kind != layer.kind)
      continue;
    std::vector<int64_t> inputs =
        mapping.inputs(layer, ::pr::legalityValues(layer));
    arch::StepBudget budget;
    arch::Cursor cursor(mapping.program, inputs.data(), budget);
    for (arch::Event event = cursor.next(); event != arch::Event::End;
         event = cursor.next()) {
      if (event == arch::Event::Failed)
        return {"failed: " + cursor.error().message};
      if (event != arch::Event::Issue)
        continue;
      std::vector<int64_t> immediates;
      for (arch::ValueId id : cursor.issue().immediates)
        immediates.push_back(cursor.value(id));
      result.push_back(print(
          imported.diagram.operations[cursor.issue().operation], immediates));
    }
  }
  return result;
}

/// Unrolls what loops are left, innermost first, and reads the constants.
static Instructions read(func::FuncOp function) {
  function.walk([](scf::ForOp loop) { (void)loopUnrollFull(loop); });
  PassManager fold(function.getContext(), func::FuncOp::getOperationName());
  fold.addPass(createCanonicalizerPass());
  if (failed(fold.run(function)))
    return {"cannot be folded"};
  Instructions result;
  function.walk([&](mlir::pr::acadl::IssueOp issue) {
    std::vector<int64_t> immediates;
    for (Value value : issue.getImmediates())
      immediates.push_back(getConstantIntValue(value).value_or(-1));
    result.push_back(print(issue.getOpcode().str(), immediates));
  });
  return result;
}

/// Lowers benchmarks of the layers and compares function by function.
static void compare(const std::string &architecture, const std::string &file,
                    const std::vector<::pr::Layer> &layers) {
  auto text = ::pr::readFile(file);
  ASSERT_TRUE(text);
  auto imported = mlir::pr::acadl::importArchitecture(*text, file, {});
  ASSERT_TRUE(imported) << imported.error().message;
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<mlir::pr::PRDialect, mlir::pr::acadl::ACADLDialect>();
  std::string module;
  for (size_t i = 0; i < layers.size(); ++i)
    module += "pr.bench @l" + std::to_string(i) + " layer(#pr.layer<\"" +
              ::pr::printLayer(layers[i]) + "\">)\n";
  auto parsed = parseSourceString<ModuleOp>(module, &context);
  ASSERT_TRUE(parsed);
  PassManager manager(&context);
  manager.addPass(mlir::pr::createLowerToACADL({architecture}));
  ASSERT_TRUE(succeeded(manager.run(*parsed)));
  size_t count = 0;
  for (auto function :
       llvm::make_early_inc_range(parsed->getOps<func::FuncOp>())) {
    const ::pr::Layer &layer = layers[count++];
    EXPECT_EQ(read(function), run(*imported, layer)) << ::pr::printLayer(layer);
  }
  EXPECT_EQ(count, layers.size());
}

TEST(Lowering, UltraTrailOnRandomLayers) {
  auto target = mlir::pr::makeDescribedTarget("ultratrail", {});
  ASSERT_TRUE(target) << target.error().message;
  std::mt19937 random(11);
  auto draw = [&](int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  };
  std::vector<::pr::Layer> layers;
  while (layers.size() < 200) {
    int64_t kernel = 2 * draw(0, 7) + 1;
    auto layer = ::pr::parseLayer(
        "conv1d oc=" + std::to_string(draw(1, 128)) + " ic=" +
        std::to_string(draw(1, 128)) + " iw=" + std::to_string(draw(1, 128)) +
        " kw=" + std::to_string(kernel) + " sw=" + std::to_string(draw(1, 4)) +
        " pw=" + std::to_string(draw(0, 1) * (kernel / 2)) +
        " : i8, i8 -> i32");
    if (layer && (*target)->info().checkLegal(*layer))
      layers.push_back(*layer);
  }
  auto file = mlir::pr::findArchitecture("ultratrail");
  ASSERT_TRUE(file);
  compare("ultratrail", *file, layers);
}

/// Nested loops with ragged ends, carried values, a called function and a
/// decision.
static constexpr const char *kTiled = R"(
acadl.architecture @tiled {
  %tile = acadl.parameter "tile" default 4 in [1, 64]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  acadl.fetch_stage @fetch forwards [@core]
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      acadl.process "tile"(%rows, %columns, %buffer) { acadl.latency %c1 }
      acadl.process "flush"(%n) { acadl.latency %c1 }
    }
  }
  func.func private @left(%extent: index, %done: index, %most: index) -> index {
    %rest = arith.subi %extent, %done : index
    %size = arith.minsi %rest, %most : index
    func.return %size : index
  }
  acadl.mapping @matmul of "matmul"(m = %m, n = %n, k = %k) {
    %last = scf.for %i = %c0 to %m step %tile iter_args(%buffer = %c0) -> (index) {
      %rows = func.call @left(%m, %i, %tile) : (index, index, index) -> index
      scf.for %j = %c0 to %n step %tile {
        %columns = func.call @left(%n, %j, %tile) : (index, index, index) -> index
        acadl.issue "tile"(%rows, %columns, %buffer)
      }
      %other = arith.subi %c1, %buffer : index
      scf.yield %other : index
    }
    %long = arith.cmpi sgt, %k, %tile : index
    scf.if %long {
      acadl.issue "flush"(%last)
    }
  }
})";

TEST(Lowering, TiledLoopsOnRandomLayers) {
  std::string file = testing::TempDir() + "/pr-tiled.mlir";
  ASSERT_TRUE(::pr::writeFileAtomically(file, kTiled));
  std::mt19937 random(5);
  std::vector<::pr::Layer> layers;
  for (int i = 0; i < 50; ++i) {
    auto draw = [&] { return std::to_string(1 + random() % 20); };
    auto layer = ::pr::parseLayer("matmul m=" + draw() + " n=" + draw() +
                                  " k=" + draw() + " : i8, i8 -> i32");
    ASSERT_TRUE(layer);
    layers.push_back(*layer);
  }
  compare(file, file, layers);
}
