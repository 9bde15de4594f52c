// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Counter.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <valgrind/callgrind.h>
#include <vector>

using namespace onednn;
namespace fs = std::filesystem;

/// Below this, what a first run does for all later ones shows in the count.
static constexpr int64_t kNoLongerShort = 3'000'000;

/// Where callgrind puts what it counted, with a number behind it. The process
/// has the same number before and below valgrind.
static std::string profileName() {
  std::error_code failed;
  fs::path folder = fs::temp_directory_path(failed);
  if (failed)
    folder = "/tmp";
  return folder / ("pr-onednn-counted-" + std::to_string(::getpid()));
}

std::string onednn::reenterUnderCallgrind(char **argv) {
  std::string profile = "--callgrind-out-file=" + profileName();
  std::error_code failed;
  std::string self = fs::read_symlink("/proc/self/exe", failed);
  std::vector<const char *> arguments = {
      "valgrind",      "-q",        "--tool=callgrind", "--collect-atstart=no",
      profile.c_str(), self.c_str()};
  while (*++argv)
    arguments.push_back(*argv);
  arguments.push_back(nullptr);
  // Binding names as they are first called would be counted.
  ::setenv("LD_BIND_NOW", "1", /*overwrite=*/1);
  ::execvp("valgrind", const_cast<char **>(arguments.data()));
  return std::string("cannot start valgrind (Debian package 'valgrind'): ") +
         std::strerror(errno);
}

bool onednn::runsUnderCallgrind() { return RUNNING_ON_VALGRIND; }

InstructionCounter::InstructionCounter() : profile(profileName()) {
  removeProfile();
}

void onednn::removeProfile() {
  std::error_code ignored;
  fs::remove(profileName(), ignored);
}

void onednn::leaveWithoutProfile() {
  // Another program in its place: valgrind then has nothing to finish.
  ::execl("/bin/true", "true", nullptr);
  std::_Exit(0);
}

/// The events that a profile adds up to; 0 where it holds none.
static int64_t totalOf(std::ifstream &&profile) {
  std::string line;
  while (std::getline(profile, line))
    if (line.rfind("totals: ", 0) == 0)
      return std::strtoll(line.c_str() + std::strlen("totals: "), nullptr, 10);
  return 0;
}

pr::Expected<int64_t>
InstructionCounter::countOnce(const std::function<void()> &run) {
  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
  run();
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS;
  std::string file = profile + "." + std::to_string(++dumps);
  int64_t instructions = totalOf(std::ifstream(file));
  std::error_code ignored;
  fs::remove(file, ignored);
  if (instructions <= 0)
    return pr::makeError(pr::ErrorKind::Measurement,
                         "callgrind wrote no count to '" + file + "'");
  return instructions;
}

pr::Expected<int64_t>
InstructionCounter::count(const std::function<void()> &run) {
  auto instructions = countOnce(run);
  if (!instructions || *instructions >= kNoLongerShort)
    return instructions;
  return countOnce(run);
}
