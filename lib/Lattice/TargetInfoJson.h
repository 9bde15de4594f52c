// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Target descriptions inside other JSON documents. Private to lib/.
#ifndef PR_LIB_LATTICE_TARGETINFOJSON_H
#define PR_LIB_LATTICE_TARGETINFOJSON_H

#include "Support/JsonReader.h"
#include "pr/Lattice/TargetInfo.h"

namespace pr {

nlohmann::json targetInfoToJson(const TargetInfo &target);
/// Throws JsonError.
TargetInfo targetInfoFromJson(const JsonReader &reader);

} // namespace pr

#endif // PR_LIB_LATTICE_TARGETINFOJSON_H
