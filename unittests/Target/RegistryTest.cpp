// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/Registry.h"

#include <gtest/gtest.h>

using namespace pr;

namespace {
class NamedTarget : public Target {
public:
  explicit NamedTarget(std::string name) { targetInfo.name = std::move(name); }
  const TargetInfo &info() const override { return targetInfo; }
  void measure(const std::vector<Layer> &, const MeasureOptions &,
               const MeasurementSink &, const ProgressSink &) override {}

private:
  TargetInfo targetInfo;
};
} // namespace

static TargetProvider provider(const char *pattern, bool usable = true) {
  TargetProvider result;
  result.pattern = pattern;
  result.description = std::string("the ") + pattern + " target";
  result.needs = "nothing";
  if (!usable)
    result.available = [] {
      return Expected<void>(makeError(ErrorKind::Unsupported, "no such card"));
    };
  result.create = [](const std::string &text) {
    return Expected<std::unique_ptr<Target>>(
        std::unique_ptr<Target>(std::make_unique<NamedTarget>(text)));
  };
  return result;
}

static TargetRegistry makeRegistry() {
  TargetRegistry registry;
  registry.add(provider("host"));
  registry.add(provider("gpu", false));
  registry.add(provider("command:"));
  registry.add(provider("*.mlir"));
  return registry;
}

TEST(Registry, FindsByNameSchemeAndEnding) {
  TargetRegistry registry = makeRegistry();
  for (const char *text : {"host", "host[core=1]", "command:run me --x=[y]",
                           "dir/array.mlir", "array.mlir[rows=4]"}) {
    auto target = registry.create(text);
    ASSERT_TRUE(target) << text;
    EXPECT_EQ((*target)->info().name, text);
  }
}

TEST(Registry, NamesWhatThereIs) {
  auto target = makeRegistry().create("hots");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().message, "unknown target 'hots', expected one of: "
                                    "host, gpu, command:, *.mlir");
}

TEST(Registry, SaysWhyATargetCannotBeUsed) {
  auto target = makeRegistry().create("gpu");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().message,
            "target 'gpu' cannot be used here: no such card");
  std::string text = *makeRegistry().listAsText();
  EXPECT_EQ(text.substr(0, text.find("command:")),
            "host      the host target\n"
            "          needs: nothing\n"
            "          usable here\n"
            "gpu       the gpu target\n"
            "          needs: nothing\n"
            "          not usable here: no such card\n");
  std::string json = *makeRegistry().listAsJson();
  EXPECT_NE(
      json.find("{\"name\":\"gpu\",\"description\":\"the gpu target\","
                "\"needs\":\"nothing\",\"parameters\":[],\"available\":false,"
                "\"reason\":\"no such card\"}"),
      std::string::npos);
}

TEST(Registry, ListsTheParametersOfOneTarget) {
  TargetRegistry registry;
  TargetProvider file = provider("*.mlir");
  file.parameters = [](const std::string &text) {
    using Parameters = std::vector<TargetParameter>;
    if (text != "array.mlir")
      return Expected<Parameters>(invalidInput("no file '" + text + "'"));
    return Expected<Parameters>(Parameters{{"rows", 8, 1, 64}});
  };
  registry.add(provider("host"));
  registry.add(file);
  EXPECT_EQ(*registry.listAsText("array.mlir"),
            "array.mlir  the *.mlir target\n"
            "            needs: nothing\n"
            "            parameters: rows=8 (1 to 64)\n"
            "            usable here\n");
  EXPECT_NE(registry.listAsJson("array.mlir")
                ->find("\"parameters\":[{\"name\":\"rows\",\"default\":8,"
                       "\"minimum\":1,\"maximum\":64}]"),
            std::string::npos);
  EXPECT_NE(registry.listAsText("none.mlir")
                ->find("not usable here: no file 'none.mlir'"),
            std::string::npos);
  // The pattern alone names no file.
  EXPECT_EQ(registry.listAsText()->find("not usable"), std::string::npos);
  auto unknown = registry.listAsText("gpu");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message,
            "unknown target 'gpu', expected one of: host, *.mlir");
}
