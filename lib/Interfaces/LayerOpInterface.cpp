// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Interfaces/LayerOpInterface.h"

#include "pr/Interfaces/LayerOpInterface.cpp.inc"
