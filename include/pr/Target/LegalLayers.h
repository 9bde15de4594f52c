// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random layers that a target can run, for looking at it from many sides.
#ifndef PR_TARGET_LEGALLAYERS_H
#define PR_TARGET_LEGALLAYERS_H

#include "pr/Lattice/TargetInfo.h"

#include <optional>
#include <random>

namespace pr {

/// Draws from the domain that the target states. The same layers in the same
/// order everywhere, from a seed.
class LegalLayers {
public:
  /// Both must outlive this; `support` is one of `info.kinds`.
  LegalLayers(const TargetInfo &info, const KindSupport &support,
              uint64_t seed);

  /// nullopt where `attempts` random layers are none of them legal.
  std::optional<Layer> draw(int attempts);

private:
  Layer drawAny();

  const TargetInfo &info;
  const KindSupport &support;
  std::mt19937_64 random;
};

} // namespace pr

#endif // PR_TARGET_LEGALLAYERS_H
