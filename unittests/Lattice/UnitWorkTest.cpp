// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/UnitWork.h"
#include "pr/Lattice/Lattice.h"
#include "pr/Lattice/TargetInfo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

using namespace pr;

/// A product in tiles of 4 rows and 3 columns: unit 0 works rows x columns of
/// each tile, unit 1 a cycle for each row of tiles. Values: m, n, the constants
/// 0, 1, 3, 4 and what is computed.
static const char *const kTiles = R"({"kind": "matmul", "unit_work": {
  "units": ["array", "writer"], "inputs": ["m", "n"], "values": 14,
  "constants": [[2, 0], [3, 1], [4, 3], [5, 4]],
  "actions": [
    ["for", 6, 2, 0, 5, [], [
      ["-", 7, 0, 6], ["min", 8, 7, 5],
      ["for", 9, 2, 1, 4, [], [
        ["-", 10, 1, 9], ["min", 11, 10, 4], ["*", 12, 8, 11],
        ["add", 0, 12, 12, 1]]],
      ["+", 13, 6, 6],
      ["add", 1, 3, 3, 1]]]]}})";

static Lattice parse(const std::string &text) {
  auto lattice = Lattice::fromJson(text);
  EXPECT_TRUE(lattice) << (lattice ? "" : lattice.error().message);
  return lattice ? *lattice : Lattice();
}

static UnitBusy busyOf(const Lattice &lattice, const std::string &text) {
  auto layer = parseLayer(text);
  EXPECT_TRUE(layer);
  return lattice.unitWork->evaluate(legalityValues(*layer));
}

TEST(UnitWork, RaggedTilesAreCountedExactly) {
  Lattice lattice = parse(kTiles);
  ASSERT_TRUE(lattice.unitWork);
  for (int64_t m : {1, 4, 5, 8, 23})
    for (int64_t n : {1, 3, 7, 30}) {
      UnitBusy busy = busyOf(lattice, "matmul m=" + std::to_string(m) +
                                          " n=" + std::to_string(n) +
                                          " k=1 : i8, i8 -> i32");
      EXPECT_EQ(busy.total[0], double(m * n));
      EXPECT_EQ(busy.total[1], double((m + 3) / 4));
      EXPECT_EQ(busy.first[0],
                double(std::min<int64_t>(m, 4) * std::min<int64_t>(n, 3)));
      EXPECT_EQ(busy.last[0], double(((m - 1) % 4 + 1) * ((n - 1) % 3 + 1)));
      EXPECT_EQ(busy.pace, double(m * n)) << "the writer is never slower";
    }
}

/// The same tiles from one loop over all of them, whose number is taken apart.
static const char *const kFlattened = R"({"kind": "matmul", "unit_work": {
  "units": ["array"], "inputs": ["m", "n"], "values": 19,
  "constants": [[2, 0], [3, 1], [4, 3], [5, 4]],
  "actions": [
    ["ceildiv", 6, 1, 4], ["ceildiv", 7, 0, 5], ["*", 8, 7, 6],
    ["for", 9, 2, 8, 3, [], [
      ["floordiv", 10, 9, 6], ["*", 12, 10, 5], ["-", 13, 0, 12],
      ["min", 14, 13, 5],
      ["mod", 11, 9, 6], ["*", 15, 11, 4], ["-", 16, 1, 15],
      ["min", 17, 16, 4],
      ["*", 18, 14, 17], ["add", 0, 18, 18, 1]]]]}})";

TEST(UnitWork, FlattenedLoopsAreLookedAtEverywhere) {
  Lattice lattice = parse(kFlattened);
  ASSERT_TRUE(lattice.unitWork);
  for (int64_t m : {4, 23, 401})
    for (int64_t n : {3, 31, 301}) {
      UnitBusy busy = busyOf(lattice, "matmul m=" + std::to_string(m) +
                                          " n=" + std::to_string(n) +
                                          " k=1 : i8, i8 -> i32");
      // The last tiles alone, ragged on one side, would say a third to a half.
      EXPECT_NEAR(busy.total[0], double(m * n), 0.1 * double(m * n));
      EXPECT_EQ(busy.first[0],
                double(std::min<int64_t>(m, 4) * std::min<int64_t>(n, 3)));
      EXPECT_EQ(busy.last[0], double(((m - 1) % 4 + 1) * ((n - 1) % 3 + 1)));
    }
}

