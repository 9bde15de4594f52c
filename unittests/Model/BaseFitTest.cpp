// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/BaseFit.h"
#include "Model/NonNegativeLeastSquares.h"
#include "TestData.h"

#include <cmath>
#include <functional>
#include <random>

using namespace pr;
using namespace pr::test;

namespace {
struct Sample {
  std::vector<Layer> layers;
  std::vector<double> latencies;
  std::vector<int64_t> groups;
};
} // namespace

/// Random matmuls with latencies from a formula over their work.
static Sample
sample(unsigned count, const Lattice &lattice,
       const std::function<double(const WorkTable &, std::mt19937_64 &)> &time,
       uint64_t seed = 3) {
  std::mt19937_64 random(seed);
  Sample result;
  for (unsigned i = 0; i < count; ++i) {
    result.layers.push_back(matmul(1 + int64_t(random() % 100),
                                   1 + int64_t(random() % 300),
                                   1 + int64_t(random() % 300)));
    WorkTable work =
        WorkTable::compute(lattice, lattice.queryPoint(result.layers.back()));
    result.latencies.push_back(time(work, random));
    result.groups.push_back(i);
  }
  return result;
}

static double value(const WorkTable &work, const char *term) {
  return work.value(*parseTerm(term));
}

static double largestError(const Base &base, const Lattice &lattice,
                           const Sample &data) {
  double largest = 0;
  for (size_t i = 0; i < data.layers.size(); ++i) {
    WorkTable work =
        WorkTable::compute(lattice, lattice.queryPoint(data.layers[i]));
    largest = std::max(
        largest, std::abs(base.evaluate(work).latency / data.latencies[i] - 1));
  }
  return largest;
}

/// Relative, over all layers of the sample.
static double meanError(const Base &base, const Sample &sample,
                        const Lattice &lattice) {
  double sum = 0;
  for (size_t i = 0; i < sample.layers.size(); ++i) {
    WorkTable work =
        WorkTable::compute(lattice, lattice.queryPoint(sample.layers[i]));
    sum += std::abs(base.evaluate(work).latency / sample.latencies[i] - 1);
  }
  return sum / double(sample.layers.size());
}

TEST(BaseFit, OneBranchIsRecoveredExactly) {
  // The shape of UltraTrail's formula (METHOD A.4).
  auto time = [](const WorkTable &work, std::mt19937_64 &) {
    return 1 + value(work, "macs@compute") / 64;
  };
  Lattice lattice = eights();
  Sample data = sample(60, lattice, time),
         fresh = sample(500, lattice, time, 9);
  auto fit = fitBase(data.layers, data.latencies, data.groups, lattice);
  ASSERT_TRUE(fit);
  EXPECT_LT(largestError(fit->base, lattice, fresh), 1e-9);
  EXPECT_EQ(fit->base.print(), "1 + 0.015625 macs@compute");
}

TEST(BaseFit, AMaximumIsRecoveredExactly) {
  // Compute with steps, weight traffic without, as measured on a real NPU
  // (DESIGN section 6).
  Lattice lattice = eights(Plateau::Ramps);
  auto time = [](const WorkTable &work, std::mt19937_64 &) {
    return std::max(20 + value(work, "macs@compute") / 64,
                    50 + value(work, "weight_bytes") / 2);
  };
  Sample data = sample(200, lattice, time),
         fresh = sample(500, lattice, time, 9);
  auto fit = fitBase(data.layers, data.latencies, data.groups, lattice);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->chosen.branches, 2u);
  EXPECT_LT(largestError(fit->base, lattice, fresh), 1e-9) << fit->base.print();
}

TEST(BaseFit, AMaximumOfThreeSumsThatOverlapIsFound) {
  // A ramping machine: the first group's weights under every branch.
  Lattice lattice = eights(Plateau::Ramps);
  auto time = [](const WorkTable &work, std::mt19937_64 &) {
    return 500 + 0.4 * value(work, "first_weight_bytes") +
           std::max({value(work, "macs@compute") / 64,
                     1.5 * value(work, "output_elements@compute"),
                     0.4 * value(work, "weight_bytes")});
  };
  Sample data = sample(300, lattice, time),
         fresh = sample(500, lattice, time, 9);
  auto fit = fitBase(data.layers, data.latencies, data.groups, lattice);
  ASSERT_TRUE(fit);
  EXPECT_LT(meanError(fit->base, fresh, lattice), 0.005) << fit->base.print();
}

