// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Children that misbehave. The time-outs are waited for, never compared with.
#include "pr/Target/Subprocess.h"

#include <csignal>
#include <gtest/gtest.h>

using namespace pr;

static Subprocess shell(const char *script) {
  auto process = Subprocess::start({"/bin/sh", "-c", script});
  EXPECT_TRUE(process);
  return std::move(*process);
}

TEST(Subprocess, TalksInLines) {
  Subprocess cat = shell("cat");
  ASSERT_TRUE(cat.writeLine("hello", 10));
  ASSERT_TRUE(cat.writeLine("", 10));
  auto first = cat.readLine(10), second = cat.readLine(10);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, "hello");
  EXPECT_EQ(*second, "");
}

TEST(Subprocess, CarriesLinesLongerThanAPipe) {
  Subprocess echo = shell("read line; printf '%s\\n' \"$line\"");
  std::string line(300000, 'x');
  ASSERT_TRUE(echo.writeLine(line, 10));
  auto reply = echo.readLine(10);
  ASSERT_TRUE(reply);
  EXPECT_EQ(*reply, line);
}

TEST(Subprocess, SaysHowTheChildEnded) {
  EXPECT_EQ(shell("exit 3").readLine(10).error().message,
            "exited with status 3");
  EXPECT_EQ(shell("kill -SEGV $$").readLine(10).error().message,
            "was killed by signal 11 (Segmentation fault)");
  EXPECT_EQ(shell("exec >&-; sleep 60").readLine(10).error().message,
            "closed its output");
}

TEST(Subprocess, HangsEndAtTheDeadline) {
  Subprocess hang = shell("sleep 60");
  EXPECT_EQ(hang.readLine(0.2).error().message, "gave no answer within 0.2 s");
  EXPECT_EQ(hang.readLine(10).error().message, "the process has ended");
  EXPECT_EQ(hang.writeLine("x", 10).error().message, "the process has ended");
}

TEST(Subprocess, AChildThatDoesNotReadIsGivenUp) {
  Subprocess deaf = shell("sleep 60");
  EXPECT_EQ(deaf.writeLine(std::string(1 << 20, 'x'), 0.2).error().message,
            "did not read its input within 0.2 s");
}

TEST(Subprocess, WritingToADeadChildIsAnErrorNotASignal) {
  Subprocess gone = shell("exec <&-; exit 7");
  EXPECT_FALSE(gone.readLine(10));
  Subprocess closed = shell("exec <&-; sleep 60");
  auto written = closed.writeLine(std::string(1 << 20, 'x'), 10);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "closed its output");
}

TEST(Subprocess, EndlessLinesAreRefused) {
  EXPECT_EQ(shell("cat /dev/zero").readLine(60).error().message,
            "wrote a line longer than 16 MiB");
}

TEST(Subprocess, KillsTheWholeGroup) {
  pid_t grandchild = 0;
  {
    Subprocess parent = shell("sleep 60 & echo $!; wait");
    auto line = parent.readLine(10);
    ASSERT_TRUE(line);
    grandchild = std::stoi(*line);
    EXPECT_EQ(::kill(grandchild, 0), 0);
  }
  // Its parent is gone, so whoever reaps orphans takes it; until then it is a
  // zombie that signals still find.
  for (int i = 0; i < 500 && ::kill(grandchild, 0) == 0; ++i)
    ::usleep(10000);
  EXPECT_NE(::kill(grandchild, 0), 0);
}

TEST(Subprocess, MissingProgramsAreNamed) {
  auto process = Subprocess::start({"/no/such/program"});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().message,
            "cannot run '/no/such/program': No such file or directory");
  EXPECT_FALSE(Subprocess::start({}));
}

TEST(Subprocess, CommandsAreSplitLikeAShellDoes) {
  auto words = splitCommand("  a 'b c'  \"d 'e\" f\\ g '' h\"i\"j ");
  ASSERT_TRUE(words);
  EXPECT_EQ(*words,
            (std::vector<std::string>{"a", "b c", "d 'e", "f g", "", "hij"}));
  EXPECT_EQ(splitCommand("a 'b").error().message,
            "the command 'a 'b' has a quote that does not end");
  EXPECT_EQ(splitCommand("  ").error().message, "no command to run");
}
