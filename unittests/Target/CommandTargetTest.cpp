// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The external command target against programs that behave and programs that do
// not. The children are shell and Python one-liners.
#include "pr/Target/CommandTarget.h"

#include <gtest/gtest.h>

using namespace pr;

static Expected<std::unique_ptr<Target>>
pythonTarget(const std::string &script, BenchModuleProvider modules = nullptr) {
  return makeCommandTarget({"/usr/bin/python3", "-c", script},
                           std::move(modules), /*greetingTimeoutSeconds=*/20);
}

/// A greeting, then `body` for each request `q`; reply(...) answers it.
static std::string server(const std::string &body) {
  return "import json, sys, os, time, signal\n"
         "def say(**o): print(json.dumps(o), flush=True)\n"
         "say(protocol=1, target='toy', clock_mhz=500)\n"
         "for line in sys.stdin:\n"
         "  q = json.loads(line)\n"
         "  m = int(q['layer'].split('m=')[1].split()[0])\n"
         "  def reply(**o): say(id=q['id'], **o)\n" +
         body;
}

static std::vector<Layer> matmuls(std::initializer_list<int> rows) {
  std::vector<Layer> layers;
  for (int m : rows) {
    auto layer = parseLayer("matmul m=" + std::to_string(m) +
                            " n=8 k=8 : f32, f32 -> f32");
    EXPECT_TRUE(layer);
    layers.push_back(*layer);
  }
  return layers;
}

static std::vector<Measurement> measureAll(Target &target,
                                           const std::vector<Layer> &layers,
                                           double timeout = 20) {
  std::vector<Measurement> results;
  MeasureOptions options;
  options.timeoutSeconds = timeout;
  size_t lastDone = 0;
  target.measure(
      layers, options,
      [&](size_t index, const Measurement &measurement) {
        EXPECT_EQ(index, results.size()) << "not in input order";
        results.push_back(measurement);
      },
      [&](size_t done, size_t total) {
        EXPECT_EQ(done, ++lastDone);
        EXPECT_EQ(total, layers.size() * options.passes);
      });
  EXPECT_EQ(results.size(), layers.size());
  return results;
}

TEST(CommandTarget, CyclesBecomeTimeByTheClock) {
  auto target =
      pythonTarget(server("  reply(status='ok', cycles=m * 10, "
                          "conditions={'mode': 'fast', 'cores': 2})\n"));
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ((*target)->info().name, "toy");
  EXPECT_EQ((*target)->info().clockKhz, 500000);
  EXPECT_TRUE((*target)->info().countsCycles);
  auto results = measureAll(**target, matmuls({1, 2, 3}));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(results[i].ok);
    EXPECT_EQ(results[i].cycles, (i + 1) * 10);
    EXPECT_EQ(results[i].timePs, (i + 1) * 10 * 2000);
    EXPECT_EQ(results[i].conditions.at("mode"), "\"fast\"");
    EXPECT_EQ(results[i].conditions.at("cores"), "2");
  }
}

TEST(CommandTarget, SamplesOfThreePassesGiveTheLeastMedian) {
  // The passes ask in different orders; the child counts how often each layer
  // came.
  auto target = pythonTarget(server("  globals().setdefault('seen', {}); n = "
                                    "seen.get(m, 0); seen[m] = n + 1\n"
                                    "  base = m * 1000 + [200, 100, 300][n]\n"
                                    "  reply(status='ok', samples_ps=[base + i "
                                    "for i in range(q['repeats'])])\n"));
  ASSERT_TRUE(target);
  auto results = measureAll(**target, matmuls({1, 2, 3, 4, 5}));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(results[i].timePs, (i + 1) * 1000 + 107);
    EXPECT_EQ(results[i].samples, 45);
    EXPECT_FALSE(results[i].cycles);
  }
}

