// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/TableTarget.h"

#include "pr/Support/File.h"

#include <gtest/gtest.h>
#include <unistd.h>

using namespace pr;

static const char *kLayer = "matmul b=1 m=1 n=2 k=3 : f32, f32 -> f32";

namespace {
class TableTargetTest : public testing::Test {
protected:
  Expected<std::unique_ptr<Target>> load(const std::string &text) {
    path = testing::TempDir() + "pr-table-" + std::to_string(::getpid());
    EXPECT_TRUE(writeFileAtomically(path, text));
    auto target = makeTableTarget(path);
    ::unlink(path.c_str());
    return target;
  }
  /// The error without the path.
  std::string errorOf(const std::string &text) {
    auto target = load(text);
    return target ? "" : target.error().message.substr(path.size());
  }
  std::string path;
};
} // namespace

static std::string row(const std::string &layer, const std::string &rest) {
  return "{\"target\":\"npu\",\"layer\":\"" + layer + "\",\"status\":\"ok\"," +
         rest + "}\n";
}

TEST_F(TableTargetTest, PlaysBackWhatWasWritten) {
  TargetInfo npu;
  npu.name = "npu";
  Measurement written;
  written.ok = true;
  written.timePs = 700;
  written.p10Ps = 650;
  written.samples = 45;
  written.conditions["core"] = "1";
  auto layer = parseLayer(kLayer);
  ASSERT_TRUE(layer);
  std::string line = toJsonLine(npu, *layer, written);
  auto target = load("\n" + line + "\n" +
                     errorJsonLine(npu, "what", "no layer") + "\n" + line);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ((*target)->info().name, "npu");
  auto other = parseLayer("matmul m=9 n=2 k=3 : f32, f32 -> f32");
  std::vector<std::string> lines;
  (*target)->measure(
      {*layer, *other}, {},
      [&](size_t i, const Measurement &m) {
        lines.push_back(toJsonLine(npu, i == 0 ? *layer : *other, m));
      },
      nullptr);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], line);
  EXPECT_NE(lines[1].find("the table has no measurement of this layer"),
            std::string::npos);
}

TEST_F(TableTargetTest, NamesTheBadLine) {
  std::string good = row(kLayer, "\"time_ps\":5");
  EXPECT_EQ(errorOf(good + "nonsense\n"), ":2: it is no JSON object");
  EXPECT_EQ(errorOf("{}\n"), ":1: there is no string 'target'");
  EXPECT_EQ(errorOf(""), " holds no successful measurement");
  EXPECT_EQ(errorOf(row(kLayer, "\"cycles\":null")),
            ":1: there is neither 'time_ps' nor 'cycles'");
  for (const char *bad : {"0", "-5", "1.5", "\"5\"", "18446744073709551615"})
    EXPECT_EQ(errorOf(row(kLayer, std::string("\"time_ps\":") + bad)),
              std::string(":1: 'time_ps' is ") + bad +
                  ", expected a positive integer");
  EXPECT_EQ(errorOf(good + row(kLayer, "\"time_ps\":6")),
            std::string(":2: layer '") + kLayer +
                "' has two different latencies");
  EXPECT_EQ(errorOf(good + "{\"target\":\"gpu\"}"),
            ":2: the target is 'gpu', but the lines before it are of 'npu'");
  EXPECT_NE(errorOf(row("matmul m=0", "\"time_ps\":5")), "");
}
