// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// onednn-runner: oneDNN's kernels as an external command target. One level of
// instruction set for each process; a crash or a hang of the library costs the
// layer that it was asked for.
#include "Server.h"

#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <omp.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

using namespace onednn;

static constexpr size_t kLongestUsualLine = size_t(1) << 16;

static constexpr const char *kUsage =
    "usage: onednn-runner [--isa=all|avx512|avx2|sse41] [--counted]\n"
    "Serves requests on standard input (include/pr/Target/CommandTarget.h).\n"
    "--counted: instructions below valgrind instead of time; with --isa=avx2,\n"
    "the most that valgrind knows.\n";

static std::optional<ServerOptions> parseArguments(int argc, char **argv) {
  ServerOptions options{"onednn", "all"};
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument == "--counted")
      options.counted = true;
    else if (argument.rfind("--isa=", 0) == 0)
      options.isa = argument.substr(6);
    else
      return std::nullopt;
  }
  if (options.isa != "all" && options.isa != "avx512" &&
      options.isa != "avx2" && options.isa != "sse41")
    return std::nullopt;
  if (options.counted && options.isa != "avx2")
    return std::nullopt;
  if (options.counted)
    options.target += "-counted";
  else if (options.isa != "all")
    options.target += "-" + options.isa;
  return options;
}

/// Before oneDNN looks at the processor. False where this processor, or this
/// oneDNN, does not have the level.
static bool limitTo(const std::string &isa) {
  if (isa == "all")
    return true;
  dnnl::cpu_isa level = isa == "avx512" ? dnnl::cpu_isa::avx512_core
                        : isa == "avx2" ? dnnl::cpu_isa::avx2
                                        : dnnl::cpu_isa::sse41;
  return dnnl::set_max_cpu_isa(level) == dnnl::status::success &&
         dnnl::get_effective_cpu_isa() == level;
}

static void writeLine(int descriptor, std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    ssize_t count = ::write(descriptor, rest.data(), rest.size());
    if (count <= 0)
      return;
    rest.remove_prefix(count);
  }
}

/// What the library keeps, and so the instructions it needs, depends on what it
/// has done before. A child begins where all others began.
static void answerInChild(Server &server, const std::string &line,
                          int replies) {
  pid_t child = ::fork();
  if (child == 0) {
    writeLine(replies, server.reply(line));
    leaveWithoutProfile();
  }
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  removeProfile();
  if (child < 0 || WIFSIGNALED(status))
    // As a crash of this process would: the layer is lost, the target restarts.
    throw std::runtime_error(child < 0 ? "cannot fork" : "the library crashed");
}

static void serve(const ServerOptions &options, int replies) {
  Server server(options);
  writeLine(replies, server.greeting());
  std::string line;
  // Not to grow with what has been read.
  line.reserve(kLongestUsualLine);
  while (std::getline(std::cin, line))
    if (options.counted)
      answerInChild(server, line, replies);
    else
      writeLine(replies, server.reply(line));
}

int main(int argc, char **argv) {
  auto options = parseArguments(argc, argv);
  if (!options) {
    std::cerr << kUsage;
    return 2;
  }
  if (options->counted && !runsUnderCallgrind()) {
    std::string reason = reenterUnderCallgrind(argv);
    std::cerr << "onednn-runner: " << reason << "\n";
    return 1;
  }
  // What the library prints must not get between the lines.
  int replies = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  ::omp_set_num_threads(1);
  if (!limitTo(options->isa)) {
    std::cerr << "onednn-runner: this processor has no " << options->isa
              << " that oneDNN can use\n";
    return 1;
  }
  try {
    serve(*options, replies);
  } catch (const std::exception &failure) {
    std::cerr << "onednn-runner: " << failure.what() << "\n";
    return 1;
  }
  if (options->counted)
    leaveWithoutProfile();
  return 0;
}
