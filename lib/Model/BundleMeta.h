// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The JSON parts of a bundle's kinds. Private to lib/Model.
#ifndef PR_LIB_MODEL_BUNDLEMETA_H
#define PR_LIB_MODEL_BUNDLEMETA_H

#include "Support/JsonReader.h"
#include "pr/Model/ModelBundle.h"

namespace pr {

/// Everything but the forest, the exact table and what the target's description
/// says.
nlohmann::json kindModelToJson(const KindModel &model);
/// Throws JsonError.
KindModel kindModelFromJson(const JsonReader &reader, const TargetInfo &target);

} // namespace pr

#endif // PR_LIB_MODEL_BUNDLEMETA_H
