// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// oneDNN's targets where their runner is not there; test/Target/onednn.test has
// them where it is.
#include "pr/Target/OneDnnTarget.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

using namespace pr;

namespace {
/// An environment in which no program is found.
class EmptyPath {
public:
  EmptyPath() : before(std::getenv("PATH")) { ::setenv("PATH", "", 1); }
  ~EmptyPath() { ::setenv("PATH", before.c_str(), 1); }

private:
  std::string before;
};
} // namespace

TEST(OneDnnTarget, WithoutItsRunnerThePackageIsNamed) {
  EmptyPath guard;
  std::set<std::string> names;
  TargetRegistry registry;
  for (TargetProvider &provider : oneDnnProviders()) {
    names.insert(provider.pattern);
    auto usable = provider.available();
    ASSERT_FALSE(usable) << provider.pattern;
    EXPECT_NE(usable.error().message.find("Debian package 'libdnnl-dev'"),
              std::string::npos)
        << usable.error().message;
    registry.add(std::move(provider));
  }
  EXPECT_EQ(names,
            (std::set<std::string>{"onednn", "onednn-avx2", "onednn-avx512",
                                   "onednn-counted", "onednn-sse41"}));
  auto target = registry.create("onednn-avx2");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().message.rfind(
                "target 'onednn-avx2' cannot be used here: its runner", 0),
            0u)
      << target.error().message;
}

TEST(OneDnnTarget, ANameIsNotTakenForAnother) {
  // `onednn` must not match the text of its longer siblings.
  for (const TargetProvider &provider : oneDnnProviders())
    for (const TargetProvider &other : oneDnnProviders())
      EXPECT_EQ(provider.matches(other.pattern),
                provider.pattern == other.pattern);
}
