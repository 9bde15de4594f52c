// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/OneDnnTarget.h"

#include "Programs.h"
#include "pr/Target/CommandTarget.h"

using namespace pr;

static constexpr const char *kRunner = "onednn-runner";
/// Under valgrind on a busy machine the library takes its time to load.
static constexpr double kGreetingTimeoutSeconds = 120;

namespace {
struct Level {
  /// Of the target, and of the runner's option --isa.
  const char *name, *isa;
  const char *description;
  bool counted = false;
};
} // namespace

static const Level kLevels[] = {
    {"onednn", "all",
     "kernels of oneDNN on this CPU, one core: whatever instructions it has"},
    {"onednn-avx512", "avx512", "the same up to AVX-512 (foundation, BW, DQ)"},
    {"onednn-avx2", "avx2", "the same up to AVX2 and FMA"},
    {"onednn-sse41", "sse41", "the same up to SSE4.1"},
    {"onednn-counted", "avx2",
     "instructions, counted by callgrind, of oneDNN's AVX2 kernels: the same "
     "number every time",
     /*counted=*/true}};

static bool processorHas(const std::string &isa) {
#if defined(__x86_64__)
  if (isa == "avx512")
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
  if (isa == "avx2")
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return isa != "sse41" || __builtin_cpu_supports("sse4.1");
#else
  return isa == "all";
#endif
}

static Expected<void> checkAvailable(const Level &level) {
  auto missing = [](const std::string &what) {
    return makeError(ErrorKind::Unsupported, what);
  };
  if (findCompanion(kRunner).empty())
    return missing("its runner 'onednn-runner' is neither beside this program "
                   "nor on PATH: it is built where oneDNN is found (Debian "
                   "package 'libdnnl-dev')");
  if (!processorHas(level.isa))
    return missing("this processor has no " + std::string(level.isa));
  if (level.counted && findOnPath("valgrind").empty())
    return missing("'valgrind' is not on PATH (Debian package 'valgrind')");
  return {};
}

static Expected<std::unique_ptr<Target>> create(const Level &level,
                                                const std::string &text) {
  auto spec = parseTargetSpec(text);
  if (!spec)
    return spec.error();
  if (!spec->parameters.empty())
    return invalidInput("target '" + spec->name + "' has no parameter '" +
                        spec->parameters.begin()->first + "', it takes none");
  std::vector<std::string> argv = {findCompanion(kRunner),
                                   "--isa=" + std::string(level.isa)};
  if (level.counted)
    argv.push_back("--counted");
  return makeCommandTarget(argv, nullptr, kGreetingTimeoutSeconds);
}

std::vector<TargetProvider> pr::oneDnnProviders() {
  std::vector<TargetProvider> providers;
  for (const Level &level : kLevels) {
    TargetProvider provider;
    provider.pattern = level.name;
    provider.description = level.description;
    provider.needs = level.counted ? "libdnnl-dev when building, valgrind"
                                   : "libdnnl-dev when building";
    provider.available = [&level] { return checkAvailable(level); };
    provider.create = [&level](const std::string &text) {
      return create(level, text);
    };
    providers.push_back(std::move(provider));
  }
  return providers;
}