TEST(UnitWork, TheFirstIterationOfALongLoopStandsForItself) {
  // 100 cycles to begin, then one each.
  Lattice lattice = parse(R"({"kind": "matmul", "unit_work": {
    "units": ["u"], "inputs": ["m"], "values": 8,
    "constants": [[1, 0], [2, 1], [3, 100]],
    "actions": [["for", 4, 1, 0, 2, [], [
      ["==", 5, 4, 1], ["select", 6, 5, 3, 2], ["add", 0, 6, 6, 1],
      ["for", 7, 1, 2, 2, [], [["add", 0, 1, 1, 1]]]]]]}})");
  EXPECT_EQ(busyOf(lattice, "matmul m=1000 n=1 k=1 : i8, i8 -> i32").total[0],
            100 + 999);
}

TEST(UnitWork, WhatNothingDependsOnIsDropped) {
  Lattice lattice = parse(kTiles);
  EXPECT_EQ(lattice.unitWork->numActions(), 9u) << "all but one of ten";
  EXPECT_FALSE(lattice.unitWork->actions[0].isAlike);
}

TEST(UnitWork, SurvivesAsJson) {
  Lattice lattice = parse(kTiles);
  Lattice again = parse(lattice.toJson());
  EXPECT_EQ(lattice.toJson(), again.toJson());
  EXPECT_EQ(busyOf(again, "matmul m=9 n=9 k=1 : i8, i8 -> i32").total[0], 81);
}

TEST(UnitWork, CachesAreKeptAndChecked) {
  auto with = [](const char *caches) {
    return Lattice::fromJson(R"({"kind": "matmul", "unit_work": {
      "units": ["l2"], "inputs": ["m"], "values": 1, "constants": [],
      "caches": )" + std::string(caches) +
                             R"(, "actions": [["add", 0, 0, 0, 1]]}})");
  };
  auto lattice = with(R"([[0, 1024, 8, 64, "random"],
                          [0, 4096, 8, 128, "oldest"]])");
  ASSERT_TRUE(lattice);
  Lattice again = parse(lattice->toJson());
  ASSERT_EQ(again.unitWork->caches.size(), 2u);
  EXPECT_TRUE(again.unitWork->caches[0].isRandom);
  EXPECT_FALSE(again.unitWork->caches[1].isRandom);
  EXPECT_EQ(again.unitWork->caches[1].bytes(), 4194304);
  EXPECT_FALSE(with(R"([[1, 1024, 8, 64, "random"]])")) << "no such unit";
  EXPECT_FALSE(with(R"([[0, 0, 8, 64, "random"]])"));
  EXPECT_FALSE(with(R"([[0, 1024, 8, 64, "newest"]])"));
  EXPECT_FALSE(with("[[0, 524288]]"));
  std::string five;
  for (int i = 0; i < 5; ++i)
    five += std::string(i ? "," : "") + R"([0, 1, 1, 1, "random"])";
  EXPECT_FALSE(with(("[" + five + "]").c_str()));
}

TEST(UnitWork, MissedSharesAreThoseOfRandomReplacement) {
  UnitWork::Cache cache{0, 1, 8, 64, true};
  for (int lines : {4, 8, 10, 12, 16, 32}) {
    // One set, passed over again and again.
    std::vector<int> ways(8, -1);
    std::mt19937_64 random(7);
    int missed = 0, accesses = 0;
    for (int pass = 0; pass < 4000; ++pass)
      for (int line = 0; line < lines; ++line) {
        bool isThere = std::find(ways.begin(), ways.end(), line) != ways.end();
        if (!isThere) {
          auto empty = std::find(ways.begin(), ways.end(), -1);
          if (empty != ways.end())
            *empty = line;
          else
            ways[random() % 8] = line;
        }
        missed += pass >= 1000 && !isThere;
        accesses += pass >= 1000;
      }
    // The equation takes the mean for what varies from pass to pass.
    EXPECT_NEAR(cache.missedShare(lines), double(missed) / accesses, 0.08)
        << lines;
  }
  cache.isRandom = false;
  EXPECT_EQ(cache.missedShare(8), 0);
  EXPECT_EQ(cache.missedShare(8.5), 1) << "the oldest is always the next";
}

