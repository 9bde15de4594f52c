// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compiler asks a million times: what is cached is answered without touching
// the heap. Counts every allocation of this program.
#include "TestData.h"
#include "pr/Model/Estimator.h"

#include <atomic>
#include <cstdlib>
#include <new>

using namespace pr;
using namespace pr::test;

static std::atomic<size_t> allocations{0};

void *operator new(size_t size) {
  ++allocations;
  if (void *memory = std::malloc(size > 0 ? size : 1))
    return memory;
  std::abort();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

/// Allocations of asking once.
static size_t cost(const Estimator &estimator, const Layer &layer) {
  size_t before = allocations;
  (void)estimator.estimate(layer);
  return allocations - before;
}

TEST(EstimatorAllocations, NoneOfCachedAnswers) {
  auto bundle = ModelBundle::parse(toyBundle().build(), "toy");
  ASSERT_TRUE(bundle);
  auto estimator = Estimator::create(*bundle);
  ASSERT_TRUE(estimator);
  for (const Layer &layer :
       {matmul(8, 8, 8), matmul(2, 9, 16), matmul(1, 8, 1024), matmul(3, 8, 8),
        matmul(2, 8, 8, " tile=n:4 : i8, i8 -> i32"),
        matmul(2, 16, 16, " epilogue=bias+relu : i8, i8 -> i32")}) {
    std::string reason = estimator->whyNot(layer);
    EXPECT_EQ(reason.empty(),
              estimator->estimate(layer).status != EstimateStatus::Unsupported);
    EXPECT_EQ(cost(*estimator, layer), 0u) << printLayer(layer);
  }
  EXPECT_GT(cost(*estimator, matmul(5, 8, 8)), 0u) << "refused, with a reason";
}
