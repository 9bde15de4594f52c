// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Terms.h"
#include "TestData.h"

using namespace pr;
using namespace pr::test;

TEST(Terms, NamesRoundTrip) {
  for (const KindInfo &info : allLayerKinds()) {
    Lattice lattice;
    lattice.kind = info.kind;
    lattice.steps = {step(0, 4, Plateau::Flat, Resource::Weights)};
    for (const Term &term : candidateTerms(lattice)) {
      auto again = parseTerm(toString(term));
      ASSERT_TRUE(again) << toString(term);
      EXPECT_EQ(*again, term);
    }
  }
}

TEST(Terms, UnknownNames) {
  EXPECT_EQ(parseTerm("mac").error().message, "unknown work term 'mac'");
  EXPECT_EQ(parseTerm("macs@alu").error().message,
            "work term 'macs@alu': unknown resource 'alu', expected one of: "
            "compute, output, weights, input, launch");
}

TEST(Terms, KindsHaveTheirCounts) {
  EXPECT_TRUE(hasCount(LayerKind::MatMul, CountKind::Macs));
  EXPECT_FALSE(hasCount(LayerKind::MatMul, CountKind::UsefulMacs))
      << "nothing is padded";
  EXPECT_TRUE(hasCount(LayerKind::Conv1D, CountKind::UsefulMacs));
  EXPECT_FALSE(hasCount(LayerKind::Pool2D, CountKind::Macs));
  EXPECT_TRUE(hasCount(LayerKind::Pool2D, CountKind::Operations));
  EXPECT_FALSE(hasCount(LayerKind::DataMovement, CountKind::Operations));
}

TEST(Terms, StepsOfAResourceRoundItsCountsOnly) {
  Lattice lattice;
  lattice.kind = LayerKind::MatMul;
  lattice.steps = {step(dim::matmul::n, 8, Plateau::Ramps, Resource::Compute),
                   step(dim::matmul::n, 16, Plateau::Ramps, Resource::Weights)};
  WorkTable work = WorkTable::compute(lattice, matmul(3, 5, 7));
  auto value = [&](const char *name) { return work.value(*parseTerm(name)); };
  EXPECT_EQ(value("launch"), 1);
  EXPECT_EQ(value("macs"), 3 * 5 * 7);
  EXPECT_EQ(value("macs@compute"), 3 * 8 * 7);
  EXPECT_EQ(value("weight_bytes@weights"), 16 * 7);
  EXPECT_EQ(value("weight_bytes"), 5 * 7);
  EXPECT_EQ(value("output_bytes"), 3 * 5 * 4);
  EXPECT_EQ(value("weight_bursts"), 1) << "35 bytes";
  EXPECT_EQ(value("weight_bursts@weights"), 2) << "112 bytes";
}

TEST(Terms, TheFirstGroupIsWhatTheFirstResultWaitsFor) {
  Lattice lattice;
  lattice.kind = LayerKind::Conv2D;
  lattice.steps = {step(dim::conv2d::oc, 8, Plateau::Ramps),
                   step(dim::conv2d::ic, 4, Plateau::Ramps)};
  auto values = [&](const char *text) {
    WorkTable work = WorkTable::compute(lattice, layer(text));
    return std::array<double, 4>{
        work.value(*parseTerm("first_weight_bytes")),
        work.value(*parseTerm("first_weight_bytes@compute")),
        work.value(*parseTerm("first_input_bytes")),
        work.value(*parseTerm("first_input_bytes@compute"))};
  };
  // 8 of 20 filters of 6 channels; 3 of 12 rows of 10 columns.
  EXPECT_EQ(
      values("conv2d oc=20 ic=6 oh=10 ow=8 kh=3 kw=3 : i8, i8 -> i32"),
      (std::array<double, 4>{8 * 6 * 9, 8 * 8 * 9, 3 * 10 * 6, 3 * 10 * 8}));
  // Fewer filters than a group; with two images, the rows of one.
  EXPECT_EQ(values("conv2d n=2 oc=3 ic=4 oh=5 ow=5 kh=1 kw=1 : i16, i8 -> i32"),
            (std::array<double, 4>{3 * 4, 8 * 4, 5 * 4 * 2, 5 * 4 * 2}));
}

static double valueOf(const Lattice &lattice, const char *text,
                      const char *term) {
  return WorkTable::compute(lattice, layer(text)).value(*parseTerm(term));
}

