// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The host target with a worker that puts wrong and hostile code into some of
// the layers. This program is its own worker: see main.
#include "pr/Conversion/HostTarget.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

#include <gtest/gtest.h>

using namespace mlir;
using ::pr::Layer;
using ::pr::Measurement;
using ::pr::MeasureOptions;

//===----------------------------------------------------------------------===//
// Sabotage
//===----------------------------------------------------------------------===//

/// Which layers are tampered with: matrix products by their rows.
enum Sabotage : int64_t {
  DropsOneTerm = 41,
  ForgetsTheEnd = 42,
  WritesThroughNull = 43,
  NeverEnds = 44,
  TrapsWhenMeasured = 45,
};

static LLVM::LLVMFuncOp entryOf(ModuleOp module) {
  return module.lookupSymbol<LLVM::LLVMFuncOp>("bench");
}

/// One multiply-add of the innermost loop gives back its addend.
static void dropOneTerm(ModuleOp module) {
  LLVM::FMulAddOp last;
  module.walk([&](LLVM::FMulAddOp op) { last = op; });
  last.replaceAllUsesWith(last.getC());
}

/// The last store does nothing: results keep what was in memory.
static void forgetOneStore(ModuleOp module) {
  LLVM::StoreOp last;
  module.walk([&](LLVM::StoreOp op) { last = op; });
  last.erase();
}

static void writeThroughNull(ModuleOp module) {
  Block &entry = entryOf(module).getBody().front();
  auto b = OpBuilder::atBlockBegin(&entry);
  Location loc = module.getLoc();
  Value null =
      LLVM::ZeroOp::create(b, loc, LLVM::LLVMPointerType::get(b.getContext()));
  Value one = LLVM::ConstantOp::create(b, loc, b.getI32IntegerAttr(1));
  LLVM::StoreOp::create(b, loc, one, null, /*alignment=*/0,
                        /*isVolatile=*/true);
}

/// A loop that the optimiser may not take for undefined behaviour.
static void neverEnd(ModuleOp module) {
  Block &entry = entryOf(module).getBody().front();
  Location loc = module.getLoc();
  Block *rest = entry.splitBlock(entry.begin());
  auto *spin = new Block();
  spin->insertBefore(rest);
  auto b = OpBuilder::atBlockEnd(&entry);
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value one = LLVM::ConstantOp::create(b, loc, b.getI32IntegerAttr(1));
  Value cell = LLVM::AllocaOp::create(b, loc, pointer, b.getI32Type(), one);
  LLVM::StoreOp::create(b, loc, one, cell, 0, /*isVolatile=*/true);
  LLVM::BrOp::create(b, loc, spin);
  b.setInsertionPointToEnd(spin);
  Value read = LLVM::LoadOp::create(b, loc, b.getI32Type(), cell, 0,
                                    /*isVolatile=*/true);
  Value zero = LLVM::ConstantOp::create(b, loc, b.getI32IntegerAttr(0));
  Value go = LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::eq, read, zero);
  LLVM::CondBrOp::create(b, loc, go, rest, spin);
}

/// The third call traps: the check runs a kernel once.
static void trapWhenMeasured(ModuleOp module) {
  Block &entry = entryOf(module).getBody().front();
  Location loc = module.getLoc();
  OpBuilder b(module.getContext());
  b.setInsertionPointToStart(module.getBody());
  auto counter = LLVM::GlobalOp::create(
      b, loc, b.getI32Type(), /*isConstant=*/false, LLVM::Linkage::Internal,
      "calls", b.getI32IntegerAttr(0));
  Block *rest = entry.splitBlock(entry.begin());
  auto *trap = new Block();
  trap->insertBefore(rest);
  b.setInsertionPointToEnd(&entry);
  Value cell = LLVM::AddressOfOp::create(b, loc, counter);
  Value calls = LLVM::LoadOp::create(b, loc, b.getI32Type(), cell);
  Value one = LLVM::ConstantOp::create(b, loc, b.getI32IntegerAttr(1));
  Value next = LLVM::AddOp::create(b, loc, calls, one);
  LLVM::StoreOp::create(b, loc, next, cell);
  Value three = LLVM::ConstantOp::create(b, loc, b.getI32IntegerAttr(3));
  Value enough =
      LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::sge, next, three);
  LLVM::CondBrOp::create(b, loc, enough, trap, rest);
  b.setInsertionPointToEnd(trap);
  LLVM::Trap::create(b, loc);
  LLVM::UnreachableOp::create(b, loc);
}

