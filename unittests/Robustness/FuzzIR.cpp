// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pr-fuzz-ir attributes|operations COUNT SEED BUNDLE...
//
// The side that sees MLIR: damaged attributes of the dialect through its
// parser, and operations with shapes and attributes of any size through
// describing and estimating. Prints how many inputs were accepted; 1 where an
// answer was wrong.
#include "Fuzz.h"

#include "pr/Analysis/LatencyAnalysis.h"
#include "pr/Dialect/PR/PRDialect.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <cstdio>
#include <cstring>

using namespace mlir;
using namespace mlir::pr;
using ::pr::fuzz::Counts;
using ::pr::fuzz::Random;

static const char *const kAttributes[] = {
    "#pr.layer<\"matmul b=1 m=128 n=768 k=768 : f32, f32 -> f32\">",
    "#pr.latency<target = \"a\", model = \"0c4f1a9be2d37756\", status = "
    "predicted, "
    "time_ps = 4000000, lower_ps = 3900000, upper_ps = 4100000, cycles = 1000, "
    "representative = <\"matmul b=1 m=1 n=16 k=48 : i8, i8 -> i32\">, "
    "waste_ppm = 250000, key = \"83f6ae6f5ac2a0dc\">",
    "#pr.latency<target = \"a\", model = \"0c4f1a9be2d37756\", status = "
    "unsupported, reason = \"no\", by_extent = <unit = \"ps\", unknowns = 1, "
    "last = 64, lower = 4000, upper = 7150, pieces = [1, 4000, 0, 9, 4400, "
    "50]>>",
    "#pr.total<target = \"a\", model = \"0c4f1a9be2d37756\", time_ps = 12, ops "
    "= "
    "3, covered_ops = 2, coverage_time_ppm = 900000>",
    "#pr.annotated_keys<target = \"a\", model = \"0c4f1a9be2d37756\", fused = "
    "{conv1d = [\"bias\"]}, types = {conv1d = [\"i8, i8 -> i32\"]}, keys = "
    "{\"83f6ae6f5ac2a0dc\" = 1 : i64}>",
    "#pr.tile_sizes<sizes = [4, 4, 32], target = \"a\", model = "
    "\"0c4f1a9be2d37756\", time_ps = 905000, runner_up = [4, 4, 16], "
    "candidates = 63>",
};

static const char *const kOperations[] = {
    R"(func.func @f(%a: tensor<8x16xi8>, %b: tensor<16x12xi8>, %c: tensor<8x12xi32>) -> tensor<8x12xi32> {
  %0 = linalg.matmul ins(%a, %b : tensor<8x16xi8>, tensor<16x12xi8>) outs(%c : tensor<8x12xi32>) -> tensor<8x12xi32>
  return %0 : tensor<8x12xi32>
})",
    R"(func.func @f(%a: tensor<1x4x20xf32>, %b: tensor<8x4x3xf32>, %c: tensor<1x8x9xf32>) -> tensor<1x8x9xf32> {
  %0 = linalg.conv_1d_ncw_fcw {strides = dense<2> : tensor<1xi64>, dilations = dense<1> : tensor<1xi64>} ins(%a, %b : tensor<1x4x20xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x9xf32>) -> tensor<1x8x9xf32>
  return %0 : tensor<1x8x9xf32>
})",
    R"(func.func @f(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = tosa.add %a, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = tosa.reduce_sum %0 {axis = 1 : i32} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  return %0 : tensor<4x8xf32>
})",
    R"(func.func @f(%a: tensor<4x8xf32>, %p: f32) -> tensor<6x8xf32> {
  %0 = tensor.pad %a low[1, 0] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %p : f32
  } : tensor<4x8xf32> to tensor<6x8xf32>
  return %0 : tensor<6x8xf32>
})"};