TEST(Terms, GroupsBehindTheFirstOneAreTheRest) {
  Lattice lattice;
  lattice.kind = LayerKind::Conv2D;
  lattice.steps = {step(dim::conv2d::oc, 8, Plateau::Ramps)};
  const char *text = "conv2d oc=20 ic=6 oh=10 ow=8 kh=3 kw=3 : i8, i8 -> i32";
  int64_t macs = 6 * 9 * 80, outputs = 4 * 80;
  EXPECT_EQ(valueOf(lattice, text, "first_macs"), 8 * macs);
  EXPECT_EQ(valueOf(lattice, text, "rest_macs"), 12 * macs);
  EXPECT_EQ(valueOf(lattice, text, "rest_macs@compute"), 16 * macs);
  EXPECT_EQ(valueOf(lattice, text, "first_output_bytes"), 8 * outputs);
  EXPECT_EQ(valueOf(lattice, text, "rest_output_bytes@compute"), 16 * outputs);
  EXPECT_EQ(valueOf(lattice, text, "rest_weight_bytes"), 12 * 6 * 9);
}

TEST(Terms, LinesPositionsAndWhatIsFetchedAgain) {
  Lattice lattice;
  lattice.kind = LayerKind::Conv2D;
  lattice.steps = {step(dim::conv2d::ic, 4, Plateau::Ramps)};
  const char *text =
      "conv2d n=2 oc=20 ic=6 oh=10 ow=7 kh=3 kw=3 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(lattice, text, "input_lines"), 2 * 6 * 12);
  EXPECT_EQ(valueOf(lattice, text, "input_lines@compute"), 2 * 8 * 12);
  EXPECT_EQ(valueOf(lattice, text, "output_lines"), 2 * 20 * 10);
  // 9 columns of input and 7 of results are three and two groups of four.
  EXPECT_EQ(valueOf(lattice, text, "line_input_elements@compute/4"),
            2 * 8 * 12 * 12);
  EXPECT_EQ(valueOf(lattice, text, "line_output_elements/4"), 2 * 20 * 10 * 8);
  // 70 positions of each image are five groups of sixteen.
  EXPECT_EQ(valueOf(lattice, text, "macs/16"), 2 * 20 * 6 * 9 * 80);
  EXPECT_EQ(valueOf(lattice, text, "macs@compute/64"), 2 * 20 * 8 * 9 * 128);
  const char *large =
      "conv2d oc=512 ic=100 oh=30 ow=30 kh=1 kw=1 : i8, i8 -> i32";
  // 90,000 bytes of input, 51,200 of weights.
  EXPECT_EQ(valueOf(lattice, large, "weights_per_64k_input"), 2 * 51200);
  EXPECT_EQ(valueOf(lattice, large, "input_per_32k_weights"), 2 * 90000);
  EXPECT_EQ(valueOf(lattice, large, "input_per_1m_weights"), 90000);
}

TEST(Terms, LayersAreCutIntoBandsThatFitABuffer) {
  Lattice lattice;
  lattice.kind = LayerKind::Conv2D;
  lattice.steps = {step(dim::conv2d::oc, 8, Plateau::Ramps)};
  // Rows of 64 x 32 bytes; 9,216 bytes of weights fit beside 27 of 64 rows: 25
  // results, in three bands that share two rows each with the next.
  const char *fit = "conv2d oc=32 ic=32 oh=62 ow=62 kh=3 kw=3 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(lattice, fit, "bands/64k"), 3);
  EXPECT_EQ(valueOf(lattice, fit, "band_weight_bytes/64k"), 9216);
  EXPECT_EQ(valueOf(lattice, fit, "band_first_weight_bytes/64k"), 3 * 8 * 288);
  EXPECT_EQ(valueOf(lattice, fit, "band_input_bytes/64k"), (64 + 4) * 2048);
  EXPECT_EQ(valueOf(lattice, fit, "bands/1m"), 1);
  EXPECT_EQ(valueOf(lattice, fit, "band_input_bytes/1m"), 64 * 2048);
  // 589,824 bytes of weights do not fit: two groups of 18,432 do, beside 14 of
  // 16 rows of 2,048 bytes. Each of both images is two bands.
  const char *deep =
      "conv2d n=2 oc=256 ic=256 oh=14 ow=6 kh=3 kw=3 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(lattice, deep, "bands/64k"), 4);
  EXPECT_EQ(valueOf(lattice, deep, "band_weight_bytes/64k"), 4 * 589824);
  EXPECT_EQ(valueOf(lattice, deep, "band_input_bytes/64k"),
            2 * (16 + 2) * 2048);
  // Nothing fits: one row of results a band, which reads three.
  EXPECT_EQ(valueOf(lattice, deep, "bands/32k"), 2 * 14);
  EXPECT_EQ(valueOf(lattice, deep, "band_input_bytes/32k"), 2 * 14 * 3 * 2048);
}

