// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// architectures/plasticine.mlir and systolic_array.mlir: small layers worked
// out by hand, both evaluators on random layers, steps, and what is left to a
// host.
#include "ShippedTarget.h"

#include "pr/Arch/DependencyGraph.h"
#include "pr/Arch/EventSimulator.h"
#include "pr/Conversion/ACADLToProgram.h"
#include "pr/Support/File.h"
#include "pr/Target/LegalLayers.h"

#include <algorithm>
#include <optional>

using namespace pr;
using namespace pr::test;

//===----------------------------------------------------------------------===//
// The work of units
//===----------------------------------------------------------------------===//

/// The cycles that a unit of the diagram was busy; nullopt: no unit, or one
/// that the memory behind it paces.
static std::optional<double> busyOf(const DescribedTarget &target,
                                    const arch::Timing &timing,
                                    const std::string &name) {
  const std::vector<arch::Unit> &units = target.objectDiagram().units;
  for (size_t i = 0; i < units.size(); ++i)
    if (units[i].name == name && !units[i].accessesMemory)
      return double(timing.units[i].busy);
  return std::nullopt;
}

/// How busy the dependency graph saw each unit, and what the work of units,
/// which evaluates two iterations a loop and knows no time, says. Not
/// `byUnit`: units also count as busy while they wait for each other.
static void compareUnits(const std::string &name, int layers, bool byUnit) {
  std::unique_ptr<Target> target = make(name);
  ASSERT_TRUE(target);
  const DescribedTarget &described = *target->asDescribed();
  for (const KindSupport &support : target->info().kinds) {
    ASSERT_TRUE(support.lattice.unitWork) << kindInfo(support.kind).name;
    const UnitWork &work = *support.lattice.unitWork;
    LegalLayers legal(target->info(), support, /*seed=*/5);
    for (int i = 0; i < layers; ++i) {
      std::optional<Layer> layer = legal.draw(1000);
      ASSERT_TRUE(layer);
      auto timing = described.evaluate(*layer);
      ASSERT_TRUE(timing) << printLayer(*layer);
      UnitBusy found = work.evaluate(legalityValues(*layer));
      EXPECT_EQ(work.unitNames[0], "instructions");
      EXPECT_EQ(found.total[0], double(timing->instructions));
      for (size_t u = 1; u < work.unitNames.size() && byUnit; ++u)
        EXPECT_EQ(busyOf(described, *timing, work.unitNames[u])
                      .value_or(found.total[u]),
                  found.total[u])
            << work.unitNames[u] << " of " << printLayer(*layer);
    }
  }
}

TEST(UnitWork, IsWhatTheDependencyGraphSees) {
  compareUnits("ultratrail", 20, /*byUnit=*/true);
  compareUnits("plasticine", 20, /*byUnit=*/true);
  compareUnits("systolic_array", 20, /*byUnit=*/false);
}

/// Rows of tensors begin anywhere in a burst. The work of units looks at some
/// tiles and takes one address for loops that repeat themselves.
TEST(UnitWork, CutsTrafficOfGemminiAsItsUnitsDo) {
  std::unique_ptr<Target> target = make("gemmini");
  ASSERT_TRUE(target);
  const DescribedTarget &described = *target->asDescribed();
  const std::vector<arch::Storage> &storages =
      described.objectDiagram().storages;
  auto l2 = std::find_if(storages.begin(), storages.end(),
                         [](const auto &one) { return one.name == "l2"; });
  ASSERT_NE(l2, storages.end());
  double distance = 0;
  int layers = 0;
  for (const KindSupport &support : target->info().kinds) {
    if (kindInfo(support.kind).operandTypes != 2)
      continue;
    const UnitWork &work = *support.lattice.unitWork;
    auto port = std::find(work.unitNames.begin(), work.unitNames.end(), "l2");
    ASSERT_NE(port, work.unitNames.end());
    LegalLayers legal(target->info(), support, /*seed=*/5);
    for (int i = 0; i < 10; ++i, ++layers) {
      std::optional<Layer> layer = legal.draw(1000);
      ASSERT_TRUE(layer);
      auto timing = described.evaluate(*layer);
      ASSERT_TRUE(timing) << printLayer(*layer);
      double moved = double(timing->memories[l2 - storages.begin()].words) /
                     double(l2->portWidth);
      double found = work.evaluate(legalityValues(*layer))
                         .total[port - work.unitNames.begin()];
      distance += std::abs(found / moved - 1);
      EXPECT_NEAR(found / moved, 1, 0.25) << printLayer(*layer);
    }
  }
  EXPECT_LT(distance / layers, 0.05);
}

