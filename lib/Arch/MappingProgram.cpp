// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/MappingProgram.h"

using namespace pr;
using namespace pr::arch;

static int64_t tileSize(const Layer &layer, unsigned dim) {
  for (const ScheduleLoop &loop : layer.schedule.tile)
    if (loop.dim == dim)
      return loop.extent;
  return 0;
}

std::vector<int64_t>
MappingProgram::inputs(const Layer &layer,
                       const std::vector<int64_t> &numbers) const {
  std::vector<int64_t> result;
  for (LayerProperty property : properties)
    result.push_back(property.kind == LayerProperty::Kind::Number
                         ? numbers[property.index]
                         : tileSize(layer, property.index));
  return result;
}