TEST(Terms, OperandsAreReadOnceForEachBlockOfOutputChannels) {
  Lattice lattice;
  lattice.kind = LayerKind::Conv2D;
  lattice.steps = {step(dim::conv2d::oc, 8, Plateau::Ramps),
                   step(dim::conv2d::ic, 4, Plateau::Ramps)};
  const char *text =
      "conv2d n=2 oc=50 ic=6 oh=10 ow=7 kh=3 kw=3 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(lattice, text, "channel_block_macs/24"),
            3 * 2 * 70 * 6 * 9);
  EXPECT_EQ(valueOf(lattice, text, "channel_block_macs@compute/16"),
            4 * 2 * 70 * 8 * 9);
  EXPECT_EQ(valueOf(lattice, text, "channel_block_results/32"), 2 * 2 * 70);
  // Each of two groups has blocks of its own.
  const char *grouped =
      "conv2d g=2 oc=50 ic=6 oh=10 ow=7 kh=3 kw=3 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(lattice, grouped, "channel_block_results/24"), 2 * 2 * 70);
  lattice = Lattice();
  lattice.kind = LayerKind::MatMul;
  const char *product = "matmul b=4 m=3 n=70 k=5 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(lattice, product, "channel_block_macs/64"), 2 * 4 * 3 * 5);
  EXPECT_FALSE(
      hasCount(LayerKind::DepthwiseConv2D, CountKind::ChannelBlockMacs))
      << "no operand is shared";
}

TEST(Terms, RowsOfAProductOfMatricesAreBandsToo) {
  Lattice lattice;
  lattice.kind = LayerKind::MatMul;
  // 16,384 of 32,768 bytes hold 128 of 300 rows.
  const char *text = "matmul m=300 n=128 k=128 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(lattice, text, "bands/32k"), 3);
  EXPECT_EQ(valueOf(lattice, text, "band_weight_bytes/32k"), 16384);
  EXPECT_EQ(valueOf(lattice, text, "band_input_bytes/32k"), 300 * 128);
  // Each of four has weights of its own, once.
  const char *batch = "matmul b=4 m=300 n=128 k=128 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(lattice, batch, "bands/32k"), 4 * 3);
  EXPECT_EQ(valueOf(lattice, batch, "band_weight_bytes/32k"), 4 * 16384);
  EXPECT_EQ(valueOf(lattice, batch, "band_input_bytes/32k"), 4 * 300 * 128);
  lattice.steps = {step(dim::matmul::n, 16, Plateau::Ramps)};
  // 2,048 bytes of a group for each of the twelve; two of them beside 224 rows.
  EXPECT_EQ(valueOf(lattice, batch, "band_first_weight_bytes/32k"), 12 * 2048);
  const char *deep = "matmul b=4 m=300 n=1024 k=128 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(lattice, deep, "bands/32k"), 4 * 2);
  EXPECT_EQ(valueOf(lattice, deep, "band_weight_bytes/32k"), 8 * 131072);
}

TEST(Terms, WhatDoesNotFitIntoACacheIsMissed) {
  auto lattice = Lattice::fromJson(R"({"kind": "matmul", "unit_work": {
    "units": ["l2"], "inputs": ["m"], "values": 1, "constants": [],
    "caches": [[0, 5, 2, 100, "random"], [0, 500, 2, 100, "random"]],
    "actions": [["add", 0, 0, 0, 1]]}})");
  ASSERT_TRUE(lattice);
  // 20 x 30 + 30 x 40 bytes in, 20 x 40 results of 4 bytes: 5,000.
  const char *text = "matmul m=20 n=40 k=30 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(*lattice, text, "unit_busy/0"), 20);
  EXPECT_EQ(valueOf(*lattice, text, "unit_missed/0"), 20 * 0.8);
  EXPECT_EQ(valueOf(*lattice, text, "unit_missed/1"), 0);
  auto terms = candidateTerms(*lattice);
  EXPECT_EQ(std::count_if(terms.begin(), terms.end(),
                          [](const Term &term) {
                            return term.count == CountKind::UnitMissed;
                          }),
            2);
}

/// Lines that a pass misses, on average over the channels.
static double missedInAPass(const Lattice &lattice, int images, int channels) {
  std::string text = "depthwise_conv2d n=" + std::to_string(images) +
                     " c=" + std::to_string(channels) +
                     " oh=16 ow=16 kh=1 kw=1 : i8, i8 -> i32";
  return valueOf(lattice, text.c_str(), "unit_missed_pass/0") / channels;
}