TEST(CommandTarget, LayersWhoseProbeWasSlowAreMeasuredAgain) {
  // All of layer 2's first three passes are on a slow machine, of layer 3's
  // every pass ever; layer 1's passes are calm.
  auto target = pythonTarget(
      server("  globals().setdefault('seen', {}); n = seen.get(m, 0); "
             "seen[m] = n + 1\n"
             "  slow = m == 3 or (m == 2 and n < 3)\n"
             "  reply(status='ok', samples_ps=[(2000 if slow else 1000) * m] * "
             "3, probe_ps=200 if slow else 100)\n"));
  ASSERT_TRUE(target) << target.error().message;
  auto results = measureAll(**target, matmuls({1, 2, 3}));
  EXPECT_EQ(results[0].conditions.at("passes"), "3");
  EXPECT_EQ(results[0].conditions.at("drifted"), "false");
  EXPECT_EQ(results[1].timePs, 2000);
  EXPECT_EQ(results[1].conditions.at("passes"), "4");
  EXPECT_EQ(results[1].conditions.at("drift"), "0.000");
  EXPECT_EQ(results[2].timePs, 6000);
  EXPECT_EQ(results[2].conditions.at("passes"), "5");
  EXPECT_EQ(results[2].conditions.at("drift"), "1.000");
  EXPECT_EQ(results[2].conditions.at("drifted"), "true");
  EXPECT_EQ(results[2].conditions.at("probe_ps"), "100");
}

TEST(CommandTarget, OneBadLayerIsOneFailedMeasurement) {
  struct {
    const char *misbehaviour, *message;
  } cases[] = {
      {"reply(status='error', error='too big')", "too big"},
      {"reply(status='error')", "the target gave no reason"},
      {"os._exit(4)", "the target program exited with status 4"},
      {"os.kill(os.getpid(), signal.SIGKILL)",
       "the target program was killed by signal 9 (Killed)"},
      {"time.sleep(60)", "the target program gave no answer within 1 s"},
      {"[print('noise') for _ in range(2000)]; sys.stdout.flush()",
       "the target program wrote more than 1000 lines that are no answer"},
      {"say(id=999, status='ok', cycles=1); time.sleep(60)",
       "the target program gave no answer within 1 s"},
      {"reply(status='ok')", "the reply '{\"id\":2,\"status\":\"ok\"}' has "
                             "neither \"samples_ps\" nor "
                             "\"cycles\""},
      {"reply(status='ok', cycles=0)",
       "the reply '{\"id\":2,\"status\":\"ok\",\"cycles\":0}' has \"cycles\" "
       "that are no positive integer"},
      {"reply(status='ok', samples_ps=[5, -1])",
       "the reply '{\"id\":2,\"status\":\"ok\",\"samples_ps\":[5,-1]}' has a "
       "sample that is no positive number"},
      {"reply(status='ok', samples_ps=[5], probe_ps='fast')",
       "the reply "
       "'{\"id\":2,\"status\":\"ok\",\"samples_ps\":[5],\"probe_ps\":\"fast\"}'"
       " has "
       "a \"probe_ps\" that is no positive number"},
      {"reply(status='ok', samples_ps=float('nan'))",
       "the target program gave no answer within 1 s"},
      {"reply(status='fine')", "the reply '{\"id\":2,\"status\":\"fine\"}' has "
                               "neither status \"ok\" nor \"error\""},
  };
  for (auto &[misbehaviour, message] : cases) {
    // Layers of a block are asked for in random order, so blocks of one.
    auto target =
        pythonTarget(server("  if m == 2: " + std::string(misbehaviour) +
                            "\n  if m != 2: reply(status='ok', cycles=m)\n"));
    ASSERT_TRUE(target) << target.error().message;
    std::vector<Measurement> results;
    MeasureOptions options;
    options.timeoutSeconds = 1;
    options.blockSize = 1;
    (*target)->measure(
        matmuls({1, 2, 3}), options,
        [&](size_t, const Measurement &m) { results.push_back(m); }, nullptr);
    ASSERT_EQ(results.size(), 3u) << misbehaviour;
    EXPECT_EQ(results[0].cycles, 1) << misbehaviour;
    EXPECT_FALSE(results[1].ok) << misbehaviour;
    EXPECT_EQ(results[1].error, message) << misbehaviour;
    EXPECT_EQ(results[2].cycles, 3) << misbehaviour << results[2].error;
  }
}

