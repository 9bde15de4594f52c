// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Targets.h"

#include "pr/Conversion/DescribedTargets.h"
#include "pr/Conversion/HostTarget.h"
#include "pr/Conversion/MaterializeLayer.h"
#include "pr/Target/CommandTarget.h"
#include "pr/Target/OneDnnTarget.h"
#include "pr/Target/Subprocess.h"
#include "pr/Target/SystolicTarget.h"
#include "pr/Target/TableTarget.h"

using namespace mlir::pr;
using ::pr::Expected;
using ::pr::Target;
using ::pr::TargetProvider;
using ::pr::TargetRegistry;

static constexpr const char *kHost = "host", *kHostCounted = "host-counted";

using TargetOrError = Expected<std::unique_ptr<Target>>;

Expected<std::unique_ptr<HostTarget>>
mlir::pr::createHost(const std::string &text) {
  auto spec = ::pr::parseTargetSpec(text);
  if (!spec)
    return spec.error();
  if (spec->name != kHost && spec->name != kHostCounted)
    return ::pr::invalidInput("target '" + text +
                              "' runs layers only, not "
                              "networks; 'host' and 'host-counted' do");
  return makeHostTarget(spec->parameters, spec->name == kHostCounted);
}

static void addHost(TargetRegistry &registry) {
  TargetProvider host;
  host.create = [](const std::string &text) -> TargetOrError {
    auto target = createHost(text);
    if (!target)
      return target.error();
    return std::unique_ptr<Target>(std::move(*target));
  };
  host.pattern = kHost;
  host.description =
      "this CPU, one core, code from the project's own schedules";
  host.needs = "an x86-64 or AArch64 processor";
  host.available = checkHostTarget;
  registry.add(host);
  host.pattern = kHostCounted;
  host.description = "instructions, counted by callgrind, of the same code for "
                     "AVX2: the same number every time";
  host.needs = "an x86-64 processor with AVX2, valgrind";
  host.available = checkCountedHostTarget;
  registry.add(std::move(host));
}

static void addCommand(TargetRegistry &registry) {
  TargetProvider command;
  command.pattern = "command:";
  command.description =
      "any program that speaks JSON Lines: 'command:PROGRAM ARGUMENTS'";
  command.needs = "the program (see examples/command_target.py)";
  command.create = [](const std::string &text) -> TargetOrError {
    auto argv = ::pr::splitCommand(text.substr(std::string("command:").size()));
    if (!argv)
      return argv.error();
    return ::pr::makeCommandTarget(*argv, makeBenchModuleProvider());
  };
  registry.add(std::move(command));
}

static void addTable(TargetRegistry &registry) {
  TargetProvider table;
  table.pattern = "table:";
  table.description = "recorded output of this tool played back: 'table:FILE'";
  table.needs = "the file";
  table.create = [](const std::string &text) {
    return ::pr::makeTableTarget(text.substr(std::string("table:").size()));
  };
  registry.add(std::move(table));
}

/// Every architecture that comes with the project by its name, and any other
/// acadl file by its path.
static void addDescribed(TargetRegistry &registry) {
  TargetProvider described;
  described.needs = "nothing but the file";
  described.create = [](const std::string &text) -> TargetOrError {
    auto spec = ::pr::parseTargetSpec(text);
    if (!spec)
      return spec.error();
    return makeDescribedTarget(spec->name, spec->parameters);
  };
  described.parameters = [](const std::string &text)
      -> Expected<std::vector<::pr::TargetParameter>> {
    auto spec = ::pr::parseTargetSpec(text);
    if (!spec)
      return spec.error();
    return architectureParameters(spec->name);
  };
  for (const BuiltinArchitecture &architecture : builtinArchitectures()) {
    described.pattern = architecture.name;
    described.description =
        "accelerator described in architectures/" + architecture.name + ".mlir";
    registry.add(described);
  }
  described.pattern = "*.mlir";
  described.description = "accelerator described in an acadl file of yours";
  registry.add(described);
}

TargetRegistry mlir::pr::makeTargetRegistry() {
  TargetRegistry registry;
  addDescribed(registry);
  addCommand(registry);
  addTable(registry);
  addHost(registry);
  registry.add(::pr::systolicRtlProvider());
  for (TargetProvider &provider : ::pr::oneDnnProviders())
    registry.add(std::move(provider));
  return registry;
}