TEST(BaseFit, IsNeverWorseThanWhatItStartsFrom) {
  // Fits of many terms end in optima of their own.
  Lattice lattice = eights(Plateau::Ramps);
  auto truth = [](const WorkTable &work) {
    return std::max({300 + value(work, "macs@compute") / 64,
                     600 + 1.1 * value(work, "output_elements@compute"),
                     900 + 0.4 * value(work, "weight_bytes"),
                     1200 + 0.9 * value(work, "input_bytes")});
  };
  BaseFitOptions options;
  options.terms = candidateTerms(lattice);
  options.branches = 6;
  Sample data = sample(80, lattice, [&](const WorkTable &work, auto &random) {
    std::normal_distribution<double> noise(0, 0.05);
    return truth(work) * std::exp(noise(random));
  });
  std::vector<Base> bases;
  double best = 1;
  for (options.seed = 1; options.seed < 8; ++options.seed) {
    auto fit =
        fitBase(data.layers, data.latencies, data.groups, lattice, options);
    ASSERT_TRUE(fit);
    best = std::min(best, meanError(fit->base, data, lattice));
    bases.push_back(fit->base);
  }
  for (const Base &base : bases)
    options.starts.push_back(&base);
  for (options.seed = 1; options.seed < 8; ++options.seed) {
    auto fit =
        fitBase(data.layers, data.latencies, data.groups, lattice, options);
    ASSERT_TRUE(fit);
    EXPECT_LE(meanError(fit->base, data, lattice), 1.01 * best);
  }
}

TEST(BaseFit, NoiseAndOutliersDoNotLeadItAstray) {
  Lattice lattice = eights();
  auto truth = [](const WorkTable &work, std::mt19937_64 &) {
    return 100 + value(work, "macs@compute") / 64;
  };
  auto noisy = [&](const WorkTable &work, std::mt19937_64 &random) {
    std::normal_distribution<double> noise(0, 0.02);
    double outlier = random() % 20 == 0 ? 0.2 : 1;
    return truth(work, random) * std::exp(noise(random)) * outlier;
  };
  Sample data = sample(200, lattice, noisy),
         fresh = sample(300, lattice, truth, 9);
  auto fit = fitBase(data.layers, data.latencies, data.groups, lattice);
  ASSERT_TRUE(fit);
  EXPECT_LT(meanError(fit->base, fresh, lattice), 0.02) << fit->base.print();
}

TEST(BaseFit, EqualColumnsGoToTheSteppedTerm) {
  // On representatives, raw and stepped counts are the same.
  Lattice lattice = eights(Plateau::Ramps);
  std::vector<Layer> layers;
  std::vector<double> latencies;
  std::vector<int64_t> groups;
  for (int64_t i = 1; i <= 30; ++i) {
    layers.push_back(matmul(i, 8 * (1 + i % 7), 8 * (1 + i % 5)));
    latencies.push_back(double(i * (1 + i % 7) * (1 + i % 5)));
    groups.push_back(i);
  }
  auto fit = fitBase(layers, latencies, groups, lattice);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->base.print(), "0.015625 macs@compute");
}

TEST(BaseFit, EdgeCases) {
  Lattice lattice = eights();
  // A single row, and latencies that are all equal.
  auto one = fitBase({matmul(1, 8, 8)}, {42}, {0}, lattice);
  ASSERT_TRUE(one);
  Sample same = sample(
      30, lattice, [](const WorkTable &, std::mt19937_64 &) { return 7.0; });
  auto flat = fitBase(same.layers, same.latencies, same.groups, lattice);
  ASSERT_TRUE(flat);
  EXPECT_EQ(flat->base.print(), "7");
  // Latencies that fall with size have no non-negative explanation but one.
  Sample falling =
      sample(30, lattice, [](const WorkTable &work, std::mt19937_64 &) {
        return 1e6 / value(work, "macs");
      });
  EXPECT_TRUE(
      fitBase(falling.layers, falling.latencies, falling.groups, lattice));
}

TEST(BaseFit, FixedChoiceIsNotCompared) {
  Lattice lattice = eights();
  Sample data =
      sample(30, lattice, [](const WorkTable &work, std::mt19937_64 &) {
        return value(work, "macs");
      });
  BaseFitOptions options;
  options.terms = {*parseTerm("launch"), *parseTerm("macs")};
  options.branches = 1;
  auto fit =
      fitBase(data.layers, data.latencies, data.groups, lattice, options);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->compared.size(), 1u);
  EXPECT_EQ(fit->base.print(), "1 macs");
}

/// Convolutions with windows of 1 and 3, strided or not.
static Sample convolutions(const std::function<double(const Layer &)> &time) {
  std::mt19937_64 random(5);
  auto upTo = [&](unsigned most) {
    return std::to_string(1 + random() % most);
  };
  Sample result;
  for (int64_t i = 0; i < 200; ++i) {
    std::string kernel = i % 2 ? "1" : "3", stride = i % 4 < 2 ? "1" : "2";
    std::string text = "conv2d oc=" + upTo(200) + " ic=" + upTo(200) + " oh=1" +
                       upTo(9) + " ow=1" + upTo(9) + " kh=" + kernel +
                       " kw=" + kernel + " sh=" + stride + " sw=" + stride +
                       " : i8, i8 -> i32";
    result.layers.push_back(layer(text.c_str()));
    result.latencies.push_back(time(result.layers.back()));
    result.groups.push_back(i);
  }
  return result;
}

