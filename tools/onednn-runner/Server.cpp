// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Server.h"

#include "Support.h"
#include "pr/Target/Sampling.h"

#include <fstream>

using namespace onednn;
using Json = Server::Json;

/// What the reference probe computes: tens of microseconds of arithmetic in the
/// caches.
static constexpr const char *kProbeLayer =
    "matmul m=128 n=128 k=128 : f32, f32 -> f32";
static constexpr const char *kWarmUpLayers[] = {
    "conv2d oc=8 ic=8 oh=4 ow=4 kh=3 kw=3 : f32, f32 -> f32",
    "conv2d oc=8 ic=8 oh=4 ow=4 kh=3 kw=3 : i8, i8 -> i32",
    "matmul m=8 n=8 k=8 : f32, f32 -> f32",
    "matmul m=8 n=8 k=8 : i8, i8 -> i32",
    "matmul m=8 n=8 k=8 : ui8, i8 -> i32"};
static constexpr int kProbeSamples = 5;
static constexpr int kMostRepeats = 1000;

static bool hasBf16() {
#if defined(__x86_64__)
  switch (dnnl::get_effective_cpu_isa()) {
  case dnnl::cpu_isa::avx512_core:
  case dnnl::cpu_isa::avx512_core_vnni:
  case dnnl::cpu_isa::avx512_core_bf16:
  case dnnl::cpu_isa::avx512_core_amx:
    return true;
  default:
    return false;
  }
#else
  return false;
#endif
}

static std::string processorName() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line))
    if (line.rfind("model name", 0) == 0)
      return line.substr(line.find(':') + 2);
  return "unknown";
}

static std::string libraryVersion() {
  const dnnl_version_t *version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) +
         "." + std::to_string(version->patch);
}

Server::Server(ServerOptions chosen)
    : options(std::move(chosen)), engine(dnnl::engine::kind::cpu, 0),
      stream(engine) {
  info.name = options.target;
  info.countsCycles = options.counted;
  info.kinds = supportedKinds(hasBf16());
  if (options.counted) {
    warmUp();
    return;
  }
  core = pr::pinToLastProcessor();
  probe = std::move(*createKernel(kProbeLayer, probeArena));
}

pr::Expected<Kernel> Server::createKernel(const char *layer, Arena &memory) {
  auto recipe = makeRecipe(*pr::parseLayer(layer), engine);
  return Kernel::create(std::move(*recipe), engine, memory);
}

/// What the library makes once for all layers, code above all, belongs to none.
void Server::warmUp() {
  for (const char *layer : kWarmUpLayers)
    run(*createKernel(layer, arena));
}

std::string Server::greeting() const {
  return Json{{"protocol", 1},
              {"target", info.name},
              {"clock_mhz", nullptr},
              {"info", Json::parse(info.toJson())}}
      .dump();
}

Json Server::conditions(const Recipe &recipe) const {
  Json conditions{{"kernel", recipe.kernel},
                  {"operation", recipe.operation},
                  {"isa", options.isa},
                  {"layouts", "chosen by oneDNN, reorders excluded"},
                  {"onednn", libraryVersion()},
                  {"threads", 1}};
  if (options.counted) {
    conditions["unit"] = "instructions";
    return conditions;
  }
  conditions["cache"] = "warm";
  conditions["core"] = core;
  conditions["cpu"] = processorName();
  return conditions;
}

void Server::run(const Kernel &kernel) {
  kernel.run(stream);
  stream.wait();
}

pr::Expected<Json> Server::time(const Kernel &kernel, int repeats) {
  pr::Samples reference =
      pr::sample([&] { run(*probe); }, kProbeSamples, clock);
  pr::Samples samples = pr::sample([&] { run(kernel); }, repeats, clock);
  return Json{{"samples_ps", samples.ps},
              {"probe_ps", pr::median(reference.ps)},
              {"conditions",
               {{"batch", samples.batch},
                {"rejected_samples", samples.rejected},
                {"interrupted", samples.interrupted},
                {"unsteady", samples.unsteady}}}};
}

pr::Expected<Json> Server::count(const Kernel &kernel) {
  auto instructions = counter.count([&] { run(kernel); });
  if (!instructions)
    return instructions.error();
  return Json{{"cycles", *instructions}, {"conditions", Json::object()}};
}

pr::Expected<Json> Server::measure(const std::string &text, int repeats) {
  auto layer = pr::parseLayer(text);
  if (!layer)
    return layer.error();
  if (auto legal = info.checkLegal(*layer); !legal)
    return legal.error();
  auto recipe = makeRecipe(*layer, engine);
  if (!recipe)
    return recipe.error();
  Json described = conditions(*recipe);
  auto kernel = Kernel::create(std::move(*recipe), engine, arena);
  if (!kernel)
    return kernel.error();
  auto measured = options.counted ? count(*kernel) : time(*kernel, repeats);
  if (measured)
    (*measured)["conditions"].update(described);
  return measured;
}

static std::string print(const Json &reply) {
  return reply.dump(-1, ' ', false, Json::error_handler_t::replace);
}

static std::string errorReply(const Json &id, const std::string &message) {
  return print({{"id", id}, {"status", "error"}, {"error", message}});
}

std::string Server::reply(const std::string &line) {
  Json request = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!request.is_object())
    return errorReply(nullptr, "the request is not a JSON object");
  Json id = request.value("id", Json());
  if (!request.contains("layer") || !request["layer"].is_string())
    return errorReply(id, "the request has no string 'layer'");
  int repeats = 15;
  if (Json wanted = request.value("repeats", Json());
      wanted.is_number_integer())
    repeats =
        std::clamp(wanted.get<int64_t>(), int64_t(1), int64_t(kMostRepeats));
  try {
    auto measured = measure(request["layer"].get<std::string>(), repeats);
    if (!measured)
      return errorReply(id, measured.error().message);
    Json reply{{"id", id}, {"status", "ok"}};
    reply.update(*measured);
    return print(reply);
  } catch (const dnnl::error &failure) {
    if (failure.status == dnnl_unimplemented)
      return errorReply(id, "oneDNN has no kernel for this layer at level '" +
                                options.isa + "'");
    return errorReply(id, std::string("oneDNN: ") + failure.what());
  } catch (const std::exception &failure) {
    return errorReply(id, failure.what());
  }
}