TEST(CommandTarget, SomeNoiseBetweenTheLinesIsSkipped) {
  auto target =
      pythonTarget("print('warning: slow clock')\nprint('{\"half\": ')\n" +
                   server("  print('thinking about', m)\n  print('[1, 2]')\n"
                          "  reply(status='ok', cycles=m)\n"));
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(measureAll(**target, matmuls({7}))[0].cycles, 7);
}

TEST(CommandTarget, AProgramThatDoesNotStartAgainIsGivenUp) {
  // The second start, and every later one, ends before it greets.
  std::string marker =
      testing::TempDir() + "pr-started-" + std::to_string(::getpid());
  auto target = pythonTarget("import os, sys\nif os.path.exists('" + marker +
                             "'): sys.exit(5)\nopen('" + marker + "', 'w')\n" +
                             server("  os._exit(1)\n"));
  ASSERT_TRUE(target) << target.error().message;
  auto results = measureAll(**target, matmuls({1, 2, 3, 4, 5, 6}));
  std::remove(marker.c_str());
  int givenUp = 0;
  for (const Measurement &result : results) {
    EXPECT_FALSE(result.ok);
    givenUp += result.error == "the target program does not start again";
  }
  EXPECT_EQ(givenUp, 2);
}

/// Python that is true in the first process of this test only.
static std::string isFirstStart(const char *test) {
  std::string marker =
      testing::TempDir() + "pr-" + test + "-" + std::to_string(::getpid());
  std::remove(marker.c_str());
  return "import os\nfirst = not os.path.exists('" + marker + "')\nopen('" +
         marker + "', 'w')\n";
}

TEST(CommandTarget, ACrashInALaterPassCostsOnlyThatLayer) {
  // The first process counts requests and dies at layer 2's second pass.
  auto target = pythonTarget(
      isFirstStart("later-pass") +
      server("  globals().setdefault('seen', {}); n = seen.get(m, 0); "
             "seen[m] = n + 1\n"
             "  if first and m == 2 and n == 1: os._exit(7)\n"
             "  reply(status='ok', samples_ps=[m * 1000])\n"));
  ASSERT_TRUE(target) << target.error().message;
  auto results = measureAll(**target, matmuls({1, 2, 3, 4}));
  EXPECT_EQ(results[1].error, "the target program exited with status 7");
  for (int i : {0, 2, 3}) {
    EXPECT_EQ(results[i].timePs, (i + 1) * 1000) << results[i].error;
    EXPECT_EQ(results[i].samples, 3);
  }
}

/// No passes of layers that interleave: each is done before the next begins.
static std::vector<Measurement>
measureOneByOne(Target &target, const std::vector<Layer> &layers) {
  MeasureOptions options;
  options.blockSize = 1;
  std::vector<Measurement> results;
  target.measure(
      layers, options,
      [&](size_t, const Measurement &m) { results.push_back(m); }, nullptr);
  return results;
}

TEST(CommandTarget, HalfAnAnswerIsNone) {
  auto target = pythonTarget(
      isFirstStart("half") +
      server("  if first:\n"
             "    sys.stdout.write(json.dumps(dict(id=q['id'], status='ok', "
             "cycles=5))[:-1]); sys.stdout.flush(); os._exit(0)\n"
             "  reply(status='ok', cycles=m)\n"));
  ASSERT_TRUE(target) << target.error().message;
  std::vector<Measurement> results = measureOneByOne(**target, matmuls({1, 2}));
  EXPECT_EQ(results[0].error, "the target program exited with status 0");
  EXPECT_EQ(results[1].cycles, 2);
}

TEST(CommandTarget, AnotherTargetAfterARestartIsNotMeasured) {
  auto target = pythonTarget(
      isFirstStart("another") + "import json, sys\n" +
      "print(json.dumps(dict(protocol=1, target='a' if first else 'b', "
      "clock_mhz=None)), flush=True)\n"
      "for line in sys.stdin: os._exit(1)\n");
  ASSERT_TRUE(target) << target.error().message;
  std::vector<Measurement> results = measureOneByOne(**target, matmuls({1, 2}));
  EXPECT_EQ(results[0].error, "the target program exited with status 1");
  EXPECT_EQ(results[1].error, "the target program greets otherwise than when "
                              "it was started first");
}