TEST(BaseFit, CasesThatAreRunDifferentlyAreFittedApart) {
  Lattice lattice;
  lattice.kind = LayerKind::Conv2D;
  // As a library does that has a kernel for each.
  Sample data = convolutions([](const Layer &conv) {
    Work work = *computeWork(conv);
    switch (caseOf(conv)) {
    case LayerCase::Pointwise:
      return 100 + 2.0 * double(work.macs) + 9.0 * double(work.outputBytes);
    case LayerCase::PointwiseStrided:
      return 70 + 3.0 * double(work.macs) + 40.0 * double(work.inputBytes);
    default:
      return 500 + 1.0 * double(work.macs) + 5.0 * double(work.weightBytes);
    }
  });
  auto fit = fitBase(data.layers, data.latencies, data.groups, lattice);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->base.cases.size(), 4u);
  EXPECT_LT(largestError(fit->base, lattice, data), 1e-3);
  // Fitted again as it was chosen, and of no layers of a case without it.
  BaseFitOptions again;
  again.terms = fit->chosen.terms;
  again.branches = fit->chosen.branches;
  for (const auto &[layerCase, chosen] : fit->cases)
    again.cases[layerCase] = {chosen.terms, chosen.branches};
  Sample some;
  for (size_t i = 0; i < data.layers.size(); ++i)
    if (caseOf(data.layers[i]) != LayerCase::Windowed) {
      some.layers.push_back(data.layers[i]);
      some.latencies.push_back(data.latencies[i]);
      some.groups.push_back(data.groups[i]);
    }
  auto fitted =
      fitBase(some.layers, some.latencies, some.groups, lattice, again);
  ASSERT_TRUE(fitted);
  EXPECT_EQ(fitted->base.cases.size(), 3u);
  EXPECT_LT(largestError(fitted->base, lattice, some), 1e-3);
}

TEST(BaseFit, CasesThatAreRunAlikeStayTogether) {
  Lattice lattice;
  lattice.kind = LayerKind::Conv2D;
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(0, 0.02);
  Sample data = convolutions([&](const Layer &conv) {
    return (100 + double(computeWork(conv)->macs)) * std::exp(noise(random));
  });
  auto fit = fitBase(data.layers, data.latencies, data.groups, lattice);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->base.cases.empty());
}

TEST(BaseFit, Errors) {
  Lattice lattice = eights();
  auto errorOf = [&](std::vector<Layer> layers, std::vector<double> latencies,
                     std::vector<int64_t> groups) {
    auto fit = fitBase(layers, latencies, groups, lattice);
    return fit ? std::string("no error") : fit.error().message;
  };
  EXPECT_EQ(errorOf({}, {}, {}), "no measurements to fit a base to");
  EXPECT_EQ(errorOf({matmul(1, 1, 1)}, {1, 2}, {0}),
            "a base needs one latency and one group per layer, found 1 layers, "
            "2 latencies and 1 groups");
  EXPECT_EQ(errorOf({matmul(1, 1, 1)}, {0}, {0}),
            "the latency of matmul b=1 m=1 n=1 k=1 : i8, i8 -> i32 is "
            "0.000000, expected a positive number");
  EXPECT_EQ(errorOf({layer("softmax r=4 : f32 -> f32")}, {1}, {0}),
            "a base of matmul cannot be fitted to a layer of kind softmax");
}

TEST(NonNegativeLeastSquares, AgreesWithTheConditionsOfOptimality) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  for (int round = 0; round < 200; ++round) {
    // A start of many columns is another way.
    int most = round % 10 == 0 ? 200 : 10;
    int rows = 1 + int(random() % 20), columns = 1 + int(random() % most);
    Eigen::MatrixXd a(rows, columns);
    Eigen::VectorXd b(rows);
    for (int i = 0; i < rows; ++i) {
      b[i] = normal(random);
      for (int j = 0; j < columns; ++j)
        a(i, j) = normal(random);
    }
    Eigen::VectorXd x = solveNonNegative(a, b);
    Eigen::VectorXd gradient = a.transpose() * (a * x - b);
    for (int j = 0; j < columns; ++j) {
      EXPECT_GE(x[j], 0);
      EXPECT_GE(gradient[j], -1e-9) << "growing column " << j << " would help";
      if (x[j] > 0) {
        EXPECT_NEAR(gradient[j], 0, 1e-9);
      }
    }
    // The quick one may miss by rounding, not by more, wherever it starts.
    Eigen::VectorXd nothing = Eigen::VectorXd::Zero(columns);
    Eigen::VectorXd anywhere = Eigen::VectorXd::Random(columns).cwiseMax(0);
    for (const Eigen::VectorXd &start : {nothing, anywhere}) {
      Eigen::VectorXd quick = solveNonNegativeFast(a, b, start);
      EXPECT_GE(quick.minCoeff(), 0);
      EXPECT_LE((a * quick - b).norm(), (a * x - b).norm() + 1e-4 * b.norm());
    }
  }
}
