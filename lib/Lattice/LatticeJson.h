// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lattices inside other JSON documents. Private to lib/.
#ifndef PR_LIB_LATTICE_LATTICEJSON_H
#define PR_LIB_LATTICE_LATTICEJSON_H

#include "Support/JsonReader.h"
#include "pr/Lattice/Lattice.h"

namespace pr {

nlohmann::json latticeToJson(const Lattice &lattice);
/// Throws JsonError.
Lattice latticeFromJson(const JsonReader &reader);

/// The kind that `reader` names. Throws JsonError.
LayerKind kindFromJson(const JsonReader &reader);
/// The index of the dimension of that name. Throws JsonError.
unsigned dimFromJson(const JsonReader &reader, LayerKind kind,
                     std::string_view name);

} // namespace pr

#endif // PR_LIB_LATTICE_LATTICEJSON_H
