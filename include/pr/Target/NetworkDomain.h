// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a campaign draws on a processor that takes any size.
#ifndef PR_TARGET_NETWORKDOMAIN_H
#define PR_TARGET_NETWORKDOMAIN_H

#include "pr/Lattice/TargetInfo.h"

namespace pr {

/// Sets the ranges of a campaign that names none: what mobile networks are made
/// of.
void setNetworkDomain(KindSupport &support);

} // namespace pr

#endif // PR_TARGET_NETWORKDOMAIN_H
