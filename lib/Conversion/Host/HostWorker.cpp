// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The process that compiles and runs generated code. It answers one JSON line
// for each:
//   {"compile":N,"layer":"...","check":true}  ->
//   {"ok":true,"ms":..,"checked":".."}
//   {"compile":N,"network":"module {..}","function":"main","check":true} -> the
//   same
//   {"measure":N,"samples":15}   -> {"ok":true,"ps":[..],"probe_ps":..,..}
//   {"count":N}                  -> {"ok":true,"instructions":..}
//   {"forget":true}              -> {"ok":true}
// or {"ok":false,"error":"..."}. What it greets with describes the machine.
#include "HostCheck.h"
#include "HostKernel.h"

#include "pr/Target/InstructionCounter.h"
#include "pr/Target/Sampler.h"
#include "pr/Target/Sampling.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <fcntl.h>
#include <iostream>
#include <map>
#include <unistd.h>

using namespace mlir;
using namespace mlir::pr;
namespace json = llvm::json;

static constexpr StringRef kWorkerFlag = "--host-worker";
/// What the reference probe computes: 30 to 100 microseconds of arithmetic in
/// the caches.
static constexpr const char *kProbeLayer =
    "matmul m=128 n=128 k=128 : f32, f32 -> f32";
static constexpr int kProbeSamples = 5;

bool mlir::pr::isHostWorker(int argc, char **argv) {
  return argc == 3 && kWorkerFlag == argv[1];
}

/// In place of the width of registers: counts, and callgrind's profile.
static constexpr StringRef kCounted = "counted:";

/// The machine, with narrower registers where the caller asks for them (0:
/// not).
static HostMachine machineWith(StringRef vectorBits) {
  if (vectorBits.starts_with(kCounted))
    return HostMachine::counted();
  HostMachine machine = HostMachine::detect();
  unsigned bits = 0;
  if (!vectorBits.getAsInteger(10, bits) && bits)
    machine.vectorBits = bits;
  return machine;
}

namespace {
class Worker {
public:
  /// `profile`: of callgrind; empty: time is measured.
  Worker(HostMachine machine, std::string profile, HostWorkerHooks hooks)
      : machine(machine), counted(!profile.empty()),
        core(::pr::pinToLastProcessor()), compiler(machine, std::move(hooks)),
        counter(std::move(profile), /*onlyThere=*/true) {}

  json::Object greeting();
  json::Object answer(const json::Object &request);

private:
  json::Object compile(int64_t id, const json::Object &request);
  ::pr::Expected<std::unique_ptr<HostKernel>>
  compileLayer(StringRef text, bool check, CheckedOn &checked);
  ::pr::Expected<std::unique_ptr<HostKernel>>
  compileNetwork(const std::string &module, const std::string &function,
                 bool check, CheckedOn &checked);
  json::Object count(int64_t id);
  json::Object measure(int64_t id, const json::Object &request);
  ::pr::Expected<::pr::Samples> time(const HostKernel &kernel, int count);

  HostMachine machine;
  bool counted;
  int core;
  HostCompiler compiler;
  ::pr::InstructionCounter counter;
  HostBuffers buffers;
  ::pr::SamplerClock clock = ::pr::SamplerClock::real();
  std::map<int64_t, std::unique_ptr<HostKernel>> kernels;
  std::unique_ptr<HostKernel> probe;
};
} // namespace

static json::Object errorReply(const std::string &message) {
  return json::Object{{"ok", false}, {"error", json::fixUTF8(message)}};
}

json::Object Worker::greeting() {
  json::Object reply{{"ok", true},
                     {"cpu", machine.cpu},
                     {"core", core},
                     {"vector_bits", machine.vectorBits}};
  if (counted) // there is no drift to probe for
    return reply;
  auto layer = ::pr::parseLayer(kProbeLayer);
  auto kernel = compiler.compile(*layer, /*reference=*/false);
  if (!kernel)
    return errorReply(kernel.error().message);
  probe = std::move(*kernel);
  return reply;
}

static StringRef toString(CheckedOn checked) {
  switch (checked) {
  case CheckedOn::Nothing:
    return "no";
  case CheckedOn::ItsShape:
    return "its shape";
  case CheckedOn::SmallerShape:
    return "a smaller shape";
  }
  return "";
}

