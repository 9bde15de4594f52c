// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/InstructionCounter.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define PR_HAVE_CALLGRIND 1
#endif

using namespace pr;

/// Below this, what a first run does for all later ones shows in the count.
static constexpr int64_t kNoLongerShort = 3'000'000;

Expected<void> InstructionCounter::checkBuilt() {
#ifdef PR_HAVE_CALLGRIND
  return {};
#else
  return makeError(ErrorKind::Unsupported,
                   "this program was built without valgrind's headers (Debian "
                   "package 'valgrind')");
#endif
}

/// The events that a profile adds up to; 0 where it holds none.
static int64_t totalOf(std::ifstream &&profile) {
  std::string line;
  while (std::getline(profile, line))
    if (line.rfind("totals: ", 0) == 0)
      return std::strtoll(line.c_str() + std::strlen("totals: "), nullptr, 10);
  return 0;
}

#ifdef PR_HAVE_CALLGRIND
/// Callgrind writes down what `run` did.
static void collect(const std::function<void()> &run, bool onlyThere) {
  if (onlyThere)
    CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
  run();
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS;
  if (onlyThere)
    CALLGRIND_STOP_INSTRUMENTATION;
}
#else
static void collect(const std::function<void()> &, bool) {}
#endif

Expected<int64_t>
InstructionCounter::countOnce(const std::function<void()> &run) {
  collect(run, onlyThere);
  std::string file = profile + "." + std::to_string(++dumps);
  int64_t instructions = totalOf(std::ifstream(file));
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  if (instructions <= 0)
    return makeError(ErrorKind::Measurement,
                     "callgrind wrote no count to '" + file + "'");
  return instructions;
}

Expected<int64_t> InstructionCounter::count(const std::function<void()> &run) {
  auto instructions = countOnce(run);
  if (!instructions || *instructions >= kNoLongerShort)
    return instructions;
  return countOnce(run);
}