TEST(Terms, APassOverOneChannelTouchesALineForEachPixel) {
  auto with = [](const char *cache) {
    return Lattice::fromJson(
        R"({"kind": "depthwise_conv2d", "unit_work": {"units": ["l2"],
            "inputs": ["c"], "values": 1, "constants": [], "caches": [)" +
        std::string(cache) + R"(], "actions": [["add", 0, 0, 0, 1]]}})");
  };
  auto lattice = with(R"([0, 64, 7, 64, "oldest"])");
  ASSERT_TRUE(lattice);
  // 256 pixels of the input and of the output, 8 lines a set, one too many.
  EXPECT_EQ(missedInAPass(*lattice, 1, 96), 512);
  EXPECT_EQ(missedInAPass(*lattice, 7, 96), 7 * 512) << "one image by one";
  // Two pixels lie in one line.
  EXPECT_EQ(missedInAPass(*lattice, 1, 32), 0);
  lattice = with(R"([0, 128, 7, 64, "oldest"])");
  // 4 lines a set; of 128 bytes a pixel only every second set is met.
  EXPECT_EQ(missedInAPass(*lattice, 1, 96), 0);
  EXPECT_EQ(missedInAPass(*lattice, 1, 128), 512);
  EXPECT_EQ(missedInAPass(*lattice, 1, 192), 0) << "every third meets all";
  lattice = with(R"([0, 64, 7, 64, "random"])");
  double some = missedInAPass(*lattice, 1, 96);
  EXPECT_GT(some, 100);
  EXPECT_LT(some, 300) << "chance spares most";
}

TEST(Terms, OfStreamsWhatTheirReadsLeaveUncovered) {
  auto lattice = Lattice::fromJson(R"({"kind": "matmul", "unit_work": {
    "units": ["port", "array"], "inputs": ["m"], "values": 5,
    "constants": [[1, 0], [2, 1], [3, 9]], "actions": [
      ["for", 4, 1, 0, 2, [], [["add", 0, 3, 3, 1, 1], ["add", 1, 2, 2, 1]],
       1]]}})");
  ASSERT_TRUE(lattice);
  const char *text = "matmul m=3 n=1 k=1 : i8, i8 -> i32";
  EXPECT_EQ(valueOf(*lattice, text, "unit_uncovered/1"), 9 + 2 * (9 - 1));
  EXPECT_EQ(valueOf(*lattice, text, "unit_uncovered/8"), 72 + 2 * (72 - 1));
  EXPECT_EQ(valueOf(*lattice, text, "unit_pipeline"), 3 * 9 + 1);
  EXPECT_EQ(parseTerm("unit_uncovered/3").error().message,
            "work term 'unit_uncovered/3': reads that take '3' times as long, "
            "expected 1, 2, 4 or 8");
  for (const Term &term : candidateTerms(*lattice)) {
    EXPECT_EQ(toString(*parseTerm(toString(term))), toString(term));
    EXPECT_FALSE(isOfBlocks(term.count)) << "units say what is in registers";
  }
}

TEST(Terms, UnknownGroupsUnitsBlocksAndBuffers) {
  EXPECT_EQ(parseTerm("macs/12").error().message,
            "work term 'macs/12': groups of '12' output positions, expected 4, "
            "8, 16, 32, 64 or 128");
  EXPECT_EQ(parseTerm("unit_busy/99").error().message,
            "work term 'unit_busy/99': unit '99', expected a number below 16");
  EXPECT_EQ(parseTerm("bands/3k").error().message,
            "work term 'bands/3k': a buffer of '3k', expected 32k, 64k, 128k, "
            "256k, 512k or 1m");
  EXPECT_EQ(parseTerm("bands").error().message, "unknown work term 'bands'");
  EXPECT_EQ(parseTerm("channel_block_macs/20").error().message,
            "work term 'channel_block_macs/20': blocks of '20' output "
            "channels, expected 16, 24, 32, 48, 64 or 128");
  for (const char *name : {"channel_block_macs", "unit_busy", "launch/4",
                           "unit_pace/0", "unit_pipeline/0", "macs/", "/4"})
    EXPECT_FALSE(parseTerm(name)) << name;
}

TEST(Terms, OnlyWhatIsAskedForIsComputed) {
  Lattice lattice = eights(Plateau::Ramps);
  for (const Term &term : candidateTerms(lattice)) {
    Layer asked = matmul(3, 5, 7);
    EXPECT_EQ(WorkTable::compute(lattice, asked, maskOf(term)).value(term),
              WorkTable::compute(lattice, asked).value(term))
        << toString(term);
  }
}

TEST(Terms, BytesBeyondThresholds) {
  Lattice lattice;
  lattice.kind = LayerKind::Elementwise;
  // 64 Ki elements in, as many out, 4 bytes each: 512 KiB.
  WorkTable work = WorkTable::compute(
      lattice, layer("elementwise e=65536 alu=1 : f32 -> f32"));
  auto over = [&](const char *name) { return work.value(*parseTerm(name)); };
  EXPECT_EQ(over("bytes_over_16k"), 496 * 1024);
  EXPECT_EQ(over("bytes_over_256k"), 256 * 1024);
  EXPECT_EQ(over("bytes_over_1m"), 0);
  EXPECT_EQ(over("bytes_over_64m"), 0);
}
