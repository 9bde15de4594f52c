// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Counter.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>
#include <valgrind/callgrind.h>
#include <vector>

using namespace onednn;
namespace fs = std::filesystem;

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

pr::InstructionCounter onednn::makeCounter() {
  removeProfile();
  return {profileName(), /*onlyThere=*/false};
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
