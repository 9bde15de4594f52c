// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the models of the lit tests: no training, weights that can be checked
// in the head.
//
//   npu.prm        int8 matmul and conv1d in cycles at 1 GHz; array of 8 x 8,
//                  10 cycles and one for each 64 macs of the rounded layer;
//                  bias and relu are free; one measured layer
//   clockless.prm  the same without a clock
//   npu2.prm       another model for target npu
//   corrected.prm  npu.prm with its matmul corrected by two measurements: twice
//                  as long and 5 cycles more, bounds wider by a fifth
//   board.prm      float matmul, elementwise and data_movement in picoseconds,
//                  one for each mac or byte, on top of 1000; bounds of 10 %
//   tiler.prm      int8 matmul and conv2d with open tile sizes in a buffer: 10
//                  cycles, 20 for each step and one for each step's depth
//   tiling_npu.prm the same products for the machine of Inputs/tiling_npu.mlir
#include "pr/Model/ModelBundle.h"
#include "pr/Support/File.h"

#include <cmath>
#include <iostream>

using namespace pr;

namespace {
/// What a kind's model is made from.
struct KindSpec {
  LayerKind kind;
  std::string base;
  /// Layers whose hull is the domain.
  std::vector<std::string> seen;
  std::vector<std::pair<std::string, double>> measured;
  /// Dimensions in steps of 8.
  std::vector<unsigned> stepped;
};
} // namespace

/// Ends the program where the specification below is wrong.
template <typename T>
static T check(Expected<T> value) {
  if (value)
    return std::move(*value);
  std::cerr << "pr-make-test-models: " << value.error().message << '\n';
  std::exit(1);
}
static void check(Expected<void> value) {
  if (value)
    return;
  std::cerr << "pr-make-test-models: " << value.error().message << '\n';
  std::exit(1);
}

static Lattice makeLattice(const KindSpec &spec) {
  Lattice lattice;
  lattice.kind = spec.kind;
  for (unsigned dim : spec.stepped) {
    Step step;
    step.dim = dim;
    step.width = 8;
    step.plateau = Plateau::Flat;
    lattice.steps.push_back(step);
  }
  return lattice;
}

/// Forty measurements, each a tenth above its prediction.
static Interval makeInterval() {
  std::vector<double> predicted(40, 100.0), measured(40, 110.0);
  return check(Interval::calibrate(predicted, measured));
}

static KindModel makeModel(const KindSpec &spec) {
  KindModel model;
  model.lattice = makeLattice(spec);
  model.base = check(Base::fromJson(spec.base, spec.kind));
  std::vector<Layer> layers;
  for (const std::string &text : spec.seen)
    layers.push_back(check(parseLayer(text)));
  model.domain = Domain::hullOf(layers);
  model.interval = makeInterval();
  std::vector<std::pair<Layer, ExactValue>> rows;
  for (const auto &[text, latency] : spec.measured)
    rows.push_back({check(parseLayer(text)), {latency, latency, latency}});
  model.exact = check(ExactTable::build(rows));
  return model;
}

static KindSupport makeSupport(const KindSpec &spec) {
  KindSupport support;
  support.kind = spec.kind;
  support.lattice = makeLattice(spec);
  return support;
}

static std::string build(TargetInfo target,
                         const std::vector<KindSpec> &kinds) {
  BundleBuilder builder(std::move(target));
  for (const KindSpec &spec : kinds)
    check(builder.addKind(makeModel(spec)));
  return builder.build();
}

static const std::vector<KindSpec> &npuKinds() {
  static const std::vector<KindSpec> kinds = {
      {LayerKind::MatMul,
       R"({"branches": [{"launch": 10, "macs@compute": 0.015625}]})",
       {"matmul m=1 n=8 k=8 : i8, i8 -> i32",
        "matmul m=64 n=1024 k=1024 : i8, i8 -> i32"},
       {{"matmul m=1 n=16 k=16 : i8, i8 -> i32", 13}},
       {dim::matmul::n, dim::matmul::k}},
      {LayerKind::Conv1D,
       R"({"branches": [{"launch": 10, "macs@compute": 0.015625}]})",
       {"conv1d oc=8 ic=8 ow=1 kw=1 : i8, i8 -> i32",
        "conv1d oc=64 ic=64 ow=128 kw=9 pl=4 pr=4 sw=2 : i8, i8 -> i32"},
       {},
       {dim::conv1d::oc, dim::conv1d::ic}}};
  return kinds;
}

static TargetInfo npu() {
  TargetInfo target;
  target.name = "npu";
  target.countsCycles = true;
  target.clockKhz = 1000000;
  for (const KindSpec &spec : npuKinds()) {
    KindSupport support = makeSupport(spec);
    support.types = {"i8, i8 -> i32"};
    support.freeEpilogue = {EpilogueOp::Bias, EpilogueOp::Relu};
    target.kinds.push_back(std::move(support));
  }
  std::vector<std::string> variables = legalityVariables(LayerKind::Conv1D);
  target.kinds.back().rules.push_back(
      {check(Expr::parse("kw mod 2 == 1", variables)),
       "the kernel must be odd"});
  return target;
}

