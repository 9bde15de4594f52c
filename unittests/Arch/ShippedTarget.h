// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What tests of the shipped architectures share: one layer, measured.
#ifndef PR_UNITTESTS_ARCH_SHIPPEDTARGET_H
#define PR_UNITTESTS_ARCH_SHIPPEDTARGET_H

#include "pr/Conversion/DescribedTargets.h"
#include "pr/Target/Described.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace pr::test {

using Parameters = std::map<std::string, int64_t>;

/// The architecture of that name; null, and a failed test, where it cannot be.
inline std::unique_ptr<Target> make(const std::string &name,
                                    const Parameters &parameters = {}) {
  auto target = mlir::pr::makeDescribedTarget(name, parameters);
  EXPECT_TRUE(target) << (target ? "" : target.error().message);
  return target ? std::move(*target) : nullptr;
}

inline Measurement measure(Target &target, const Layer &layer) {
  Measurement result;
  target.measure({layer}, {}, [&](size_t, const Measurement &m) { result = m; },
                 {});
  return result;
}

inline Measurement measure(Target &target, const std::string &text) {
  Expected<Layer> layer = parseLayer(text);
  EXPECT_TRUE(layer) << text << ": " << (layer ? "" : layer.error().message);
  return layer ? measure(target, *layer) : Measurement();
}

/// -1, and a failed test, where there is no latency.
inline int64_t cycles(Target &target, const std::string &text) {
  Measurement result = measure(target, text);
  EXPECT_TRUE(result.ok) << text << ": " << result.error;
  return result.cycles.value_or(-1);
}

} // namespace pr::test

#endif // PR_UNITTESTS_ARCH_SHIPPEDTARGET_H
