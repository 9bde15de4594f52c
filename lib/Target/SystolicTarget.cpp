// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/SystolicTarget.h"

#include "Programs.h"
#include "pr/Target/CommandTarget.h"

using namespace pr;

static constexpr const char *kLauncher = "systolic-rtl";
/// A configuration is verilated before it greets: minutes for a large array on
/// a busy machine.
static constexpr double kGreetingTimeoutSeconds = 1800;

static Expected<void> checkAvailable() {
  auto missing = [](const std::string &what) {
    return makeError(ErrorKind::Unsupported, what);
  };
  if (findCompanion(kLauncher).empty())
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
  std::vector<std::string> argv = {findCompanion(kLauncher)};
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
