// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Conversion/HostTarget.h"

#include "HostKernel.h"
#include "HostTargetInfo.h"
#include "HostWorkerProcess.h"
#include "pr/Target/InstructionCounter.h"
#include "pr/Target/Sampling.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Expected;
using ::pr::Layer;
using ::pr::Measurement;
using ::pr::MeasureOptions;
namespace json = llvm::json;

static ::pr::Error measurementError(std::string message) {
  return ::pr::makeError(::pr::ErrorKind::Measurement, std::move(message));
}

//===----------------------------------------------------------------------===//
// The target
//===----------------------------------------------------------------------===//

namespace {
/// What is known of a layer, or of a network, while its block is measured.
struct LayerState {
  explicit LayerState(const Layer &layer)
      : request({{"layer", ::pr::printLayer(layer)}}) {}
  LayerState(const std::string &module, const std::string &function)
      : request({{"network", module}, {"function", function}}) {}

  json::Object request; ///< names it to the worker
  std::string error;
  int generation = -1; ///< of the worker that has it compiled
  std::string checked = "no";
  double compileMs = 0;
  int64_t batch = 1, rejected = 0;
  bool interrupted = false, unsteady = false;
  ::pr::ProbedPasses passes;
  int64_t instructions = 0; ///< where they are counted
};

class HostTargetImpl : public HostTarget {
public:
  HostTargetImpl(int64_t vectorBits, bool counted);
  const ::pr::TargetInfo &info() const override { return targetInfo; }
  void measure(const std::vector<Layer> &layers, const MeasureOptions &options,
               const ::pr::MeasurementSink &sink,
               const ::pr::ProgressSink &progress) override;
  Measurement measureNetwork(const std::string &module,
                             const std::string &function,
                             const MeasureOptions &options) override;

private:
  Expected<void> compile(size_t id, LayerState &state,
                         const MeasureOptions &options);
  Expected<void> measurePass(size_t id, LayerState &state,
                             const MeasureOptions &options);
  void runPass(size_t id, LayerState &state, const MeasureOptions &options);
  Expected<void> count(size_t id, LayerState &state,
                       const MeasureOptions &options);
  /// All passes over compiled layers, the first of which has number `first`.
  void runPasses(size_t first, std::vector<LayerState> &states,
                 const MeasureOptions &options,
                 const std::function<void()> &step);
  size_t passesOf(const MeasureOptions &options) const {
    return counted ? 1 : std::max(options.passes, 1);
  }
  void forget(const MeasureOptions &options);
  Measurement summarize(const LayerState &state) const;
  Measurement summarizeCount(const LayerState &state) const;

  ::pr::TargetInfo targetInfo;
  bool counted;
  WorkerProcess worker;
  /// The shortest the probe has ever taken.
  int64_t bestProbe = 0;
};
} // namespace

HostTargetImpl::HostTargetImpl(int64_t vectorBits, bool counted)
    : counted(counted), worker(vectorBits, counted) {
  HostMachine machine =
      counted ? HostMachine::counted() : HostMachine::detect();
  targetInfo =
      hostTargetInfo((vectorBits ? vectorBits : machine.vectorBits) / 32);
  targetInfo.name = counted ? "host-counted" : "host";
  targetInfo.countsCycles = counted;
  if (vectorBits) {
    targetInfo.parameters["vector_bits"] = vectorBits;
    targetInfo.name += "[vector_bits=" + std::to_string(vectorBits) + "]";
  }
}

Expected<void> HostTargetImpl::compile(size_t id, LayerState &state,
                                       const MeasureOptions &options) {
  if (auto ok = worker.ensureRunning(); !ok)
    return ok;
  if (state.generation == worker.generation())
    return {};
  bool check = options.checkResults && state.generation < 0;
  json::Object request = state.request;
  request["compile"] = int64_t(id);
  request["check"] = check;
  auto reply = worker.ask(std::move(request), options.timeoutSeconds);
  if (!reply)
    return reply.error();
  if (state.generation < 0) {
    state.compileMs = reply->getNumber("ms").value_or(0);
    state.checked = reply->getString("checked").value_or("no").str();
  }
  state.generation = worker.generation();
  return {};
}

