// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bases inside other JSON documents. Private to lib/.
#ifndef PR_LIB_MODEL_BASEJSON_H
#define PR_LIB_MODEL_BASEJSON_H

#include "Support/JsonReader.h"
#include "pr/Model/Base.h"

namespace pr {

nlohmann::json baseToJson(const Base &base);
/// Throws JsonError.
Base baseFromJson(const JsonReader &reader, LayerKind kind);

} // namespace pr

#endif // PR_LIB_MODEL_BASEJSON_H