/// Two streams that go over tiles of 4 along m: one reads operands, 10 cycles a
/// row, the other works 25 cycles on a row.
static const char *const kStreams = R"({"kind": "matmul", "unit_work": {
  "units": ["port", "array"], "inputs": ["m"], "values": 15,
  "constants": [[1, 0], [2, 4], [3, 10], [4, 25]],
  "actions": [
    ["for", 5, 1, 0, 2, [], [
      ["-", 6, 0, 5], ["min", 7, 6, 2], ["*", 8, 7, 3],
      ["add", 0, 8, 8, 1, 1]], 1],
    ["for", 9, 1, 0, 2, [], [
      ["-", 10, 0, 9], ["min", 11, 10, 2], ["*", 12, 11, 4],
      ["add", 1, 12, 12, 1]], 1]]}})";

TEST(UnitWork, ReadsOfTheNextTileAreCoveredByWork) {
  Lattice lattice = parse(kStreams);
  ASSERT_TRUE(lattice.unitWork && lattice.unitWork->readsInStreams);
  for (int64_t m : {4, 7, 12, 1001}) {
    UnitBusy busy = busyOf(lattice, "matmul m=" + std::to_string(m) +
                                        " n=1 k=1 : i8, i8 -> i32");
    int64_t tiles = (m + 3) / 4, ragged = m - 4 * (tiles - 1);
    EXPECT_EQ(busy.pace, double(25 * m));
    for (unsigned f = 0; f < kNumReadFactors; ++f) {
      int64_t slow = 10 * kReadFactors[f];
      // The first tile's, then what goes beyond 100 cycles of work each.
      int64_t uncovered = slow * std::min<int64_t>(m, 4);
      if (tiles > 1)
        uncovered += (tiles - 2) * std::max<int64_t>(0, 4 * slow - 100) +
                     std::max<int64_t>(0, ragged * slow - 100);
      EXPECT_NEAR(busy.uncovered[f], double(uncovered), 0.02 * uncovered)
          << m << " rows, " << kReadFactors[f] << " times as long";
      if (m < 200) {
        EXPECT_EQ(busy.uncovered[f], double(uncovered));
      }
    }
  }
  EXPECT_EQ(parse(lattice.toJson()).toJson(), lattice.toJson());
}

TEST(UnitWork, WritesAreUncoveredToo) {
  std::string written = kStreams;
  size_t read = written.find("8, 8, 1, 1]");
  ASSERT_NE(read, std::string::npos);
  written.replace(read, 11, "8, 8, 1, 2]");
  Lattice lattice = parse(written);
  EXPECT_FALSE(lattice.unitWork->readsInStreams) << "then it is not asked for";
  // Each beside its own tile.
  UnitBusy busy = busyOf(lattice, "matmul m=8 n=1 k=1 : i8, i8 -> i32");
  EXPECT_EQ(busy.uncovered[2], 2 * (160 - 100));
}

/// Tiles of 4 along m again and again: rows are read, 10 cycles each and 7
/// until the first is there, two units work on them one behind the other, and
/// each last tile is written. Values: m, n, the constants and what is computed.
static const char *const kLoops = R"({"kind": "matmul", "unit_work": {
  "units": ["instructions", "port", "array", "drain"], "inputs": ["m", "n"],
  "values": 23, "holds": [[2, 3]],
  "constants": [[2, 0], [3, 1], [4, 4], [5, 10], [6, 7], [7, 8], [8, 3],
                [9, 2]],
  "actions": [
    ["for", 10, 2, 1, 3, [], [
      ["for", 11, 2, 0, 4, [], [
        ["-", 12, 0, 11], ["min", 13, 12, 4], ["add", 0, 3, 3, 1],
        ["*", 14, 13, 5], ["+", 15, 14, 6], ["add", 1, 14, 15, 1, 1],
        ["*", 16, 13, 7], ["add", 2, 16, 16, 1],
        ["*", 17, 13, 8], ["+", 18, 17, 9], ["add", 3, 17, 18, 1]]],
      ["add", 1, 5, 5, 1, 2]]]]}})";

