// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/Target.h"

#include <gtest/gtest.h>

using namespace pr;

static TargetInfo namedTarget(const char *name) {
  TargetInfo info;
  info.name = name;
  return info;
}

TEST(JsonLines, MeasurementHasEveryKeyInOrder) {
  auto layer = parseLayer("matmul m=1 n=2 k=3 : f32, f32 -> f32");
  ASSERT_TRUE(layer);
  Measurement m;
  m.ok = true;
  m.timePs = 1500;
  m.p10Ps = 1400;
  m.p90Ps = 1600;
  m.samples = 45;
  m.conditions = {{"cpu", "\"EPYC\""}, {"core", "1"}, {"note", "not json"}};
  EXPECT_EQ(toJsonLine(namedTarget("host"), *layer, m),
            "{\"schema\":1,\"target\":\"host\",\"layer\":\"matmul b=1 m=1 n=2 "
            "k=3 : f32, f32 -> f32\",\"key\":\"7555cf6ac29fc30d\",\"status\":"
            "\"ok\",\"time_ps\":1500,\"cycles\":null,\"p10_ps\":1400,"
            "\"p90_ps\":1600,\"samples\":45,\"conditions\":{\"core\":1,"
            "\"cpu\":\"EPYC\",\"note\":\"not json\"},\"error\":null}");
}

TEST(JsonLines, ErrorsKeepTheInput) {
  EXPECT_EQ(errorJsonLine(namedTarget("t"), "conv9d \"x\"", "no such kind"),
            "{\"schema\":1,\"target\":\"t\",\"layer\":\"conv9d \\\"x\\\"\","
            "\"key\":null,\"status\":\"error\",\"time_ps\":null,\"cycles\":"
            "null,\"p10_ps\":null,\"p90_ps\":null,\"samples\":0,"
            "\"conditions\":{},\"error\":\"no such kind\"}");
}

TEST(JsonLines, ForeignBytesDoNotStopTheOutput) {
  std::string line = errorJsonLine(namedTarget("t"), "bad\xff\n", "bytes\x80");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find("\"error\":\"bytes\xef\xbf\xbd\""), std::string::npos);
}
