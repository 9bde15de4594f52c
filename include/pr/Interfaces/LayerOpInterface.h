// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_INTERFACES_LAYEROPINTERFACE_H
#define PR_INTERFACES_LAYEROPINTERFACE_H

#include "pr/Interfaces/LayerDescription.h"

#include "mlir/IR/OpDefinition.h"

#include "pr/Interfaces/LayerOpInterface.h.inc"

#endif // PR_INTERFACES_LAYEROPINTERFACE_H
