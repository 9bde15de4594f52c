// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The object diagram as a picture.
#ifndef PR_ARCH_DIAGRAMDOT_H
#define PR_ARCH_DIAGRAMDOT_H

#include "pr/Arch/ObjectDiagram.h"

#include <string>

namespace pr::arch {

/// A graph in the DOT language, which Graphviz draws: stages with their units
/// and operations, storages, and the edges of ACADL: forward between stages,
/// read and write between units and storages.
std::string toDot(const ObjectDiagram &diagram);

} // namespace pr::arch

#endif // PR_ARCH_DIAGRAMDOT_H
