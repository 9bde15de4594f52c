// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Conversion/HostTarget.h"

#include "HostKernel.h"
#include "pr/Support/CheckedMath.h"
#include "pr/Target/NetworkDomain.h"
#include "pr/Target/Sampling.h"
#include "pr/Target/Subprocess.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace mlir;
using namespace mlir::pr;
using ::pr::Expected;
using ::pr::Layer;
using ::pr::Measurement;
using ::pr::MeasureOptions;
namespace json = llvm::json;

/// Compiling the probe; LLVM's libraries come from the disk the first time.
static constexpr double kStartTimeoutSeconds = 120;
static constexpr int kMostFailedStarts = 3;

static ::pr::Error measurementError(std::string message) {
  return ::pr::makeError(::pr::ErrorKind::Measurement, std::move(message));
}

//===----------------------------------------------------------------------===//
// The worker's other end
//===----------------------------------------------------------------------===//

namespace {
class WorkerProcess {
public:
  /// `vectorBits` 0: as wide as there are.
  explicit WorkerProcess(int64_t vectorBits) : vectorBits(vectorBits) {}
  /// A worker, started again if need be. `generation` counts the starts: what
  /// an earlier one compiled is gone.
  Expected<void> ensureRunning();
  int generation() const { return starts; }
  const json::Object &machine() const { return greeting; }

  /// The reply, or the worker's own error, or how it died.
  Expected<json::Object> ask(json::Object request, double timeoutSeconds);

private:
  Expected<void> start();
  Expected<json::Object> readReply(double timeoutSeconds);

  int64_t vectorBits;
  std::optional<::pr::Subprocess> process;
  json::Object greeting;
  int starts = 0, failedStarts = 0;
};
} // namespace

static std::string ownProgram() {
  char path[4096];
  ssize_t length = ::readlink("/proc/self/exe", path, sizeof(path));
  return length > 0 ? std::string(path, length) : "";
}

Expected<json::Object> WorkerProcess::readReply(double timeoutSeconds) {
  auto line = process->readLine(timeoutSeconds);
  if (!line)
    return line.error();
  auto value = json::parse(*line);
  if (!value)
    llvm::consumeError(value.takeError());
  if (!value || !value->getAsObject())
    return measurementError("answered '" + line->substr(0, 80) + "'");
  return std::move(*value->getAsObject());
}

Expected<void> WorkerProcess::start() {
  auto started = ::pr::Subprocess::start(
      {ownProgram(), "--host-worker", std::to_string(vectorBits)});
  if (!started)
    return started.error();
  process = std::move(*started);
  ++starts;
  auto reply = readReply(kStartTimeoutSeconds);
  if (!reply)
    return measurementError("the worker " + reply.error().message);
  if (!reply->getBoolean("ok").value_or(false))
    return measurementError(
        reply->getString("error").value_or("the worker does not start").str());
  greeting = std::move(*reply);
  return {};
}

Expected<void> WorkerProcess::ensureRunning() {
  if (process)
    return {};
  if (failedStarts >= kMostFailedStarts)
    return measurementError("the worker does not start");
  auto ok = start();
  failedStarts = ok ? 0 : failedStarts + 1;
  if (!ok)
    process.reset();
  return ok;
}

Expected<json::Object> WorkerProcess::ask(json::Object request,
                                          double timeoutSeconds) {
  std::string line;
  llvm::raw_string_ostream(line) << json::Value(std::move(request));
  auto sent = process->writeLine(line, timeoutSeconds);
  auto reply =
      sent ? readReply(timeoutSeconds) : Expected<json::Object>(sent.error());
  if (!reply) {
    process.reset();
    return measurementError("the generated code " + reply.error().message);
  }
  if (!reply->getBoolean("ok").value_or(false))
    return measurementError(
        reply->getString("error").value_or("no reason given").str());
  return reply;
}

//===----------------------------------------------------------------------===//
// The target
//===----------------------------------------------------------------------===//

namespace {
/// What is known of a layer while its block is measured.
struct LayerState {
  explicit LayerState(const Layer &layer) : text(::pr::printLayer(layer)) {}

  std::string text, error;
  int generation = -1; ///< of the worker that has it compiled
  std::string checked = "no";
  double compileMs = 0;
  int64_t batch = 1, rejected = 0;
  bool interrupted = false, unsteady = false;
  ::pr::ProbedPasses passes;
};

class HostTarget : public ::pr::Target {
public:
  explicit HostTarget(int64_t vectorBits);
  const ::pr::TargetInfo &info() const override { return targetInfo; }
  void measure(const std::vector<Layer> &layers, const MeasureOptions &options,
               const ::pr::MeasurementSink &sink,
               const ::pr::ProgressSink &progress) override;

private:
  Expected<void> compile(size_t id, LayerState &state,
                         const MeasureOptions &options);
  Expected<void> measurePass(size_t id, LayerState &state,
                             const MeasureOptions &options);
  void runPass(size_t id, LayerState &state, const MeasureOptions &options);
  Measurement summarize(const LayerState &state) const;