/// The mean distance of the pipeline from what the dependency graph says of
/// random layers, and how many are within a cycle of it.
static std::pair<double, int> pipelineBeside(const std::string &name,
                                             int layers) {
  std::unique_ptr<Target> target = make(name);
  const KindSupport *support = target->info().find(LayerKind::MatMul);
  const UnitWork &work = *support->lattice.unitWork;
  LegalLayers legal(target->info(), *support, /*seed=*/3);
  double distance = 0;
  int exact = 0;
  for (int i = 0; i < layers; ++i) {
    Layer layer = *legal.draw(1000);
    auto cycles = double(target->asDescribed()->evaluate(layer)->cycles);
    double found = work.evaluate(legalityValues(layer)).pipeline;
    distance += std::abs(found / cycles - 1) / layers;
    exact += std::abs(found - cycles) <= 1;
  }
  return {distance, exact};
}

/// The pipeline takes it that units wait for each other as double buffers make
/// them; of these machines that is nearly all there is to say.
TEST(UnitWork, PipelinesAreNearlyWhatTheDependencyGraphSays) {
  auto [distance, exact] = pipelineBeside("systolic_array", 200);
  EXPECT_LT(distance, 0.02);
  EXPECT_GE(exact, 150);
  EXPECT_LT(pipelineBeside("plasticine", 200).first, 0.05);
}

//===----------------------------------------------------------------------===//
// Plasticine
//===----------------------------------------------------------------------===//

/// Cycles of one channel for its share of so many bytes: two channels, bursts
/// of 64 bytes, 5 cycles each.
static int64_t share(int64_t bytes) {
  int64_t bursts = (bytes + 63) / 64;
  return (bursts + 1) / 2 * 5;
}

/// A product that is one tile of one line, step by step: the weights and then
/// the rows are requested from cycle 2 on and arrive on both channels; the
/// second channel, a cycle behind, has them last. 8 hops lie between the edge
/// and the units; a pass takes at least the 6 + 2 cycles until a row is back.
static int64_t oneTile(int64_t m, int64_t n, int64_t k) {
  int64_t pairs = 8, fromPairs = (m + pairs - 1) / pairs;
  int64_t loaded = 3 + 100 + share(4 * k * n) + share(4 * m * k) + 8;
  int64_t passes = (k + 5) / 6 + 1;
  int64_t multiplied =
      loaded + passes * std::max<int64_t>(fromPairs, 8) + 6 + 8;
  return multiplied + 8 + 1 + share(4 * m * n);
}

TEST(Plasticine, OneTile) {
  std::unique_ptr<Target> target = make("plasticine");
  ASSERT_TRUE(target);
  auto text = [](int64_t m, int64_t n, int64_t k) {
    return "matmul m=" + std::to_string(m) + " n=" + std::to_string(n) +
           " k=" + std::to_string(k) + " : f32, f32 -> f32";
  };
  for (auto [m, n, k] : {std::tuple{1, 1, 1},
                         {1, 16, 48},
                         {10, 16, 6},
                         {200, 5, 13},
                         {2000, 16, 48}})
    EXPECT_EQ(cycles(*target, text(m, n, k)), oneTile(m, n, k))
        << text(m, n, k);
}

TEST(Plasticine, WiderTypesTakeMoreBursts) {
  std::unique_ptr<Target> target = make("plasticine");
  ASSERT_TRUE(target);
  int64_t bytes1 = cycles(*target, "data_movement e=6400 r=6400 run=1 op=copy "
                                   ": i8 -> i8");
  int64_t bytes4 = cycles(*target, "data_movement e=6400 r=6400 run=1 op=copy "
                                   ": f32 -> f32");
  // 100 and 400 bursts each way, over two channels.
  EXPECT_EQ(bytes4 - bytes1, 2 * (400 - 100) / 2 * 5);
}

