// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The driver of one hardware configuration: an external command target.
#include "Server.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>

using namespace systolic;

namespace {

constexpr const char *kUsage =
    "options: --latency=N --jitter=N --stall=PERCENT --seed=N --data-seed=N\n"
    "         --clock-mhz=X --max-cycles=N --layer='matmul m=8 n=8 k=8 : i8, "
    "i8 -> i32'\n"
    "Without --layer, serves requests on standard input.\n";

/// "--name=value" with a number in [low, high].
template <typename Number>
bool parseOption(const char *argument, const char *name, uint64_t low,
                 uint64_t high, Number &value) {
  size_t length = std::strlen(name);
  if (std::strncmp(argument, name, length) != 0)
    return false;
  const char *begin = argument + length, *end = begin + std::strlen(begin);
  uint64_t number = 0;
  auto [stop, status] = std::from_chars(begin, end, number);
  if (status != std::errc() || stop != end || number < low || number > high) {
    std::cerr << "'" << argument << "': expected a number from " << low
              << " to " << high << "\n";
    std::exit(2);
  }
  value = Number(number);
  return true;
}

bool parseArgument(const char *argument, ServerOptions &options,
                   std::string &layer) {
  constexpr uint64_t any = std::numeric_limits<uint64_t>::max();
  MemoryOptions &memory = options.simulation.memory;
  if (std::strncmp(argument, "--layer=", 8) == 0) {
    layer = argument + 8;
    return true;
  }
  if (std::strncmp(argument, "--clock-mhz=", 12) == 0) {
    options.clockMHz = std::atof(argument + 12);
    return options.clockMHz > 0 && std::isfinite(options.clockMHz);
  }
  return parseOption(argument, "--latency=", 1, 1000000, memory.latency) ||
         parseOption(argument, "--jitter=", 0, 1000000, memory.jitter) ||
         parseOption(argument, "--stall=", 0, 90, memory.stall) ||
         parseOption(argument, "--seed=", 0, any, memory.seed) ||
         parseOption(argument, "--data-seed=", 0, any, options.dataSeed) ||
         parseOption(argument, "--max-cycles=", 1, any,
                     options.simulation.maxCycles);
}

/// One layer from the command line: what a person sees.
int runOne(const Server &server, const std::string &layer) {
  bool ok = false;
  std::cout << server.measure(layer, ok) << "\n";
  return ok ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  ServerOptions options;
  std::string layer;
  for (int i = 1; i < argc; ++i)
    if (!parseArgument(argv[i], options, layer)) {
      std::cerr << "unknown option '" << argv[i] << "'\n" << kUsage;
      return 2;
    }
  Server server(hardware(), options);
  if (!layer.empty())
    return runOne(server, layer);
  server.serve(std::cin, std::cout);
  return 0;
}
