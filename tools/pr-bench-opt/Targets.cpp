// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Targets.h"

#include "pr/Conversion/MaterializeLayer.h"
#include "pr/Target/CommandTarget.h"
#include "pr/Target/Subprocess.h"
#include "pr/Target/TableTarget.h"

using namespace mlir::pr;
using ::pr::Expected;
using ::pr::Target;
using ::pr::TargetProvider;
using ::pr::TargetRegistry;

using TargetOrError = Expected<std::unique_ptr<Target>>;

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

TargetRegistry mlir::pr::makeTargetRegistry() {
  TargetRegistry registry;
  addCommand(registry);
  addTable(registry);
  return registry;
}