static void sabotage(const Layer &layer, ModuleOp module) {
  if (layer.kind != ::pr::LayerKind::MatMul)
    return;
  switch (layer[::pr::dim::matmul::m]) {
  case DropsOneTerm:
    return dropOneTerm(module);
  case ForgetsTheEnd:
    return forgetOneStore(module);
  case WritesThroughNull:
    return writeThroughNull(module);
  case NeverEnds:
    return neverEnd(module);
  case TrapsWhenMeasured:
    return trapWhenMeasured(module);
  }
}

int main(int argc, char **argv) {
  if (mlir::pr::isHostWorker(argc, argv))
    return mlir::pr::hostWorkerMain(argv, {sabotage});
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

//===----------------------------------------------------------------------===//
// Tests
//===----------------------------------------------------------------------===//

static Layer layerOf(const std::string &text) {
  auto layer = ::pr::parseLayer(text);
  EXPECT_TRUE(layer) << text;
  return *layer;
}

static Layer matmulOf(int64_t rows) {
  return layerOf("matmul m=" + std::to_string(rows) +
                 " n=24 k=16 : f32, f32 -> f32");
}

static std::unique_ptr<::pr::Target>
hostTarget(std::map<std::string, int64_t> parameters = {}) {
  auto target = mlir::pr::makeHostTarget(parameters);
  EXPECT_TRUE(target);
  return std::move(*target);
}

static std::vector<Measurement> measureAll(::pr::Target &target,
                                           const std::vector<Layer> &layers,
                                           MeasureOptions options) {
  std::vector<Measurement> results;
  size_t steps = 0;
  target.measure(
      layers, options,
      [&](size_t index, const Measurement &measurement) {
        EXPECT_EQ(index, results.size()) << "not in input order";
        results.push_back(measurement);
      },
      [&](size_t done, size_t total) {
        EXPECT_EQ(done, ++steps);
        EXPECT_EQ(total, layers.size() * (1 + options.passes));
      });
  EXPECT_EQ(results.size(), layers.size());
  return results;
}

static MeasureOptions quickly() {
  MeasureOptions options;
  options.passes = 2;
  options.samplesPerPass = 3;
  options.timeoutSeconds = 60;
  return options;
}

TEST(HostTarget, MeasuresAndSaysUnderWhichConditions) {
  auto target = hostTarget();
  auto results = measureAll(*target, {matmulOf(8)}, quickly());
  ASSERT_TRUE(results[0].ok) << results[0].error;
  EXPECT_GT(*results[0].timePs, 0);
  EXPECT_LE(*results[0].p10Ps, *results[0].p90Ps);
  EXPECT_FALSE(results[0].cycles);
  EXPECT_GE(results[0].samples, 6);
  for (const char *name :
       {"batch", "cache", "checked_on", "compile_ms", "core", "cpu", "drift",
        "drifted", "interrupted", "llvm", "passes", "probe_ps",
        "rejected_samples", "unsteady", "vector_bits"})
    EXPECT_TRUE(results[0].conditions.count(name)) << name;
  EXPECT_EQ(results[0].conditions.at("cache"), "\"warm\"");
  EXPECT_EQ(results[0].conditions.at("checked_on"), "\"its shape\"");
}

TEST(HostTarget, WrongCodeIsNotMeasured) {
  auto target = hostTarget();
  auto results = measureAll(
      *target, {matmulOf(8), matmulOf(DropsOneTerm), matmulOf(ForgetsTheEnd)},
      quickly());
  EXPECT_TRUE(results[0].ok) << results[0].error;
  for (int i : {1, 2}) {
    EXPECT_FALSE(results[i].ok);
    EXPECT_EQ(results[i].error.substr(0, 33),
              "the generated code is wrong: elem");
  }
}

TEST(HostTarget, WithoutTheCheckItIs) {
  auto target = hostTarget();
  MeasureOptions options = quickly();
  options.checkResults = false;
  auto results = measureAll(*target, {matmulOf(DropsOneTerm)}, options);
  EXPECT_TRUE(results[0].ok) << results[0].error;
  EXPECT_EQ(results[0].conditions.at("checked_on"), "\"no\"");
}

TEST(HostTarget, CodeThatCrashesOrHangsLosesOneLayer) {
  auto target = hostTarget();
  MeasureOptions options = quickly();
  options.timeoutSeconds = 5;
  auto results = measureAll(*target,
                            {matmulOf(8), matmulOf(WritesThroughNull),
                             matmulOf(9), matmulOf(NeverEnds), matmulOf(10),
                             matmulOf(TrapsWhenMeasured), matmulOf(11)},
                            options);
  for (int good : {0, 2, 4, 6})
    EXPECT_TRUE(results[good].ok) << good << results[good].error;
  EXPECT_EQ(results[1].error, "the generated code was killed by signal 11 "
                              "(Segmentation fault)");
  EXPECT_EQ(results[3].error, "the generated code gave no answer within 5 s");
  EXPECT_EQ(results[5].error,
            "the generated code was killed by signal 4 (Illegal instruction)");
}

TEST(HostTarget, WhatItCannotDoIsAnErrorOfThatLayer) {
  auto target = hostTarget();
  struct {
    const char *layer, *message;
  } cases[] = {
      {"matmul m=4 n=4 k=4 : i8, i8 -> i32", ""},
      {"conv3d oc=1 ic=1 od=2 oh=2 ow=2 kd=2 kh=2 kw=2 : f32, f32 -> f32", ""},
      {"matmul m=4 n=4 k=4 epilogue=bias : f32, f32 -> f32",
       "a fused epilogue has no form in linalg here"},
      {"matmul m=3 n=4 k=4 tile=m:2 : f32, f32 -> f32",
       "target 'host' cannot run this matmul: fewer than 4 rows are not tiled"},
      {"matmul m=4 n=4 k=4 nest=m:2|m:2 : f32, f32 -> f32",
       "a loop nest cannot be given, only tile sizes"},
      {"softmax r=8 tile=r:2 : f32 -> f32",
       "no schedule of a softmax can be given"},
      {"conv2d oc=8 ic=8 oh=4 ow=4 kh=1 kw=2 layout=nhwc tile=oc:2 : f32, f32 "
       "-> f32",
       "schedules of convolutions are for channels first"},
      {"matmul m=100000 n=100000 k=1 : f32, f32 -> f32",
       "a tensor of this layer needs more than 2 GiB of memory"},
      {"conv1d oc=8 ic=1000000 ow=16 kw=40 : f32, f32 -> f32",
       "this layer needs more than 2 GiB of memory"},
      {"reduction r=9 op=argmax : f32 -> f32",
       "a reduction by argmax has no form in linalg here"},
      {"data_movement e=8 r=4 op=gather : f32 -> f32",
       "a gather of 4 elements into 8 in runs of 1 has no form in linalg here"},
      {"elementwise e=8 full=3 alu=1 : f32, f32, f32 -> f32",
       "the elementwise layer reads 3 operands, but has only 1 operations to "
       "combine them"},
  };
  std::vector<Layer> layers;
  for (auto &c : cases)
    layers.push_back(layerOf(c.layer));
  layers.push_back(matmulOf(8));
  auto results = measureAll(*target, layers, quickly());
  for (size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_FALSE(results[i].ok) << cases[i].layer;
    EXPECT_NE(results[i].error, "") << cases[i].layer;
    if (*cases[i].message) {
      EXPECT_EQ(results[i].error, cases[i].message);
    }
  }
  EXPECT_TRUE(results.back().ok) << results.back().error;
}

TEST(HostTarget, AnyTileSizesComputeTheSame) {
  auto target = hostTarget();
  std::vector<Layer> layers;
  for (const char *text :
       {"matmul m=31 n=77 k=101 tile=m:3,n:16,k:33",
        "matmul m=31 n=77 k=101 layout=tn tile=m:3,n:16,k:101",
        "matmul b=3 m=13 n=70 k=64 layout=nt tile=m:2,n:16,k:16",
        "matmul m=31 n=96 k=40 tile=k:16", "matmul m=31 n=96 k=40 tile=n:16",
        "conv2d oc=29 ic=21 oh=9 ow=7 kh=3 kw=3 sh=2 sw=2 pt=1 pb=1 pl=1 pr=1 "
        "layout=nchw tile=oc:6,ic:8",
        "conv2d n=2 oc=8 ic=5 oh=4 ow=40 kh=1 kw=1 layout=nchw tile=oc:3,ic:2",
        "conv1d oc=12 ic=9 ow=50 kw=5 pl=2 pr=2 layout=ncw tile=oc:5,ic:4"})
    layers.push_back(layerOf(std::string(text) + " : f32, f32 -> f32"));
  auto results = measureAll(*target, layers, quickly());
  for (size_t i = 0; i < layers.size(); ++i) {
    EXPECT_TRUE(results[i].ok) << printLayer(layers[i]) << results[i].error;
    EXPECT_EQ(results[i].conditions["checked_on"], "\"its shape\"");
  }
}

TEST(HostTarget, ParametersAreChecked) {
  EXPECT_EQ(mlir::pr::makeHostTarget({{"cores", 2}}).error().message,
            "target 'host' has no parameter 'cores', only 'vector_bits'");
  auto odd = mlir::pr::makeHostTarget({{"vector_bits", 100}});
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().message.substr(0, 76),
            "'vector_bits' of target 'host' is 100, expected 128, 256 or 512 "
            "and, on this");
  EXPECT_EQ(hostTarget({{"vector_bits", 128}})->info().name,
            "host[vector_bits=128]");
}
