// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors that name the object of a diagram.
#ifndef PR_ARCH_OBJECTERROR_H
#define PR_ARCH_OBJECTERROR_H

#include "pr/Support/Expected.h"

#include <string>

namespace pr::arch {

inline Error inObject(const std::string &name, const std::string &message) {
  return invalidInput("'" + name + "': " + message);
}

} // namespace pr::arch

#endif // PR_ARCH_OBJECTERROR_H
