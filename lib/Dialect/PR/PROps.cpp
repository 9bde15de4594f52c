// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Dialect/PR/PROps.h"

using namespace mlir;
using namespace mlir::pr;

#define GET_OP_CLASSES
#include "pr/Dialect/PR/PROps.cpp.inc"
