// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers of one kind that a target may run in ways of their own. Libraries have
// one kernel for windows of a single element, another for larger ones, and
// others again where windows are more than one element apart. Whether a target
// tells them apart the measurements say (BaseFit.h).
#ifndef PR_MODEL_LAYERCASE_H
#define PR_MODEL_LAYERCASE_H

#include "pr/Layer/Layer.h"

#include <string_view>

namespace pr {

enum class LayerCase : uint8_t {
  Any, ///< of kinds without a window, and where cases are alike
  Pointwise,
  PointwiseStrided,
  Windowed,
  WindowedStrided,
};

LayerCase caseOf(const Layer &layer);
std::string_view toString(LayerCase layerCase);
/// Not Any, which has no name in files.
Expected<LayerCase> parseLayerCase(std::string_view name);

} // namespace pr

#endif // PR_MODEL_LAYERCASE_H
