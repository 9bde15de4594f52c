// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Support/Bursts.h"
#include "pr/Support/CheckedMath.h"

#include "gtest/gtest.h"

#include <random>

using namespace pr;

static const std::vector<int64_t> kBursts = {16, 32, 64};

TEST(Bursts, TheWindowThatCoversMostIsTaken) {
  Piece whole = nextPiece(kBursts, 0, 64);
  EXPECT_EQ(whole.size, 64);
  EXPECT_EQ(whole.covered, 64);
  // Of the windows around 20: 16 to 32 covers 10 as all do, and is smallest.
  Piece small = nextPiece(kBursts, 20, 10);
  EXPECT_EQ(small.address, 16);
  EXPECT_EQ(small.size, 16);
  // 48 bytes of the largest one, then the rest.
  Piece late = nextPiece(kBursts, 16, 64);
  EXPECT_EQ(late.address, 0);
  EXPECT_EQ(late.covered, 48);
  EXPECT_EQ(nextPiece({}, 5, 1000).covered, 1000) << "a run is one piece";
}

TEST(Bursts, CountsOfOneRun) {
  PieceCount late = countPieces(kBursts, 16, {16, 64, 1, 0});
  EXPECT_EQ(late.pieces, 2);
  EXPECT_EQ(late.beats, 4 + 1);
  PieceCount empty = countPieces(kBursts, 16, {16, 0, 7, 3});
  EXPECT_EQ(empty.pieces, 0);
  PieceCount none = countPieces(kBursts, 16, {16, 64, 0, 3});
  EXPECT_EQ(none.beats, 0);
  EXPECT_EQ(countPieces({}, 16, {5, 20, 3, 8}).beats, 3 * 2);
}

/// The same piece after piece.
static PieceCount oneByOne(const std::vector<int64_t> &bursts,
                           int64_t portWidth, const Runs &runs) {
  PieceCount count;
  for (int64_t i = 0; i < runs.repeat; ++i)
    for (int64_t done = 0; done < runs.size;) {
      Piece piece = nextPiece(bursts, runs.address + i * runs.stride + done,
                              runs.size - done);
      ++count.pieces;
      count.beats += ceilDiv(piece.size, portWidth);
      done += piece.covered;
    }
  return count;
}

TEST(Bursts, CountsAreThoseOfThePieces) {
  std::mt19937_64 random(3);
  const std::vector<std::vector<int64_t>> all = {
      kBursts, {1}, {3, 12}, {8, 16, 48}, {5, 10, 50}};
  for (int i = 0; i < 3000; ++i) {
    const std::vector<int64_t> &bursts = all[random() % all.size()];
    Runs runs = {int64_t(random() % 1000), int64_t(random() % 300),
                 int64_t(random() % 200), int64_t(random() % 500)};
    int64_t portWidth = 1 + int64_t(random() % 20);
    PieceCount expected = oneByOne(bursts, portWidth, runs);
    PieceCount found = countPieces(bursts, portWidth, runs);
    ASSERT_EQ(found.pieces, expected.pieces) << i;
    ASSERT_EQ(found.beats, expected.beats) << i;
  }
}

TEST(Bursts, WhichSizesAreEven) {
  EXPECT_TRUE(areEven(kBursts));
  EXPECT_TRUE(areEven({}));
  EXPECT_FALSE(areEven({16, 48, 64}));
  EXPECT_FALSE(areEven({64, 16}));
  EXPECT_FALSE(areEven({0, 16}));
  EXPECT_FALSE(areEven({1, int64_t(1) << 40})) << "a run for each word";
}