/// All passes of kLoops, one after the other.
static double pipelined(int64_t m, int64_t n, bool isHeld) {
  double load = 0, end = 0;
  std::array<double, 2> array{}, drain{}, store{};
  for (int64_t j = 0; j < n; ++j)
    for (int64_t i = 0; i < m; i += 4) {
      auto rows = double(std::min<int64_t>(4, m - i));
      load = std::max(load, array[1]) + 10 * rows;
      double begin = std::max({load + 7, array[0], drain[1]});
      array = {begin + 8 * rows, array[0]};
      bool isLast = i + 4 >= m;
      double next = std::max(array[0], drain[0]);
      if (isLast)
        next = std::max(next, store[1]);
      drain = {next + 3 * rows, drain[0]};
      if (isHeld)
        array[0] = std::max(array[0], drain[0]);
      end = std::max(end, drain[0] + 2);
      if (isLast)
        store = {std::max(drain[0] + 2, store[0]) + 10, store[0]};
    }
  return std::max(end, store[0]);
}

TEST(UnitWork, PassesFollowEachOtherThroughDoubleBuffers) {
  std::string loose = kLoops;
  loose.replace(loose.find("[[2, 3]]"), 8, "[]");
  for (bool isHeld : {true, false}) {
    Lattice lattice = parse(isHeld ? kLoops : loose);
    ASSERT_TRUE(lattice.unitWork && lattice.unitWork->readsInPasses);
    EXPECT_FALSE(lattice.unitWork->hasStreams);
    for (int64_t m : {1, 4, 5, 7, 8, 29, 127, 1001})
      for (int64_t n : {1, 2, 3, 4, 5, 17, 400}) {
        double found = busyOf(lattice, "matmul m=" + std::to_string(m) +
                                           " n=" + std::to_string(n) +
                                           " k=1 : i8, i8 -> i32")
                           .pipeline;
        // Of more than four rounds, two in the middle stand for the others; of
        // many tiles in a row the last ones for those behind.
        EXPECT_NEAR(found, pipelined(m, n, isHeld),
                    n > 4     ? 0.02 * found
                    : m > 128 ? 0.001 * found
                              : 0)
            << m << " " << n;
      }
  }
  EXPECT_NE(pipelined(5, 4, true), pipelined(5, 4, false));
}

TEST(UnitWork, HoldsAreKeptAndChecked) {
  Lattice lattice = parse(kLoops);
  EXPECT_EQ(parse(lattice.toJson()).toJson(), lattice.toJson());
  ASSERT_EQ(lattice.unitWork->holds.size(), 1u);
  EXPECT_EQ(lattice.unitWork->holds[0].last, 3u);
  for (const char *bad : {"[[2, 4]]", "[[4, 2]]", "[[2]]", "[2, 3]"}) {
    std::string broken = kLoops;
    broken.replace(broken.find("[[2, 3]]"), 8, bad);
    EXPECT_FALSE(Lattice::fromJson(broken)) << bad;
  }
}

TEST(UnitWork, StreamsAreAPipelineToo) {
  // Two tiles are loaded ahead; then each waits for the work on one.
  for (auto [m, cycles] : {std::pair(4, 140), {8, 240}, {12, 340}, {14, 390}})
    EXPECT_EQ(busyOf(parse(kStreams), "matmul m=" + std::to_string(m) +
                                          " n=1 k=1 : i8, i8 -> i32")
                  .pipeline,
              cycles);
}

TEST(UnitWork, RunsAreCutIntoBursts) {
  const char *text = R"({"kind": "matmul", "unit_work": {
    "units": ["requests", "port"], "inputs": ["m", "k"], "values": 7,
    "constants": [[2, 16], [6, 7]], "accessors": [[16, [16, 32, 64]]],
    "actions": [["split", 3, 2, 1, 0, 1, 0], ["add", 0, 3, 3, 1],
                ["add", 1, 4, 4, 1]]}})";
  Lattice lattice = parse(text);
  // Rows of 64 bytes that begin at 16 take five beats in two pieces.
  UnitBusy busy = busyOf(lattice, "matmul m=10 n=1 k=64 : i8, i8 -> i32");
  EXPECT_EQ(busy.total[0], 20);
  EXPECT_EQ(busy.total[1], 50);
  EXPECT_EQ(parse(lattice.toJson()).toJson(), lattice.toJson());
  for (auto [good, bad] :
       {std::pair("[[16, [16, 32, 64]]]", "[[16, [16, 48, 64]]]"),
        std::pair("[[16, [16, 32, 64]]]", "[]"),
        std::pair("[\"split\", 3,", "[\"split\", 6,")}) {
    std::string broken = text;
    broken.replace(broken.find(good), std::string(good).size(), bad);
    EXPECT_FALSE(Lattice::fromJson(broken)) << bad;
  }
}

