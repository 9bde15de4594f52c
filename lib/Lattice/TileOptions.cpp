// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TileOptions.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <map>

using namespace pr;

namespace {
enum Rank : unsigned { Corner, Power, StepMultiple, Divisor, EqualParts };
} // namespace

/// The constant that a rule compares a tile size alone with; 0: none.
static int64_t statedLimit(const Expr &rule, unsigned variable) {
  if (rule.op() == ExprOp::And) {
    int64_t smallest = 0;
    for (const Expr &part : rule.operands())
      if (int64_t limit = statedLimit(part, variable); limit > 0)
        smallest = smallest > 0 ? std::min(smallest, limit) : limit;
    return smallest;
  }
  if (rule.op() != ExprOp::Le && rule.op() != ExprOp::Lt)
    return 0;
  const Expr &left = rule.operands()[0], &right = rule.operands()[1];
  if (left.op() != ExprOp::Variable || left.variableIndex() != variable ||
      right.op() != ExprOp::Constant)
    return 0;
  return right.constantValue() - (rule.op() == ExprOp::Lt ? 1 : 0);
}

static int64_t largestSize(const KindSupport &support, const Layer &layer,
                           unsigned dim) {
  int64_t largest = layer[dim];
  for (const LegalityRule &rule : support.rules)
    if (int64_t limit =
            statedLimit(rule.condition, tileVariable(support.kind, dim));
        limit > 0)
      largest = std::min(largest, limit);
  return largest;
}

std::vector<TileOption> pr::tileOptions(const KindSupport &support,
                                        const Layer &layer, unsigned dim) {
  constexpr int64_t kMostParts = 16;
  int64_t largest = largestSize(support, layer, dim);
  std::map<int64_t, unsigned> ranks;
  auto add = [&](int64_t size, unsigned rank) {
    if (size < 1 || size > largest)
      return;
    auto [entry, inserted] = ranks.try_emplace(size, rank);
    if (!inserted)
      entry->second = std::min(entry->second, rank);
  };
  add(1, Corner);
  add(largest, Corner);
  for (int64_t size = 2; size < largest; size *= 2)
    add(size, Power);
  std::vector<int64_t> widths;
  for (const Step &step : support.lattice.steps)
    if (step.dim == dim && step.width > 1)
      widths.push_back(step.width);
  for (int64_t width : widths) {
    for (int64_t size = width; size < largest; size *= 2)
      add(size, StepMultiple);
    add(largest / width * width, StepMultiple);
  }
  int64_t extent = layer[dim];
  for (int64_t parts = 1; parts <= kMostParts; ++parts) {
    int64_t size = ceilDiv(extent, parts);
    add(size, extent % parts == 0 ? Divisor : EqualParts);
    for (int64_t width : widths)
      add(ceilDiv(size, width) * width, EqualParts);
  }
  for (int64_t size = 1; size * size <= extent && size <= 4096; ++size)
    if (extent % size == 0)
      add(size, Divisor);
  std::vector<TileOption> result;
  for (auto [size, rank] : ranks)
    result.push_back({size, rank});
  return result;
}