  ::pr::TargetInfo targetInfo;
  WorkerProcess worker;
  /// The shortest the probe has ever taken.
  int64_t bestProbe = 0;
};
} // namespace

/// Tile sizes that a schedule may give: of the register tile, and of the
/// channels that are packed together. Fewer rows than four are not tiled at
/// all.
static void setTiles(::pr::KindSupport &support, int64_t lanes) {
  auto add = [&](const std::string &condition, const char *reason) {
    auto parsed =
        ::pr::Expr::parse(condition, ::pr::legalityVariables(support.kind));
    assert(parsed && "a rule of the host's own");
    support.rules.push_back({*parsed, reason});
  };
  // Sums, the vectors of one step and a factor are in registers; 32 of them
  // where they have 512 bits, 16 otherwise.
  std::string registers = lanes == 16 ? "28" : "12";
  std::string width = std::to_string(lanes);
  if (support.kind == ::pr::LayerKind::MatMul) {
    namespace mm = ::pr::dim::matmul;
    support.tileDims = {mm::m, mm::n, mm::k};
    add("tile_m <= 14 and tile_n <= " + std::to_string(4 * lanes),
        "a tile is larger than the registers");
    add("tile_m * (2 * (tile_n == 0) + ceildiv(tile_n, " + width +
            ")) <= " + registers,
        "a tile is larger than the registers");
    add("tile_n mod " + width + " == 0 or tile_n == n",
        "the columns of a tile are whole vectors");
    add("tile_m == 0 or m >= 4", "fewer than 4 rows are not tiled");
    add("tile_k == 0 or tile_k >= 16 or tile_k == k",
        "a tile has too few steps to be packed");
  } else if (support.kind == ::pr::LayerKind::Conv1D ||
             support.kind == ::pr::LayerKind::Conv2D) {
    // At the same place in both kinds.
    namespace conv = ::pr::dim::conv2d;
    support.tileDims = {conv::oc, conv::ic};
    add("2 * tile_oc <= " + registers, "a tile is larger than the registers");
    add("tile_oc == 0 or oc >= 4 and g == 1",
        "fewer than 4 rows, or groups, are not tiled");
  }
}

HostTarget::HostTarget(int64_t vectorBits) : worker(vectorBits) {
  using ::pr::LayerKind;
  targetInfo.name = "host";
  int64_t lanes =
      (vectorBits ? vectorBits : HostMachine::detect().vectorBits) / 32;
  if (vectorBits) {
    targetInfo.parameters["vector_bits"] = vectorBits;
    targetInfo.name += "[vector_bits=" + std::to_string(vectorBits) + "]";
  }
  for (LayerKind kind :
       {LayerKind::Conv1D, LayerKind::Conv2D, LayerKind::DepthwiseConv2D,
        LayerKind::MatMul, LayerKind::Pool2D, LayerKind::Reduction,
        LayerKind::Softmax, LayerKind::Elementwise, LayerKind::DataMovement}) {
    ::pr::KindSupport support;
    support.kind = support.lattice.kind = kind;
    const ::pr::KindInfo &info = ::pr::kindInfo(kind);
    if (info.operandTypes == 1)
      support.types = {"f32 -> f32"};
    if (info.operandTypes == 2)
      support.types = {"f32, f32 -> f32"};
    ::pr::setNetworkDomain(support);
    setTiles(support, lanes);
    targetInfo.kinds.push_back(std::move(support));
  }
}

Expected<void> HostTarget::compile(size_t id, LayerState &state,
                                   const MeasureOptions &options) {
  if (auto ok = worker.ensureRunning(); !ok)
    return ok;
  if (state.generation == worker.generation())
    return {};
  bool check = options.checkResults && state.generation < 0;
  auto reply = worker.ask(json::Object{{"compile", int64_t(id)},
                                       {"layer", state.text},
                                       {"check", check}},
                          options.timeoutSeconds);
  if (!reply)
    return reply.error();
  if (state.generation < 0) {
    state.compileMs = reply->getNumber("ms").value_or(0);
    state.checked = reply->getString("checked").value_or("no").str();
  }
  state.generation = worker.generation();
  return {};
}

Expected<void> HostTarget::measurePass(size_t id, LayerState &state,
                                       const MeasureOptions &options) {
  if (auto ok = compile(id, state, options); !ok)
    return ok;
  auto reply = worker.ask(json::Object{{"measure", int64_t(id)},
                                       {"samples", options.samplesPerPass}},
                          options.timeoutSeconds);
  if (!reply)
    return reply.error();
  std::vector<int64_t> samples;
  if (const json::Array *ps = reply->getArray("ps"))
    for (const json::Value &value : *ps)
      if (auto sample = value.getAsInteger(); sample && *sample > 0)
        samples.push_back(*sample);
  int64_t probe = reply->getInteger("probe_ps").value_or(0);
  if (samples.empty() || probe <= 0)
    return measurementError("the worker sent no samples");
  state.passes.samples.push_back(std::move(samples));
  state.passes.probesPs.push_back(probe);
  bestProbe = bestProbe ? std::min(bestProbe, probe) : probe;
  state.batch = reply->getInteger("batch").value_or(1);
  state.rejected += reply->getInteger("rejected").value_or(0);
  state.interrupted |= reply->getBoolean("interrupted").value_or(false);
  state.unsteady |= reply->getBoolean("unsteady").value_or(false);
  return {};
}

