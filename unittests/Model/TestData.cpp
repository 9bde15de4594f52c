// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestData.h"

#include <cmath>

using namespace pr;

TargetInfo test::toyTarget() {
  auto target = TargetInfo::fromJson(R"({
    "schema": 1, "name": "toy", "clock_khz": 1000000, "counts_cycles": true,
    "kinds": [{"kind": "matmul", "types": ["i8, i8 -> i32"],
               "rules": [{"condition": "m mod 2 == 0 or m == 1",
                          "reason": "m must be even"}],
               "free_epilogue": ["bias", "relu"], "maximum": {"n": 512}},
              {"kind": "softmax"}, {"kind": "reduction"}]})");
  EXPECT_TRUE(target) << (target ? "" : target.error().message);
  return *target;
}

static KindModel toyModel() {
  KindModel model;
  model.lattice = test::eights();
  model.lattice.maximum[dim::matmul::n] = 512;
  model.base.kind = LayerKind::MatMul;
  model.base.branches = {{{{CountKind::Launch, {}}, 10.0},
                          {{CountKind::Macs, Resource::Compute}, 1.0 / 64}}};
  auto features = FeatureSet::create(model.lattice, {"log_k", "log_base"});
  EXPECT_TRUE(features);
  model.features = *features;
  auto forest =
      Forest::build({test::stump(0, 6.01f, true, 0.0f, std::log(2.0f))}, 2, 0);
  EXPECT_TRUE(forest);
  model.forest = *forest;
  std::vector<Layer> training = {test::matmul(1, 8, 8),
                                 test::matmul(128, 512, 256)};
  model.domain = Domain::hullOf(training);
  // All errors are 10 %, twenty of them.
  auto interval = Interval::calibrate(std::vector<double>(20, 100.0),
                                      std::vector<double>(20, 110.0));
  EXPECT_TRUE(interval);
  model.interval = *interval;
  auto exact = ExactTable::build({{test::matmul(8, 8, 8), {100, 98, 105}}});
  EXPECT_TRUE(exact);
  model.exact = *exact;
  return model;
}

BundleBuilder test::toyBundle() {
  BundleBuilder builder(toyTarget());
  auto added = builder.addKind(toyModel());
  EXPECT_TRUE(added) << (added ? "" : added.error().message);
  EXPECT_TRUE(builder.addAbsentKind(LayerKind::Softmax,
                                    "3 layers were measured, 12 are needed"));
  EXPECT_TRUE(builder.setCard(R"({"made_by":"a test"})"));
  return builder;
}