TEST(UnitWork, LoopsThatCarryRunInFull) {
  // 1 + 2 + ... + m, one after the other.
  Lattice lattice = parse(R"({"kind": "matmul", "unit_work": {
    "units": ["u"], "inputs": ["m"], "values": 8, "constants": [[1, 0], [2, 1]],
    "actions": [["for", 3, 1, 0, 2, [[2, 4, 5, 6]], [
      ["add", 0, 4, 4, 1], ["+", 5, 4, 2]]]]}})");
  EXPECT_EQ(busyOf(lattice, "matmul m=10 n=1 k=1 : i8, i8 -> i32").total[0],
            55);
}

TEST(UnitWork, SearchesAndDecisions) {
  // Halves m until it is below 4; odd ones keep the unit busy for a cycle more.
  Lattice lattice = parse(R"({"kind": "matmul", "unit_work": {
    "units": ["u"], "inputs": ["m"], "values": 12,
    "constants": [[1, 2], [2, 4], [10, 0], [11, 1]],
    "actions": [
      ["while", 4, [[">=", 4, 3, 2]], [["floordiv", 6, 5, 1]],
        [[3, 0]], [[5, 3]], [[3, 6]], [[7, 3]]],
      ["mod", 8, 7, 1],
      ["if", 8, [], [], [[9, 11]], [[9, 10]]],
      ["add", 0, 7, 7, 1], ["add", 0, 9, 9, 1]]}})");
  EXPECT_EQ(busyOf(lattice, "matmul m=40 n=1 k=1 : i8, i8 -> i32").total[0], 2);
  EXPECT_EQ(busyOf(lattice, "matmul m=57 n=1 k=1 : i8, i8 -> i32").total[0],
            3 + 1);
}

TEST(UnitWork, WhatCannotBeToldIsZero) {
  const char *divides = R"({"kind": "matmul", "unit_work": {
    "units": ["u"], "inputs": ["m"], "values": 3, "constants": [[1, 0]],
    "actions": [["floordiv", 2, 0, 1], ["add", 0, 2, 2, 1]]}})";
  EXPECT_EQ(busyOf(parse(divides), "matmul m=4 n=1 k=1 : i8, i8 -> i32").total,
            UnitBusy().total);
  const char *endless = R"({"kind": "matmul", "unit_work": {
    "units": ["u"], "inputs": ["m"], "values": 4, "constants": [],
    "actions": [["while", 0, [], [], [], [], [], [[1, 0]]],
                ["add", 0, 1, 1, 1]]}})";
  EXPECT_EQ(busyOf(parse(endless), "matmul m=4 n=1 k=1 : i8, i8 -> i32").total,
            UnitBusy().total);
}

TEST(UnitWork, BadDocumentsAreRefused) {
  auto errorOf = [](const std::string &actions) {
    auto lattice = Lattice::fromJson(
        R"({"kind": "matmul", "unit_work": {"units": ["u"], "inputs": ["m"],
            "values": 3, "constants": [], "actions": )" +
        actions + "}}");
    return lattice ? std::string("no error") : lattice.error().message;
  };
  EXPECT_EQ(errorOf("[[\"add\", 1, 0, 0, 1]]"),
            "lattice.unit_work: the work of units names a value, an input or a "
            "unit that does not exist");
  EXPECT_EQ(errorOf("[[\"+\", 2, 0, 3]]"),
            "lattice.unit_work: the work of units names a value, an input or a "
            "unit that does not exist");
  EXPECT_EQ(errorOf("[[\"jump\", 0]]"),
            "lattice.unit_work.actions[0] is array, expected an action of a "
            "known kind");
  EXPECT_EQ(errorOf("[[\"add\", 0]]"),
            "lattice.unit_work.actions[0] is array, expected an array of 5 "
            "elements");
}