Expected<void> HostTargetImpl::measurePass(size_t id, LayerState &state,
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

void HostTargetImpl::runPass(size_t id, LayerState &state,
                             const MeasureOptions &options) {
  if (!state.error.empty())
    return;
  auto ok =
      counted ? count(id, state, options) : measurePass(id, state, options);
  if (!ok)
    state.error = ok.error().message;
}

Expected<void> HostTargetImpl::count(size_t id, LayerState &state,
                                     const MeasureOptions &options) {
  if (auto ok = compile(id, state, options); !ok)
    return ok;
  auto reply =
      worker.ask(json::Object{{"count", int64_t(id)}}, options.timeoutSeconds);
  if (!reply)
    return reply.error();
  state.instructions = reply->getInteger("instructions").value_or(0);
  if (state.instructions <= 0)
    return measurementError("the worker sent no count");
  return {};
}

static std::string quoted(StringRef text) {
  return llvm::formatv("{0}", json::Value(json::fixUTF8(text))).str();
}

static std::string shortNumber(double value) {
  return llvm::formatv("{0:f3}", value).str();
}

Measurement HostTargetImpl::summarizeCount(const LayerState &state) const {
  Measurement result;
  result.ok = true;
  result.cycles = state.instructions;
  result.samples = 1;
  const json::Object &machine = worker.machine();
  result.conditions = {
      {"checked_on", quoted(state.checked)},
      {"cpu", quoted(machine.getString("cpu").value_or(""))},
      {"llvm", quoted(LLVM_VERSION_STRING)},
      {"unit", "\"instructions\""},
      {"vector_bits",
       std::to_string(machine.getInteger("vector_bits").value_or(0))}};
  return result;
}

Measurement HostTargetImpl::summarize(const LayerState &state) const {
  Measurement result;
  if (!state.error.empty()) {
    result.error = state.error;
    return result;
  }
  if (counted)
    return summarizeCount(state);
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

void HostTargetImpl::runPasses(size_t first, std::vector<LayerState> &states,
                               const MeasureOptions &options,
                               const std::function<void()> &step) {
  size_t count = states.size();
  for (size_t pass = 0; pass < passesOf(options); ++pass)
    for (size_t i : ::pr::shuffledOrder(count, pass)) {
      runPass(first + i, states[i], options);
      step();
    }
  for (size_t extra = 0; !counted && extra < ::pr::kMostExtraPasses; ++extra)
    for (size_t i = 0; i < count; ++i)
      if (states[i].error.empty() &&
          states[i].passes.drift(bestProbe) > ::pr::kMostDrift)
        runPass(first + i, states[i], options);
}

void HostTargetImpl::forget(const MeasureOptions &options) {
  if (worker.ensureRunning())
    (void)worker.ask(json::Object{{"forget", true}}, options.timeoutSeconds);
}

void HostTargetImpl::measure(const std::vector<Layer> &layers,
                             const MeasureOptions &options,
                             const ::pr::MeasurementSink &sink,
                             const ::pr::ProgressSink &progress) {
  size_t done = 0, total = layers.size() * (1 + passesOf(options));
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
    runPasses(begin, states, options, step);
    for (size_t i = 0; i < count; ++i)
      results.put(begin + i, summarize(states[i]));
    forget(options);
  });
}

Measurement HostTargetImpl::measureNetwork(const std::string &module,
                                           const std::string &function,
                                           const MeasureOptions &options) {
  std::vector<LayerState> states;
  states.emplace_back(module, function);
  if (auto ok = compile(0, states[0], options); !ok)
    states[0].error = ok.error().message;
  runPasses(0, states, options, [] {});
  forget(options);
  return summarize(states[0]);
}

Expected<void> mlir::pr::checkHostTarget() {
#if defined(__x86_64__) || defined(__aarch64__)
  return {};
#else
  return ::pr::makeError(::pr::ErrorKind::Unsupported,
                         "code is generated for x86-64 and AArch64 only");
#endif
}

Expected<void> mlir::pr::checkCountedHostTarget() {
  auto missing = [](const std::string &what) {
    return ::pr::makeError(::pr::ErrorKind::Unsupported, what);
  };
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
    return missing("this processor has no avx2");
#else
  return missing("code is counted for x86-64 only");
#endif
  if (!llvm::sys::findProgramByName("valgrind"))
    return missing("'valgrind' is not on PATH (Debian package 'valgrind')");
  return ::pr::InstructionCounter::checkBuilt();
}

Expected<std::unique_ptr<HostTarget>>
mlir::pr::makeHostTarget(const std::map<std::string, int64_t> &parameters,
                         bool counted) {
  std::string name = counted ? "host-counted" : "host";
  int64_t vectorBits = 0;
  for (auto &[parameter, value] : parameters) {
    if (counted || parameter != "vector_bits")
      return ::pr::invalidInput(
          "target '" + name + "' has no parameter '" + parameter + "', " +
          (counted ? "it takes none" : "only 'vector_bits'"));
    vectorBits = value;
  }
  if (counted)
    if (auto ok = checkCountedHostTarget(); !ok)
      return ok.error();
  int64_t widest = HostMachine::detect().vectorBits;
  if (vectorBits &&
      (!llvm::is_contained({128, 256, 512}, vectorBits) || vectorBits > widest))
    return ::pr::invalidInput(
        "'vector_bits' of target 'host' is " + std::to_string(vectorBits) +
        ", expected 128, 256 or 512 and, on this CPU, at most " +
        std::to_string(widest));
  return std::unique_ptr<HostTarget>(
      std::make_unique<HostTargetImpl>(vectorBits, counted));
}
