// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/MappingProgram.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;

static int64_t tileSize(const Layer &layer, unsigned dim) {
  for (const ScheduleLoop &loop : layer.schedule.tile)
    if (loop.dim == dim)
      return loop.extent;
  return 0;
}

/// What the levels inside of the outermost one cover.
static int64_t coveredInside(const Schedule &schedule, unsigned dim) {
  Checked covered = 1;
  for (size_t level = 1; level < schedule.nest.size(); ++level)
    for (const ScheduleLoop &loop : schedule.nest[level])
      if (loop.dim == dim)
        covered = covered * Checked(loop.extent);
  // More than any layer has: the whole dimension.
  return covered.ok() ? covered.value() : kMaxCount;
}

static int64_t nestPosition(const Schedule &schedule, unsigned dim) {
  if (schedule.nest.empty())
    return 0;
  int64_t position = 0;
  for (const ScheduleLoop &loop : schedule.nest.front()) {
    ++position;
    if (loop.dim == dim)
      return position;
  }
  return 0;
}

std::vector<int64_t>
MappingProgram::inputs(const Layer &layer,
                       const std::vector<int64_t> &numbers) const {
  std::vector<int64_t> result;
  for (LayerProperty property : properties)
    switch (property.kind) {
    case LayerProperty::Kind::Number:
      result.push_back(numbers[property.index]);
      break;
    case LayerProperty::Kind::TileSize:
      result.push_back(layer.schedule.nest.empty()
                           ? tileSize(layer, property.index)
                           : coveredInside(layer.schedule, property.index));
      break;
    case LayerProperty::Kind::NestPosition:
      result.push_back(nestPosition(layer.schedule, property.index));
      break;
    }
  return result;
}

bool MappingProgram::takesNest() const {
  return std::any_of(
      properties.begin(), properties.end(), [](LayerProperty property) {
        return property.kind == LayerProperty::Kind::NestPosition;
      });
}