TEST(Plasticine, RefusesWhatTheUnitsCannotHold) {
  std::unique_ptr<Target> target = make("plasticine");
  ASSERT_TRUE(target);
  EXPECT_NE(measure(*target, "matmul m=2 n=2 k=2 : f64, f64 -> f64")
                .error.find("the lanes are 32 bits wide"),
            std::string::npos);
  EXPECT_NE(measure(*target, "conv2d ic=1 oc=1 oh=1 ow=1 kh=100 kw=100 "
                             ": f32, f32 -> f32")
                .error.find("the pixels of a window"),
            std::string::npos);
}

static std::vector<int64_t> stepWidths(const Target &target, LayerKind kind,
                                       const std::string &dim) {
  std::vector<int64_t> widths;
  for (const Step &step : target.info().find(kind)->lattice.steps)
    if (kindInfo(kind).dims[step.dim].name == dim)
      widths.push_back(step.width);
  return widths;
}

TEST(Plasticine, LanesAndStagesAreSteps) {
  using Widths = std::vector<int64_t>;
  std::unique_ptr<Target> target = make("plasticine");
  ASSERT_TRUE(target);
  EXPECT_EQ(stepWidths(*target, LayerKind::MatMul, "n"), Widths{16});
  EXPECT_EQ(stepWidths(*target, LayerKind::MatMul, "k"), Widths{6});
  EXPECT_EQ(stepWidths(*target, LayerKind::Conv2D, "oc"), Widths{16});
  EXPECT_EQ(stepWidths(*target, LayerKind::DepthwiseConv2D, "c"), Widths{16});
  std::unique_ptr<Target> other =
      make("plasticine", {{"lanes", 8}, {"stages", 4}});
  ASSERT_TRUE(other);
  EXPECT_EQ(stepWidths(*other, LayerKind::MatMul, "n"), Widths{8});
  EXPECT_EQ(stepWidths(*other, LayerKind::Conv2D, "ic"), Widths{4});
}

//===----------------------------------------------------------------------===//
// Both
//===----------------------------------------------------------------------===//

/// Larger ones keep the simulator busy for long.
static constexpr int64_t kMostInstructions = 20'000;

/// Random legal layers of a kind: the graph's cycles are the simulator's, and
/// it says that they are exact.
static void compareEvaluators(const arch::Machine &machine,
                              const arch::MappingProgram &mapping,
                              const TargetInfo &info, int layers) {
  LegalLayers legal(info, *info.find(mapping.kind), /*seed=*/7);
  for (int i = 0, drawn = 0; i < layers && drawn < 20 * layers; ++drawn) {
    std::optional<Layer> layer = legal.draw(1000);
    ASSERT_TRUE(layer) << kindInfo(mapping.kind).name;
    std::vector<int64_t> inputs =
        mapping.inputs(*layer, legalityValues(*layer));
    auto graph = evaluateGraph(machine, mapping.program, inputs);
    ASSERT_TRUE(graph) << printLayer(*layer) << ": " << graph.error().message;
    EXPECT_EQ(graph->status, arch::GraphTiming::Status::Exact)
        << printLayer(*layer);
    if (graph->instructions > kMostInstructions)
      continue;
    auto reference = simulate(machine, mapping.program, inputs);
    ASSERT_TRUE(reference) << printLayer(*layer);
    EXPECT_EQ(graph->cycles, reference->cycles) << printLayer(*layer);
    ++i;
  }
}

/// An architecture without the derivation of steps, and its machine.
struct Described {
  mlir::pr::acadl::ImportedArchitecture architecture;
  std::optional<arch::Machine> machine;
};

static void import(Described &described, const std::string &name,
                   const Parameters &parameters) {
  auto path = mlir::pr::findArchitecture(name);
  ASSERT_TRUE(path);
  auto text = readFile(*path);
  ASSERT_TRUE(text);
  auto imported = mlir::pr::acadl::importArchitecture(*text, *path, parameters);
  ASSERT_TRUE(imported) << imported.error().message;
  described.architecture = std::move(*imported);
  auto machine = arch::Machine::create(described.architecture.diagram);
  ASSERT_TRUE(machine) << machine.error().message;
  described.machine.emplace(std::move(*machine));
}