/// Extents: every occurrence of a number becomes another one, so that shapes
/// still fit together now and then; some of them unknown.
static std::string withOtherNumbers(std::string text, Random &random) {
  for (int64_t times = random.draw(1, 2); times > 0; --times) {
    static const char *const kNumbers[] = {"1x", "4x", "8x",  "9x", "12x",
                                           "3x", "6x", "16x", "20x"};
    std::string from = kNumbers[random.draw(0, std::size(kNumbers) - 1)];
    std::string to =
        random.oneIn(4) ? "?x" : std::to_string(random.number(1)) + "x";
    for (const char *front : {"<", "x"})
      for (size_t at = 0;
           (at = text.find(front + from, at)) != std::string::npos;
           at += to.size())
        text.replace(at + 1, from.size(), to);
  }
  return text;
}

static void fuzzAttribute(MLIRContext &context, Random &random,
                          Counts &counts) {
  std::string text = kAttributes[random.draw(0, std::size(kAttributes) - 1)];
  ::pr::fuzz::mutateText(text, random);
  Attribute attr = parseAttribute(text, &context);
  if (!attr)
    return;
  ++counts.accepted;
  std::string printed;
  llvm::raw_string_ostream(printed) << attr;
  if (parseAttribute(printed, &context) != attr)
    counts.problem = "printed and parsed it is another attribute: " + text;
}

static void fuzzOperation(MLIRContext &context, llvm::ArrayRef<Model> models,
                          Random &random, Counts &counts) {
  std::string text = withOtherNumbers(
      kOperations[random.draw(0, std::size(kOperations) - 1)], random);
  auto module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return;
  ++counts.accepted;
  EstimateOptions options;
  options.asQuantized = random.oneIn(2);
  options.assumedExtent = random.oneIn(3) ? random.draw(1, 1 << 20) : 0;
  options.lastExtent = random.oneIn(8) ? 16 : 0;
  LatencyAnalysis analysis(*module, models, options);
  for (const ModelEstimates &one : analysis.models())
    for (const auto &[function, estimates] : one.functions)
      for (const OpEstimate &estimate : estimates)
        if (!estimate.hasNumber() && !estimate.reason)
          counts.problem = "no estimate and no reason: " + text;
}

int main(int argc, char **argv) {
  bool attributes = argc > 1 && std::strcmp(argv[1], "attributes") == 0;
  if (argc < 5 || (!attributes && std::strcmp(argv[1], "operations") != 0)) {
    std::fprintf(
        stderr,
        "usage: pr-fuzz-ir attributes|operations COUNT SEED BUNDLE...\n");
    return 2;
  }
  int64_t count = std::strtoll(argv[2], nullptr, 10);
  Random random(std::strtoull(argv[3], nullptr, 10));
  std::vector<std::string> paths(argv + 4, argv + argc);
  DialectRegistry registry;
  registry.insert<func::FuncDialect, linalg::LinalgDialect,
                  tensor::TensorDialect, tosa::TosaDialect>();
  LatencyAnalysis::getDependentDialects(registry);
  Counts counts;
  while (counts.inputs < count && counts.problem.empty()) {
    // A context keeps every attribute that it ever saw.
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    context.loadAllAvailableDialects();
    auto models = loadModels(paths, {}, 90, [&] {
      return mlir::emitError(UnknownLoc::get(&context));
    });
    if (failed(models))
      return 1;
    ScopedDiagnosticHandler silent(&context,
                                   [](Diagnostic &) { return success(); });
    for (int i = 0; i < 2000 && counts.inputs < count && counts.problem.empty();
         ++i, ++counts.inputs) {
      if (attributes)
        fuzzAttribute(context, random, counts);
      else
        fuzzOperation(context, *models, random, counts);
    }
  }
  std::printf("{\"inputs\": %lld, \"accepted\": %lld}\n",
              static_cast<long long>(counts.inputs),
              static_cast<long long>(counts.accepted));
  if (!counts.problem.empty())
    std::fprintf(stderr, "pr-fuzz-ir: %s\n", counts.problem.c_str());
  return counts.problem.empty() ? 0 : 1;
}