json::Object Worker::compile(int64_t id, const json::Object &request) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin = Clock::now();
  CheckedOn checked = CheckedOn::Nothing;
  bool check = request.getBoolean("check").value_or(true);
  auto network = request.getString("network");
  auto kernel =
      network ? compileNetwork(network->str(),
                               request.getString("function").value_or("").str(),
                               check, checked)
              : compileLayer(request.getString("layer").value_or(""), check,
                             checked);
  if (!kernel)
    return errorReply(kernel.error().message);
  std::chrono::duration<double, std::milli> spent = Clock::now() - begin;
  kernels[id] = std::move(*kernel);
  return json::Object{
      {"ok", true}, {"ms", spent.count()}, {"checked", toString(checked)}};
}

::pr::Expected<std::unique_ptr<HostKernel>>
Worker::compileLayer(StringRef text, bool check, CheckedOn &checked) {
  auto layer = ::pr::parseLayer(text.str());
  if (!layer)
    return layer.error();
  auto kernel = compiler.compile(*layer, /*reference=*/false);
  if (!kernel || !check)
    return kernel;
  auto result = checkKernel(compiler, buffers, *layer, **kernel);
  if (!result)
    return result.error();
  checked = *result;
  return kernel;
}

::pr::Expected<std::unique_ptr<HostKernel>>
Worker::compileNetwork(const std::string &module, const std::string &function,
                       bool check, CheckedOn &checked) {
  auto kernel = compiler.compileNetwork(module, function, /*reference=*/false);
  if (!kernel || !check)
    return kernel;
  auto reference =
      compiler.compileNetwork(module, function, /*reference=*/true);
  if (!reference)
    return reference.error();
  if (auto ok = checkNetwork(buffers, **kernel, **reference); !ok)
    return ok.error();
  checked = CheckedOn::ItsShape;
  return kernel;
}

json::Object Worker::count(int64_t id) {
  auto found = kernels.find(id);
  if (found == kernels.end())
    return errorReply("the layer was not compiled");
  const HostKernel &kernel = *found->second;
  auto tensors = buffers.prepare(kernel.elements(), kernel.positive());
  if (!tensors)
    return errorReply(tensors.error().message);
  auto instructions = counter.count([&] { kernel.run(tensors->data()); });
  if (!instructions)
    return errorReply(instructions.error().message);
  return json::Object{{"ok", true}, {"instructions", *instructions}};
}

::pr::Expected<::pr::Samples> Worker::time(const HostKernel &kernel,
                                           int count) {
  auto tensors = buffers.prepare(kernel.elements(), kernel.positive());
  if (!tensors)
    return tensors.error();
  return ::pr::sample([&] { kernel.run(tensors->data()); }, count, clock);
}

json::Object Worker::measure(int64_t id, const json::Object &request) {
  auto found = kernels.find(id);
  if (found == kernels.end())
    return errorReply("the layer was not compiled");
  auto reference = time(*probe, kProbeSamples);
  if (!reference)
    return errorReply(reference.error().message);
  auto samples =
      time(*found->second, request.getInteger("samples").value_or(15));
  if (!samples)
    return errorReply(samples.error().message);
  return json::Object{{"ok", true},
                      {"ps", json::Array(samples->ps)},
                      {"probe_ps", ::pr::median(reference->ps)},
                      {"batch", samples->batch},
                      {"rejected", samples->rejected},
                      {"interrupted", samples->interrupted},
                      {"unsteady", samples->unsteady}};
}

json::Object Worker::answer(const json::Object &request) {
  if (auto id = request.getInteger("compile"))
    return compile(*id, request);
  if (auto id = request.getInteger("measure"))
    return measure(*id, request);
  if (auto id = request.getInteger("count"))
    return count(*id);
  if (request.get("forget")) {
    kernels.clear();
    return json::Object{{"ok", true}};
  }
  return errorReply("unknown request");
}

static void writeLine(int descriptor, json::Object object) {
  std::string line;
  llvm::raw_string_ostream(line) << json::Value(std::move(object)) << '\n';
  StringRef rest = line;
  while (!rest.empty()) {
    ssize_t count = ::write(descriptor, rest.data(), rest.size());
    if (count <= 0)
      return;
    rest = rest.drop_front(count);
  }
}

int mlir::pr::hostWorkerMain(char **argv, HostWorkerHooks hooks) {
  // Whatever libraries or generated code print must not get between the lines.
  int replies = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  StringRef profile = argv[2];
  if (!profile.consume_front(kCounted))
    profile = "";
  Worker worker(machineWith(argv[2]), profile.str(), std::move(hooks));
  writeLine(replies, worker.greeting());
  std::string line;
  while (std::getline(std::cin, line)) {
    auto request = json::parse(line);
    if (!request)
      llvm::consumeError(request.takeError());
    const json::Object *object = request ? request->getAsObject() : nullptr;
    writeLine(replies, object ? worker.answer(*object)
                              : errorReply("the request is no JSON object"));
  }
  return 0;
}
