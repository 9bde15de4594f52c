// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the text form of a layer (docs/Layers.md) as far as this hardware
// computes it.
#ifndef SYSTOLIC_LAYERTEXT_H
#define SYSTOLIC_LAYERTEXT_H

#include "Problem.h"

#include <string>

namespace systolic {

/// What parseLayerText accepts, for messages.
extern const char *const kSupportedLayers;

/// Sets `problem`, or says in `error` why this is no layer for this hardware.
bool parseLayerText(const std::string &text, Problem &problem,
                    std::string &error);

} // namespace systolic

#endif // SYSTOLIC_LAYERTEXT_H