static const std::vector<KindSpec> &boardKinds() {
  static const std::vector<KindSpec> kinds = {
      {LayerKind::MatMul,
       R"({"branches": [{"launch": 1000, "macs": 1}]})",
       {"matmul m=1 n=1 k=1 layout=nn : f32, f32 -> f32",
        "matmul m=1024 n=1024 k=1024 layout=nn : f32, f32 -> f32"},
       {},
       {}},
      {LayerKind::Elementwise,
       R"({"branches": [{"launch": 1000, "output_bytes": 1}]})",
       {"elementwise e=1 alu=1 : f32, f32 -> f32",
        "elementwise e=1048576 full=2 alu=2 mul=2 : f32, f32 -> f32"},
       {},
       {}},
      {LayerKind::DataMovement,
       R"({"branches": [{"launch": 1000, "output_bytes": 1}]})",
       {"data_movement e=1 op=fill : f32 -> f32",
        "data_movement e=1048576 r=1048576 run=1024 op=transpose : f32 -> f32"},
       {},
       {}}};
  return kinds;
}

static TargetInfo board() {
  TargetInfo target;
  target.name = "board";
  for (const KindSpec &spec : boardKinds())
    target.kinds.push_back(makeSupport(spec));
  return target;
}

static const std::vector<KindSpec> &tilerKinds() {
  static const std::vector<KindSpec> kinds = {
      {LayerKind::MatMul,
       R"({"branches": [{"launch": 10, "tile_steps": 20, "tile_depth": 1}]})",
       {"matmul m=1 n=1 k=1 tile=m:1 : i8, i8 -> i32",
        "matmul m=1024 n=1024 k=1024 : i8, i8 -> i32"},
       {},
       {}},
      {LayerKind::Conv2D,
       R"({"branches": [{"launch": 10, "tile_steps": 20, "tile_depth": 1}]})",
       {"conv2d oc=1 ic=1 oh=2 ow=2 kh=2 kw=2 tile=oc:1 : i8, i8 -> i32",
        "conv2d oc=64 ic=64 oh=64 ow=64 kh=9 kw=9 : i8, i8 -> i32"},
       {},
       {}}};
  return kinds;
}

static TargetInfo tiler() {
  TargetInfo target;
  target.name = "tiler";
  target.countsCycles = true;
  target.clockKhz = 1000000;
  auto rule = [](LayerKind kind, const char *condition) {
    return LegalityRule{check(Expr::parse(condition, legalityVariables(kind))),
                        "a tile does not fit into the buffer"};
  };
  for (const KindSpec &spec : tilerKinds()) {
    KindSupport support = makeSupport(spec);
    support.types = {"i8, i8 -> i32"};
    target.kinds.push_back(std::move(support));
  }
  target.kinds[0].tileDims = {dim::matmul::m, dim::matmul::n, dim::matmul::k};
  target.kinds[0].rules = {
      rule(LayerKind::MatMul, "(tile_m + tile_n) * tile_k <= 256")};
  target.kinds[1].tileDims = {dim::conv2d::oc, dim::conv2d::ic,
                              dim::conv2d::ow};
  target.kinds[1].rules = {
      rule(LayerKind::Conv2D, "(tile_oc + tile_ow) * tile_ic <= 64")};
  return target;
}

static std::string corrected(const std::string &original) {
  auto bundle = check(ModelBundle::parse(original, "npu.prm"));
  Correction correction;
  correction.factor = 2;
  correction.added = check(
      Base::fromJson(R"({"branches": [{"launch": 5}]})", LayerKind::MatMul));
  correction.widening.fill(std::log(1.2));
  correction.layers = 2;
  correction.original = bundle->id();
  correction.measured = check(ExactTable::build(
      {{check(parseLayer("matmul m=2 n=8 k=8 : i8, i8 -> i32")), {30, 29, 31}},
       {check(parseLayer("matmul m=4 n=8 k=8 : i8, i8 -> i32")),
        {33, 33, 33}}}));
  BundleBuilder builder(*bundle);
  check(builder.correct(LayerKind::MatMul, std::move(correction)));
  return builder.build();
}

/// What pr-bench-opt says of a described machine.
static TargetInfo described(const std::string &file) {
  return check(TargetInfo::fromJson(check(readFile(file))));
}

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: pr-make-test-models FOLDER DESCRIPTION.json\n";
    return 2;
  }
  TargetInfo clockless = npu();
  clockless.name = "clockless";
  clockless.clockKhz.reset();
  std::vector<KindSpec> second = npuKinds();
  second.pop_back();
  const std::pair<const char *, std::string> files[] = {
      {"npu.prm", build(npu(), npuKinds())},
      {"clockless.prm", build(clockless, npuKinds())},
      {"npu2.prm", build(npu(), second)},
      {"corrected.prm", corrected(build(npu(), npuKinds()))},
      {"board.prm", build(board(), boardKinds())},
      {"tiler.prm", build(tiler(), tilerKinds())},
      {"tiling_npu.prm", build(described(argv[2]), {tilerKinds().front()})}};
  for (const auto &[name, bytes] : files)
    check(writeFileAtomically(std::string(argv[1]) + "/" + name, bytes));
  return 0;
}
