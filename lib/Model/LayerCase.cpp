// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/LayerCase.h"

#include "pr/Layer/Window.h"

#include <iterator>

using namespace pr;

static constexpr std::string_view kNames[] = {
    "any", "pointwise", "pointwise_strided", "windowed", "windowed_strided"};

LayerCase pr::caseOf(const Layer &layer) {
  if (!hasWindow(layer.kind))
    return LayerCase::Any;
  bool isWindowed = false, isStrided = false;
  for (int axis = 0; axis < 3; ++axis) {
    WindowAxis window = windowAxis(layer, axis);
    isWindowed |= window.kernel > 1;
    isStrided |= window.stride > 1;
  }
  if (isWindowed)
    return isStrided ? LayerCase::WindowedStrided : LayerCase::Windowed;
  return isStrided ? LayerCase::PointwiseStrided : LayerCase::Pointwise;
}

std::string_view pr::toString(LayerCase layerCase) {
  return kNames[static_cast<unsigned>(layerCase)];
}

Expected<LayerCase> pr::parseLayerCase(std::string_view name) {
  for (unsigned i = 1; i < std::size(kNames); ++i)
    if (kNames[i] == name)
      return static_cast<LayerCase>(i);
  return invalidInput("unknown case '" + std::string(name) +
                      "', expected pointwise, pointwise_strided, windowed, "
                      "windowed_strided or otherwise");
}
