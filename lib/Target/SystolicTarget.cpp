// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/SystolicTarget.h"

#include "pr/Target/CommandTarget.h"

#include <cstdlib>
#include <filesystem>
#include <unistd.h>

using namespace pr;
namespace fs = std::filesystem;

static constexpr const char *kLauncher = "systolic-rtl";
/// A configuration is verilated before it greets: minutes for a large array on
/// a busy machine.
static constexpr double kGreetingTimeoutSeconds = 1800;

static bool isProgram(const fs::path &path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) &&
         ::access(path.c_str(), X_OK) == 0;
}

/// Empty where there is none.
static std::string findOnPath(const std::string &name) {
  const char *path = std::getenv("PATH");
  std::string rest = path ? path : "";
  while (!rest.empty()) {
    size_t colon = rest.find(':');
    fs::path candidate = fs::path(rest.substr(0, colon)) / name;
    if (isProgram(candidate))
      return candidate;
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
  return "";
}

static std::string findLauncher() {
  std::error_code failed;
  fs::path program = fs::read_symlink("/proc/self/exe", failed);
  fs::path beside = program.parent_path() / kLauncher;
  return !failed && isProgram(beside) ? beside.string() : findOnPath(kLauncher);
}

static Expected<void> checkAvailable() {
  auto missing = [](const std::string &what) {
    return makeError(ErrorKind::Unsupported, what);
  };
  if (findLauncher().empty())
    return missing("its launcher 'systolic-rtl' is neither beside this program "
                   "nor on PATH");
  for (const char *tool : {"verilator", "make", "g++"})
    if (findOnPath(tool).empty())
      return missing("'" + std::string(tool) +
                     "' is not on PATH (Debian package '" + tool + "')");
  return {};
}

static Expected<std::unique_ptr<Target>> create(const std::string &text) {
  auto spec = parseTargetSpec(text);
  if (!spec)
    return spec.error();
  std::vector<std::string> argv = {findLauncher()};
  for (const auto &[name, value] : spec->parameters)
    argv.push_back(name + "=" + std::to_string(value));
  return makeCommandTarget(argv, nullptr, kGreetingTimeoutSeconds);
}

TargetProvider pr::systolicRtlProvider() {
  TargetProvider provider;
  provider.pattern = "systolic-rtl";
  provider.description =
      "a systolic array in SystemVerilog, simulated and checked: rows, cols, "
      "width, dataflow (0 output, 1 weight stationary), depth, inflight, "
      "queue, latency";
  provider.needs = "verilator, make and g++";
  provider.available = checkAvailable;
  provider.create = create;
  return provider;
}
