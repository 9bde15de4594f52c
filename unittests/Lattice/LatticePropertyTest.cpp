// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What rounding promises for every kind, layer and lattice.
#include "pr/Lattice/Lattice.h"
#include "pr/Layer/Work.h"

#include "gtest/gtest.h"

#include <random>

using namespace pr;

namespace {
class RandomInput {
public:
  explicit RandomInput(uint64_t seed) : random(seed) {}

  int64_t below(int64_t limit) { return int64_t(random() % uint64_t(limit)); }

  /// A valid layer; extents are mostly small, sometimes large.
  Layer layer(LayerKind kind) {
    while (true) {
      Layer candidate;
      candidate.kind = kind;
      const KindInfo &info = kindInfo(kind);
      for (unsigned i = 0; i < info.dims.size(); ++i)
        candidate[i] = extent(info.dims[i]);
      ElementType i8{ElementType::Format::Integer, 8};
      for (int i = 0; i < std::max(1, info.operandTypes); ++i)
        candidate.operands.push_back(i8);
      for (int i = 0; i < std::max(1, info.resultTypes); ++i)
        candidate.results.push_back(i8);
      if (auto valid = checkedLayer(candidate))
        return *valid;
    }
  }

  Lattice lattice(LayerKind kind) {
    Lattice result;
    result.kind = kind;
    const KindInfo &info = kindInfo(kind);
    for (unsigned i = 0; i < info.dims.size(); ++i) {
      if (!mayHaveSteps(info.dims[i]))
        continue;
      if (below(4) == 0)
        result.maximum[i] = 1 + below(100);
      for (int64_t count = below(3); count > 0; --count)
        result.steps.push_back(step(i));
    }
    return result;
  }

private:
  int64_t extent(const DimInfo &dim) {
    switch (dim.role) {
    case DimRole::Option:
      return below(int64_t(dim.values.size()));
    case DimRole::PadLow:
    case DimRole::PadHigh:
      return below(3);
    case DimRole::Stride:
    case DimRole::Dilation:
      return 1 + below(3);
    default:
      if (dim.name == "g")
        return 1 + below(2) * below(4);
      return dim.minimum() + (below(20) == 0 ? below(1 << 20) : below(60));
    }
  }

  Step step(unsigned dim) {
    Step result;
    result.dim = dim;
    result.width = below(30) == 0 ? int64_t(1) << below(62) : 1 + below(70);
    result.offset = below(3) == 0 ? below(20) - 10 : 0;
    if (below(3) == 0) {
      result.regionLow = 1 + below(30);
      result.regionHigh = result.regionLow + below(60);
    }
    result.resource = static_cast<Resource>(below(kNumResources));
    result.plateau = static_cast<Plateau>(below(3));
    return result;
  }

  std::mt19937_64 random;
};
} // namespace

static void checkRounded(const Lattice &lattice, const Layer &layer,
                         const Layer &rounded, bool clamped) {
  SCOPED_TRACE(printLayer(layer) + "  ->  " + printLayer(rounded) + "\n" +
               lattice.toJson());
  auto valid = checkedLayer(rounded);
  ASSERT_TRUE(valid) << valid.error().message;
  EXPECT_EQ(*valid, rounded) << "not canonical";
  for (unsigned i = 0; i < layer.numDims(); ++i) {
    EXPECT_GE(rounded[i], layer[i]);
    if (!mayHaveSteps(layer.info().dims[i])) {
      EXPECT_EQ(rounded[i], layer[i]);
    }
    if (clamped && lattice.maximum[i] > 0) {
      EXPECT_LE(rounded[i], std::max(layer[i], lattice.maximum[i]));
    }
  }
}

/// Every dimension lies between the layer and every covering step's edge.
static void checkWithinPlateaus(const Lattice &lattice, const Layer &layer,
                                const Layer &rounded) {
  for (const Step &step : lattice.steps)
    if (step.width > 1 && step.covers(layer[step.dim])) {
      EXPECT_LE(rounded[step.dim], step.lastPoint(layer[step.dim]));
    }
}

TEST(LatticeProperty, RoundingIsSound) {
  RandomInput input(7);
  for (int round = 0; round < 400; ++round)
    for (const KindInfo &info : allLayerKinds()) {
      Layer layer = input.layer(info.kind);
      Lattice lattice = input.lattice(layer.kind);
      ASSERT_TRUE(checkLattice(lattice));
      Layer representative = lattice.representative(layer);
      Layer query = lattice.queryPoint(layer);
      checkRounded(lattice, layer, representative, true);
      checkRounded(lattice, layer, query, true);
      for (unsigned r = 0; r < kNumResources; ++r)
        checkRounded(lattice, layer,
                     lattice.roundedFor(static_cast<Resource>(r), layer),
                     false);
      checkWithinPlateaus(lattice, layer, representative);
      checkWithinPlateaus(lattice, layer, query);
      // What is rounded is on the lattice.
      EXPECT_EQ(lattice.representative(representative), representative)
          << printLayer(layer) << "\n"
          << lattice.toJson();
      EXPECT_EQ(lattice.queryPoint(query), query) << printLayer(layer) << "\n"
                                                  << lattice.toJson();
      if (::testing::Test::HasFailure())
        return;
    }
}

/// A step's last point is the largest extent with the same number of the
/// plateau: the definition, by counting up.
TEST(LatticeProperty, LastPointIsLast) {
  for (int64_t width : {1, 2, 3, 8})
    for (int64_t offset : {-9, -1, 0, 1, 5, 8})
      for (int64_t extent = 1; extent < 40; ++extent) {
        Step step;
        step.width = width;
        step.offset = offset;
        int64_t last = extent;
        while ((last - offset) % width != 0)
          ++last;
        EXPECT_EQ(step.lastPoint(extent), last)
            << "width " << width << " offset " << offset << " at " << extent;
      }
}

TEST(LatticeProperty, WasteIsTheShareOfTheWork) {
  RandomInput input(11);
  for (int round = 0; round < 200; ++round)
    for (const KindInfo &info : allLayerKinds()) {
      Layer layer = input.layer(info.kind);
      Lattice lattice = input.lattice(layer.kind);
      Layer representative = lattice.representative(layer);
      auto own = computeWork(layer), whole = computeWork(representative);
      ASSERT_TRUE(own && whole);
      double expected =
          own->macs > 0
              ? 1 - double(own->macs) / double(whole->macs)
              : 1 - double(own->outputElements) / double(whole->outputElements);
      EXPECT_NEAR(lattice.waste(layer), expected, 1e-9)
          << printLayer(layer) << "\n"
          << lattice.toJson();
    }
}
