// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/CommandTarget.h"

#include "pr/Support/CheckedMath.h"
#include "pr/Target/Sampling.h"
#include "pr/Target/Subprocess.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>

using namespace pr;
using Json = nlohmann::ordered_json;

/// Lines that are no reply: warnings that a library prints on standard output.
static constexpr int kMostSkippedLines = 1000;
/// A program that cannot be started this often in a row is given up.
static constexpr int kMostFailedStarts = 3;
/// Requests are short; a program that does not read one is stuck.
static constexpr double kWriteTimeoutSeconds = 30;

static std::string excerpt(std::string_view text) {
  constexpr size_t limit = 120;
  return "'" + std::string(text.substr(0, limit)) +
         (text.size() > limit ? "..." : "") + "'";
}

static Error measurementError(std::string message) {
  return makeError(ErrorKind::Measurement, std::move(message));
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

/// A target that has not stated what it takes is asked for anything.
static std::vector<KindSupport> everyKind() {
  std::vector<KindSupport> kinds;
  for (const KindInfo &info : allLayerKinds()) {
    KindSupport support;
    support.kind = support.lattice.kind = info.kind;
    kinds.push_back(std::move(support));
  }
  return kinds;
}

static Expected<TargetInfo> parseGreeting(const Json &greeting) {
  auto wrong = [&](const std::string &what) {
    return measurementError("the greeting " + excerpt(greeting.dump()) + " " +
                            what);
  };
  if (greeting["protocol"] != 1)
    return wrong("speaks another protocol, expected \"protocol\":1");
  if (!greeting.contains("target") || !greeting["target"].is_string() ||
      greeting["target"].get_ref<const std::string &>().empty())
    return wrong("has no \"target\" name");
  TargetInfo info;
  info.kinds = everyKind();
  if (greeting.contains("info")) {
    auto stated = TargetInfo::fromJson(greeting["info"].dump());
    if (!stated)
      return wrong("has a malformed \"info\": " + stated.error().message);
    info = std::move(*stated);
  }
  info.name = greeting["target"].get<std::string>();
  if (!greeting.contains("clock_mhz") || greeting["clock_mhz"].is_null())
    return info;
  const Json &clock = greeting["clock_mhz"];
  double kilohertz = clock.is_number() ? clock.get<double>() * 1000 : 0;
  if (!(kilohertz >= 1 && kilohertz <= 1e9))
    return wrong("has no \"clock_mhz\" between 0.001 and 1000000");
  info.clockKhz = std::llround(kilohertz);
  info.countsCycles = true;
  return info;
}

static Json requestJson(int64_t id, const Layer &layer,
                        const Expected<BenchModule> &module, int repeats) {
  Json request{{"id", id}, {"layer", printLayer(layer)}};
  request["mlir"] = module ? Json(module->mlir) : Json();
  request["entry"] = module ? Json(module->entry) : Json();
  request["args"] = Json::array();
  if (module)
    for (const BenchModule::Argument &argument : module->arguments)
      request["args"].push_back({argument.shape, argument.type});
  request["repeats"] = repeats;
  return request;
}

namespace {
/// What a program said about one layer.
struct Reply {
  std::vector<int64_t> samplesPs;
  std::optional<int64_t> cycles, probePs;
  std::map<std::string, std::string> conditions;
};
} // namespace

/// A count from 1 to kMaxCount; programs may send it as 12.0 too.
static std::optional<int64_t> positiveCount(const Json &value) {
  if (value.is_number_unsigned()) {
    uint64_t count = value.get<uint64_t>();
    if (count >= 1 && count <= uint64_t(kMaxCount))
      return static_cast<int64_t>(count);
  } else if (value.is_number_float()) {
    double count = std::round(value.get<double>());
    if (count >= 1 && count <= static_cast<double>(kMaxCount))
      return static_cast<int64_t>(count);
  }
  return std::nullopt;
}

static Expected<Reply> parseReply(const Json &reply) {
  auto wrong = [&](const std::string &what) {
    return measurementError("the reply " + excerpt(reply.dump()) + " " + what);
  };
  Json status = reply.value("status", Json());
  if (status == "error") {
    Json error = reply.value("error", Json());
    return measurementError(error.is_string() ? error.get<std::string>()
                                              : "the target gave no reason");
  }
  if (status != "ok")
    return wrong("has neither status \"ok\" nor \"error\"");
  Reply result;
  if (reply.contains("cycles") && !reply["cycles"].is_null()) {
    result.cycles = positiveCount(reply["cycles"]);
    if (!result.cycles)
      return wrong("has \"cycles\" that are no positive integer");
  }
  for (const Json &sample : reply.value("samples_ps", Json::array())) {
    auto count = positiveCount(sample);
    if (!count)
      return wrong("has a sample that is no positive number");
    result.samplesPs.push_back(*count);
  }
  if (reply.contains("probe_ps") && !result.samplesPs.empty()) {
    result.probePs = positiveCount(reply["probe_ps"]);
    if (!result.probePs)
      return wrong("has a \"probe_ps\" that is no positive number");
  }
  if (!result.cycles && result.samplesPs.empty())
    return wrong("has neither \"samples_ps\" nor \"cycles\"");
  Json conditions = reply.value("conditions", Json::object());
  if (conditions.is_object())
    for (const auto &[name, value] : conditions.items())
      result.conditions[name] = value.dump();
  return result;
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

namespace {
/// The running program: started, greeted, asked, and started again.
class Program {
public:
  Program(std::vector<std::string> argv, double greetingTimeout)
      : argv(std::move(argv)), greetingTimeout(greetingTimeout) {}

  Expected<TargetInfo> start();
  Expected<Reply> ask(const Layer &layer, const Expected<BenchModule> &module,
                      int repeats, double timeout);

private:
  Expected<Json> readObject(const char *field, const Json &value,
                            double timeout);
  Expected<void> restart();

  std::vector<std::string> argv;
  double greetingTimeout;
  std::optional<Subprocess> process;
  /// As JSON, what the first greeting said of the target.
  std::string greeted;
  int failedStarts = 0;
  int64_t nextId = 1;
};
} // namespace

/// The next line that is an object whose `field` equals `value` (any value,
/// where that is null); other lines are skipped.
Expected<Json> Program::readObject(const char *field, const Json &value,
                                   double timeout) {
  for (int skipped = 0; skipped <= kMostSkippedLines; ++skipped) {
    auto line = process->readLine(timeout);
    if (!line)
      return line.error();
    Json object = Json::parse(*line, nullptr, /*allow_exceptions=*/false);
    if (object.is_object() && object.contains(field) &&
        (value.is_null() || object[field] == value))
      return object;
  }
  process.reset();
  return measurementError("wrote more than " +
                          std::to_string(kMostSkippedLines) +
                          " lines that are no answer");
}

Expected<TargetInfo> Program::start() {
  auto started = Subprocess::start(argv);
  if (!started)
    return started.error();
  process = std::move(*started);
  auto greeting = readObject("protocol", Json(), greetingTimeout);
  auto info = greeting ? parseGreeting(*greeting)
                       : Expected<TargetInfo>(greeting.error());
  if (info) {
    if (greeted.empty())
      greeted = info->toJson();
    return info;
  }
  process.reset();
  return measurementError("'" + argv[0] +
                          "' did not greet: " + info.error().message);
}

Expected<void> Program::restart() {
  if (failedStarts >= kMostFailedStarts)
    return measurementError("the target program does not start again");
  auto info = start();
  failedStarts = info ? 0 : failedStarts + 1;
  if (!info)
    return info.error();
  if (info->toJson() == greeted)
    return {};
  process.reset();
  ++failedStarts;
  return measurementError("the target program greets otherwise than when it "
                          "was started first");
}

Expected<Reply> Program::ask(const Layer &layer,
                             const Expected<BenchModule> &module, int repeats,
                             double timeout) {
  if (!process)
    if (auto ok = restart(); !ok)
      return ok.error();
  int64_t id = nextId++;
  std::string request =
      requestJson(id, layer, module, repeats)
          .dump(-1, ' ', false, Json::error_handler_t::replace);
  auto sent = process->writeLine(request, kWriteTimeoutSeconds);
  auto reply =
      sent ? readObject("id", Json(id), timeout) : Expected<Json>(sent.error());
  if (reply)
    return parseReply(*reply);
  process.reset();
  return measurementError("the target program " + reply.error().message);
}

//===----------------------------------------------------------------------===//
// The target
//===----------------------------------------------------------------------===//

namespace {
class CommandTarget : public Target {
public:
  CommandTarget(Program program, TargetInfo info, BenchModuleProvider modules)
      : program(std::move(program)), targetInfo(std::move(info)),
        modules(std::move(modules)) {}

  const TargetInfo &info() const override { return targetInfo; }
  void measure(const std::vector<Layer> &layers, const MeasureOptions &options,
               const MeasurementSink &sink,
               const ProgressSink &progress) override;

private:
  /// What is known of one layer while its block is measured.
  struct State {
    ProbedPasses passes;
    Reply last;
    std::string error;
    bool finished = false;
  };
  void measureBlock(const std::vector<Layer> &layers, size_t begin,
                    size_t count, const MeasureOptions &options,
                    OrderedResults &results, const std::function<void()> &step);
  void measureOnce(const Layer &layer, const MeasureOptions &options,
                   State &state);
  /// Of a layer whose every pass has a probe; 0 where there are none.
  double drift(const State &state) const;
  Measurement summarize(const State &state) const;

  Program program;
  TargetInfo targetInfo;
  BenchModuleProvider modules;
  /// The shortest a probe has ever taken.
  int64_t bestProbePs = 0;
};
} // namespace

void CommandTarget::measureOnce(const Layer &layer,
                                const MeasureOptions &options, State &state) {
  if (auto legal = targetInfo.checkLegal(layer); !legal) {
    state.error = legal.error().message;
    state.finished = true;
    return;
  }
  Expected<BenchModule> module =
      modules ? modules(layer)
              : Expected<BenchModule>(makeError(ErrorKind::Unsupported, ""));
  auto reply = program.ask(layer, module, options.samplesPerPass,
                           options.timeoutSeconds);
  if (!reply) {
    state.error = reply.error().message;
    state.finished = true;
    return;
  }
  state.last = std::move(*reply);
  // Cycles of a simulator are the same every time.
  state.finished = state.last.cycles.has_value();
  if (state.last.samplesPs.empty())
    return;
  state.passes.samples.push_back(state.last.samplesPs);
  if (!state.last.probePs)
    return;
  state.passes.probesPs.push_back(*state.last.probePs);
  bestProbePs = bestProbePs ? std::min(bestProbePs, *state.last.probePs)
                            : *state.last.probePs;
}

double CommandTarget::drift(const State &state) const {
  bool probed = !state.passes.samples.empty() &&
                state.passes.samples.size() == state.passes.probesPs.size();
  return probed ? state.passes.drift(bestProbePs) : 0;
}

static std::string shortNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3f", value);
  return text;
}

Measurement CommandTarget::summarize(const State &state) const {
  Measurement result;
  if (!state.error.empty()) {
    result.error = state.error;
    return result;
  }
  const auto &passes = state.passes.samples;
  if (!passes.empty())
    result = summarizePasses(passes);
  result.ok = true;
  if (state.last.cycles) {
    result.cycles = state.last.cycles;
    if (!result.timePs)
      result.timePs = cyclesToPicoseconds(*result.cycles, targetInfo.clockKhz);
    result.samples = std::max<int64_t>(result.samples, 1);
  }
  result.conditions = state.last.conditions;
  result.conditions["passes"] =
      std::to_string(std::max<size_t>(passes.size(), 1));
  if (!state.passes.probesPs.empty()) {
    double slowed = drift(state);
    result.conditions["drift"] = shortNumber(slowed);
    result.conditions["drifted"] = slowed > kMostDrift ? "true" : "false";
    result.conditions["probe_ps"] = std::to_string(bestProbePs);
  }
  return result;
}

void CommandTarget::measureBlock(const std::vector<Layer> &layers, size_t begin,
                                 size_t count, const MeasureOptions &options,
                                 OrderedResults &results,
                                 const std::function<void()> &step) {
  std::vector<State> states(count);
  auto finish = [&](size_t i) {
    if (!results.has(begin + i))
      results.put(begin + i, summarize(states[i]));
  };
  for (int pass = 0; pass < std::max(options.passes, 1); ++pass)
    for (size_t i : shuffledOrder(count, pass)) {
      if (!states[i].finished)
        measureOnce(layers[begin + i], options, states[i]);
      step();
      if (states[i].finished)
        finish(i);
    }
  for (int extra = 0; extra < kMostExtraPasses; ++extra)
    for (size_t i = 0; i < count; ++i)
      if (!states[i].finished && drift(states[i]) > kMostDrift)
        measureOnce(layers[begin + i], options, states[i]);
  for (size_t i = 0; i < count; ++i)
    finish(i);
}

void CommandTarget::measure(const std::vector<Layer> &layers,
                            const MeasureOptions &options,
                            const MeasurementSink &sink,
                            const ProgressSink &progress) {
  OrderedResults results(layers.size(), sink);
  size_t done = 0, total = layers.size() * std::max(options.passes, 1);
  auto step = [&] {
    if (progress)
      progress(++done, total);
  };
  forEachBlock(layers.size(), options, [&](size_t begin, size_t count) {
    measureBlock(layers, begin, count, options, results, step);
  });
}

Expected<std::unique_ptr<Target>>
pr::makeCommandTarget(const std::vector<std::string> &argv,
                      BenchModuleProvider modules,
                      double greetingTimeoutSeconds) {
  Program program(argv, greetingTimeoutSeconds);
  auto info = program.start();
  if (!info)
    return info.error();
  return std::unique_ptr<Target>(std::make_unique<CommandTarget>(
      std::move(program), std::move(*info), std::move(modules)));
}