void HostTarget::runPass(size_t id, LayerState &state,
                         const MeasureOptions &options) {
  if (!state.error.empty())
    return;
  if (auto ok = measurePass(id, state, options); !ok)
    state.error = ok.error().message;
}

static std::string quoted(StringRef text) {
  return llvm::formatv("{0}", json::Value(json::fixUTF8(text))).str();
}

static std::string shortNumber(double value) {
  return llvm::formatv("{0:f3}", value).str();
}

Measurement HostTarget::summarize(const LayerState &state) const {
  Measurement result;
  if (!state.error.empty()) {
    result.error = state.error;
    return result;
  }
  result = ::pr::summarizePasses(state.passes.samples);
  double slowed = state.passes.drift(bestProbe);
  const json::Object &machine = worker.machine();
  auto flag = [](bool value) { return value ? "true" : "false"; };
  result.conditions = {
      {"batch", std::to_string(state.batch)},
      {"cache", "\"warm\""},
      {"checked_on", quoted(state.checked)},
      {"compile_ms", shortNumber(state.compileMs)},
      {"core", std::to_string(machine.getInteger("core").value_or(-1))},
      {"cpu", quoted(machine.getString("cpu").value_or(""))},
      {"drift", shortNumber(slowed)},
      {"drifted", flag(slowed > ::pr::kMostDrift)},
      {"interrupted", flag(state.interrupted)},
      {"llvm", quoted(LLVM_VERSION_STRING)},
      {"passes", std::to_string(state.passes.samples.size())},
      {"probe_ps", std::to_string(bestProbe)},
      {"rejected_samples", std::to_string(state.rejected)},
      {"unsteady", flag(state.unsteady)},
      {"vector_bits",
       std::to_string(machine.getInteger("vector_bits").value_or(0))}};
  return result;
}

void HostTarget::measure(const std::vector<Layer> &layers,
                         const MeasureOptions &options,
                         const ::pr::MeasurementSink &sink,
                         const ::pr::ProgressSink &progress) {
  size_t passes = std::max(options.passes, 1), done = 0;
  size_t total = layers.size() * (1 + passes);
  auto step = [&] {
    if (progress)
      progress(++done, total);
  };
  ::pr::OrderedResults results(layers.size(), sink);
  ::pr::forEachBlock(layers.size(), options, [&](size_t begin, size_t count) {
    std::vector<LayerState> states;
    for (size_t i = 0; i < count; ++i) {
      const Layer &layer = layers[begin + i];
      LayerState &state = states.emplace_back(layer);
      auto ok = targetInfo.checkLegal(layer);
      if (ok)
        ok = compile(begin + i, state, options);
      if (!ok)
        state.error = ok.error().message;
      step();
    }
    for (size_t pass = 0; pass < passes; ++pass)
      for (size_t i : ::pr::shuffledOrder(count, pass)) {
        runPass(begin + i, states[i], options);
        step();
      }
    for (size_t extra = 0; extra < ::pr::kMostExtraPasses; ++extra)
      for (size_t i = 0; i < count; ++i)
        if (states[i].error.empty() &&
            states[i].passes.drift(bestProbe) > ::pr::kMostDrift)
          runPass(begin + i, states[i], options);
    for (size_t i = 0; i < count; ++i)
      results.put(begin + i, summarize(states[i]));
    if (worker.ensureRunning())
      (void)worker.ask(json::Object{{"forget", true}}, options.timeoutSeconds);
  });
}

Expected<void> mlir::pr::checkHostTarget() {
#if defined(__x86_64__) || defined(__aarch64__)
  return {};
#else
  return ::pr::makeError(::pr::ErrorKind::Unsupported,
                         "code is generated for x86-64 and AArch64 only");
#endif
}

Expected<std::unique_ptr<::pr::Target>>
mlir::pr::makeHostTarget(const std::map<std::string, int64_t> &parameters) {
  int64_t vectorBits = 0;
  for (auto &[name, value] : parameters) {
    if (name != "vector_bits")
      return ::pr::invalidInput("target 'host' has no parameter '" + name +
                                "', only 'vector_bits'");
    vectorBits = value;
  }
  int64_t widest = HostMachine::detect().vectorBits;
  if (vectorBits &&
      (!llvm::is_contained({128, 256, 512}, vectorBits) || vectorBits > widest))
    return ::pr::invalidInput(
        "'vector_bits' of target 'host' is " + std::to_string(vectorBits) +
        ", expected 128, 256 or 512 and, on this CPU, at most " +
        std::to_string(widest));
  return std::unique_ptr<::pr::Target>(
      std::make_unique<HostTarget>(vectorBits));
}