static void compareEvaluators(const std::string &name,
                              const Parameters &parameters, int layers) {
  Described described;
  import(described, name, parameters);
  ASSERT_TRUE(described.machine);
  for (const arch::MappingProgram &mapping : described.architecture.mappings)
    compareEvaluators(*described.machine, mapping, described.architecture.info,
                      layers);
}

/// What benchmarks/headline.py measures in full.
static void expectFewEvaluations(const std::string &name,
                                 const std::string &text) {
  Described described;
  import(described, name, {});
  ASSERT_TRUE(described.machine);
  Expected<Layer> layer = parseLayer(text);
  ASSERT_TRUE(layer);
  for (const arch::MappingProgram &mapping : described.architecture.mappings) {
    if (mapping.kind != layer->kind)
      continue;
    auto found = evaluateGraph(*described.machine, mapping.program,
                               mapping.inputs(*layer, legalityValues(*layer)));
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->status, arch::GraphTiming::Status::Exact);
    EXPECT_GE(found->instructions, 4'190'000'000);
    EXPECT_LE(found->kernelEvaluations, 154);
  }
}

TEST(Machines, FourBillionInstructionsTakeFewEvaluations) {
  expectFewEvaluations("plasticine",
                       "conv2d oc=40001 ic=40001 oh=1201 ow=1201 kh=3 kw=3 "
                       ": f32, f32 -> f32");
  expectFewEvaluations("systolic_array",
                       "conv2d oc=1001 ic=1000 oh=401 ow=401 kh=3 kw=3 "
                       ": i8, i8 -> i32");
}

TEST(Machines, GraphEqualsSimulator) {
  compareEvaluators("plasticine", {}, 5);
  compareEvaluators("plasticine",
                    {{"rows", 1},
                     {"lanes", 4},
                     {"banks", 3},
                     {"queue", 1},
                     {"bank_bytes", 2048},
                     {"outstanding", 2},
                     {"read_channels", 1},
                     {"write_channels", 3}},
                    5);
  compareEvaluators("plasticine",
                    {{"cols", 7},
                     {"stages", 3},
                     {"buffers", 3},
                     {"switch", 5},
                     {"tile_lines", 2},
                     {"channel_tile", 10},
                     {"burst_cycles", 1},
                     {"latency", 7}},
                    5);
  compareEvaluators("systolic_array", {}, 3);
  compareEvaluators("systolic_array",
                    {{"dataflow", 1},
                     {"rows", 3},
                     {"cols", 5},
                     {"depth", 7},
                     {"inflight", 3},
                     {"queue", 2}},
                    5);
}

//===----------------------------------------------------------------------===//
// The host of the systolic array
//===----------------------------------------------------------------------===//

TEST(SystolicArray, OtherKindsCostTimeOfTheHost) {
  std::unique_ptr<Target> target = make("systolic_array");
  ASSERT_TRUE(target);
  // A cycle in the sequencer; 1000 to call; 8 operations or 16 bytes a cycle.
  EXPECT_EQ(cycles(*target, "elementwise e=1000 alu=2 : i8 -> i8"),
            1 + 1000 + 2000 / 8);
  EXPECT_EQ(cycles(*target, "data_movement e=1000 r=1000 run=1 op=copy "
                            ": i32 -> i32"),
            1 + 1000 + 8000 / 16);
  EXPECT_EQ(cycles(*target, "pool2d c=8 oh=2 ow=5 kh=3 kw=3 op=max : i8 -> i8"),
            1 + 1000 + 8 * 10 * 9 / 8);
}

TEST(SystolicArray, SaysWhatItLeavesToAHost) {
  std::unique_ptr<Target> target = make("systolic_array", {{"host_lanes", 0}});
  ASSERT_TRUE(target);
  for (const char *layer :
       {"elementwise e=1000 alu=2 : i8 -> i8",
        "reduction r=10 op=sum : i8 -> i8", "softmax r=10 : f32 -> f32"})
    EXPECT_NE(
        measure(*target, layer)
            .error.find("the array leaves it to a host, and there is none"),
        std::string::npos)
        << layer;
  EXPECT_TRUE(measure(*target, "matmul m=3 n=3 k=3 : i8, i8 -> i32").ok);
}
