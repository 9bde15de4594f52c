// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Output.h"

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <unistd.h>

using namespace mlir::pr;

bool mlir::pr::writeWholeLine(std::string line) {
  line += '\n';
  sigset_t interrupts, before;
  sigemptyset(&interrupts);
  sigaddset(&interrupts, SIGINT);
  sigaddset(&interrupts, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &interrupts, &before);
  std::string_view rest = line;
  while (!rest.empty()) {
    ssize_t count = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (count > 0)
      rest.remove_prefix(count);
    else if (count < 0 && errno != EINTR)
      break;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return rest.empty();
}

ProgressReport::ProgressReport(bool always)
    : terminal(::isatty(STDERR_FILENO)), enabled(always || terminal),
      begin(Clock::now()), lastDrawn(begin) {}

ProgressReport::~ProgressReport() {
  if (drawn && terminal)
    std::fputc('\n', stderr);
}

void ProgressReport::update(size_t done, size_t total) {
  if (!enabled || total == 0)
    return;
  Clock::time_point now = Clock::now();
  auto quiet = std::chrono::milliseconds(terminal ? 100 : 1000);
  if (done < total && now - lastDrawn < quiet)
    return;
  lastDrawn = now;
  drawn = true;
  double spent = std::chrono::duration<double>(now - begin).count();
  long left =
      done ? std::lround(spent / double(done) * double(total - done)) : 0;
  std::fprintf(stderr, "%s[%zu/%zu] %zu %%, %ld:%02ld left%s",
               terminal ? "\r" : "", done, total, done * 100 / total, left / 60,
               left % 60, terminal ? "  " : "\n");
  std::fflush(stderr);
}
