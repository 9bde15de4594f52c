// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A number of a target that its user may choose: `name[rows=16]`.
#ifndef PR_TARGET_TARGETPARAMETER_H
#define PR_TARGET_TARGETPARAMETER_H

#include <cstdint>
#include <string>

namespace pr {

struct TargetParameter {
  std::string name;
  int64_t defaultValue = 0;
  int64_t minimum = 0, maximum = 0; ///< both allowed
};

} // namespace pr

#endif // PR_TARGET_TARGETPARAMETER_H