TEST(CommandTarget, BadGreetingsAreNamed) {
  struct {
    const char *script, *message;
  } cases[] = {
      {"import sys; sys.exit(9)",
       "'/usr/bin/python3' did not greet: exited with status 9"},
      {"print('{\"protocol\": 2, \"target\": \"x\"}')",
       "'/usr/bin/python3' did not greet: the greeting "
       "'{\"protocol\":2,\"target\":\"x\"}' speaks another protocol, expected "
       "\"protocol\":1"},
      {"print('{\"protocol\": 1, \"target\": \"\"}')",
       "'/usr/bin/python3' did not greet: the greeting "
       "'{\"protocol\":1,\"target\":\"\"}' has no \"target\" name"},
      {"print('{\"protocol\": 1, \"target\": \"x\", \"clock_mhz\": -3}')",
       "'/usr/bin/python3' did not greet: the greeting "
       "'{\"protocol\":1,\"target\":\"x\",\"clock_mhz\":-3}' has no "
       "\"clock_mhz\" between 0.001 and 1000000"},
  };
  for (auto &[script, message] : cases) {
    auto target = pythonTarget(script);
    ASSERT_FALSE(target) << script;
    EXPECT_EQ(target.error().message, message);
  }
  auto silent = makeCommandTarget({"/bin/sleep", "60"}, nullptr, 0.2);
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().message,
            "'/bin/sleep' did not greet: gave no answer within 0.2 s");
}

TEST(CommandTarget, StatedKindsAreChecked) {
  auto layers = matmuls({3});
  TargetInfo info;
  info.name = "ignored";
  KindSupport conv;
  conv.kind = conv.lattice.kind = LayerKind::Conv1D;
  info.kinds.push_back(conv);
  auto target = pythonTarget(
      "print('{\"protocol\": 1, \"target\": \"x\", \"info\": ' + r'''" +
      info.toJson() +
      "'''.replace('\\n', ' ') + '}', flush=True)\n"
      "input()\n");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ((*target)->info().name, "x");
  auto results = measureAll(**target, layers);
  EXPECT_FALSE(results[0].ok);
  EXPECT_EQ(results[0].error, "target 'x' has no matmul");
}

TEST(CommandTarget, TheProgramGetsTheModule) {
  auto modules = [](const Layer &layer) -> Expected<BenchModule> {
    if (layer[1] == 2)
      return makeError(ErrorKind::Unsupported, "no form in IR");
    return BenchModule{"module {}", "main", {{{3, 8}, "f32"}, {{8, 8}, "f32"}}};
  };
  auto target = pythonTarget(
      server(
          "  a = q['args']\n"
          "  ok = (q['mlir'], q['entry'], a) == ('module {}', 'main', "
          "[[[3, 8], 'f32'], [[8, 8], 'f32']])\n"
          "  if m == 2: ok = (q['mlir'], q['entry'], a) == (None, None, [])\n"
          "  reply(status='ok' if ok else 'error', cycles=1, error=str(q))\n"),
      modules);
  ASSERT_TRUE(target);
  for (const Measurement &result : measureAll(**target, matmuls({2, 3})))
    EXPECT_TRUE(result.ok) << result.error;
}

TEST(CommandTarget, TheExampleRuns) {
  auto target = makeCommandTarget(
      {"/usr/bin/python3", PR_SOURCE_DIR "/examples/command_target.py"},
      nullptr);
  ASSERT_TRUE(target) << target.error().message;
  auto results = measureAll(**target, matmuls({8, 9}));
  EXPECT_EQ(results[0].cycles, 800);
  EXPECT_EQ(results[1].cycles, 1600);
  EXPECT_EQ(results[1].timePs, 1600 * 4000);
}
