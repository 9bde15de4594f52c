// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The work of units inside other JSON documents. Private to lib/.
#ifndef PR_LIB_LATTICE_UNITWORKJSON_H
#define PR_LIB_LATTICE_UNITWORKJSON_H

#include "Support/JsonReader.h"
#include "pr/Lattice/UnitWork.h"

namespace pr {

nlohmann::json unitWorkToJson(const UnitWork &work, LayerKind kind);
/// Throws JsonError.
UnitWork unitWorkFromJson(const JsonReader &reader, LayerKind kind);

} // namespace pr

#endif // PR_LIB_LATTICE_UNITWORKJSON_H
