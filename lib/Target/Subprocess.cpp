// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/Subprocess.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace pr;

using Clock = std::chrono::steady_clock;

static constexpr size_t kLongestLine = size_t(16) << 20;

namespace {
/// Writing to a child that is gone must not kill the caller, whatever the
/// caller does with SIGPIPE elsewhere.
class PipeSignalBlocked {
public:
  PipeSignalBlocked() {
    sigemptyset(&pipeSignal);
    sigaddset(&pipeSignal, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    wasPending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipeSignal, &before);
  }
  ~PipeSignalBlocked() {
    timespec now{0, 0};
    if (!wasPending)
      while (sigtimedwait(&pipeSignal, nullptr, &now) < 0 && errno == EINTR) {
      }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

private:
  sigset_t pipeSignal, before;
  bool wasPending;
};

/// The ends of the pipes between a parent and its child.
struct Pipes {
  int toChild[2] = {-1, -1}, fromChild[2] = {-1, -1}, execError[2] = {-1, -1};

  bool open() {
    return ::pipe2(toChild, O_CLOEXEC) == 0 &&
           ::pipe2(fromChild, O_CLOEXEC) == 0 &&
           ::pipe2(execError, O_CLOEXEC) == 0;
  }
  static void close(int &descriptor) {
    if (descriptor >= 0)
      ::close(descriptor);
    descriptor = -1;
  }
  ~Pipes() {
    for (int *pair : {toChild, fromChild, execError})
      close(pair[0]), close(pair[1]);
  }
};
} // namespace

/// In the child: nothing but async-signal-safe calls.
[[noreturn]] static void becomeChild(Pipes &pipes, char *const *argv,
                                     pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent)
    ::_exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(pipes.toChild[0], 0);
  ::dup2(pipes.fromChild[1], 1);
  ::execvp(argv[0], argv);
  int reason = errno;
  [[maybe_unused]] ssize_t written =
      ::write(pipes.execError[1], &reason, sizeof(reason));
  ::_exit(127);
}

Expected<Subprocess> Subprocess::start(const std::vector<std::string> &argv) {
  if (argv.empty() || argv[0].empty())
    return invalidInput("no program to run");
  auto fail = [&](int reason) {
    return makeError(ErrorKind::Io,
                     "cannot run '" + argv[0] + "': " + std::strerror(reason));
  };
  Pipes pipes;
  if (!pipes.open())
    return fail(errno);
  std::vector<char *> arguments;
  for (const std::string &argument : argv)
    arguments.push_back(const_cast<char *>(argument.c_str()));
  arguments.push_back(nullptr);

  pid_t parent = ::getpid();
  pid_t child = ::fork();
  if (child < 0)
    return fail(errno);
  if (child == 0)
    becomeChild(pipes, arguments.data(), parent);
  ::setpgid(child, child); // Both sides: whichever comes first.
  Pipes::close(pipes.execError[1]);
  int reason = 0;
  ssize_t count;
  do
    count = ::read(pipes.execError[0], &reason, sizeof(reason));
  while (count < 0 && errno == EINTR);
  if (count == sizeof(reason)) {
    ::waitpid(child, nullptr, 0);
    return fail(reason);
  }
  ::fcntl(pipes.toChild[1], F_SETFL, O_NONBLOCK);
  ::fcntl(pipes.fromChild[0], F_SETFL, O_NONBLOCK);
  return Subprocess(child, std::exchange(pipes.toChild[1], -1),
                    std::exchange(pipes.fromChild[0], -1));
}

Subprocess::Subprocess(Subprocess &&other) noexcept
    : child(std::exchange(other.child, -1)),
      input(std::exchange(other.input, -1)),
      output(std::exchange(other.output, -1)), buffer(std::move(other.buffer)) {
}

Subprocess &Subprocess::operator=(Subprocess &&other) noexcept {
  std::swap(child, other.child);
  std::swap(input, other.input);
  std::swap(output, other.output);
  std::swap(buffer, other.buffer);
  return *this;
}

Subprocess::~Subprocess() { kill(); }

void Subprocess::kill() {
  Pipes::close(input);
  Pipes::close(output);
  if (child > 0) {
    ::kill(-child, SIGKILL);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  child = -1;
}

std::string Subprocess::describeEnd() {
  int status = 0;
  // A child that closed its output ends soon, or is made to.
  for (int i = 0; i < 50; ++i) {
    pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) {
      ::kill(-child, SIGKILL); // What it may have left behind.
      child = -1;
      if (WIFSIGNALED(status))
        return std::string("was killed by signal ") +
               std::to_string(WTERMSIG(status)) + " (" +
               ::strsignal(WTERMSIG(status)) + ")";
      return "exited with status " + std::to_string(WEXITSTATUS(status));
    }
    ::poll(nullptr, 0, 10);
  }
  return "closed its output";
}

Error Subprocess::failed(const std::string &what) {
  kill();
  return makeError(ErrorKind::Measurement, what);
}

/// Milliseconds left, rounded up; 0 when the deadline has passed.
static int millisecondsUntil(Clock::time_point deadline) {
  auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(
      std::clamp<int64_t>(left.count(), 0, int64_t(1) << 30));
}

static Clock::time_point deadlineAfter(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(seconds));
}

static std::string inSeconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g s", seconds);
  return text;
}

/// Waits until the descriptor is ready; false when the time is over.
static bool waitFor(int descriptor, short events, Clock::time_point deadline) {
  while (true) {
    int left = millisecondsUntil(deadline);
    pollfd entry{descriptor, events, 0};
    int ready = ::poll(&entry, 1, left);
    if (ready > 0)
      return true;
    if (left == 0 || (ready < 0 && errno != EINTR))
      return false;
  }
}

Expected<void> Subprocess::writeLine(std::string_view line,
                                     double timeoutSeconds) {
  if (child < 0)
    return makeError(ErrorKind::Measurement, "the process has ended");
  PipeSignalBlocked guard;
  std::string text = std::string(line) + '\n';
  std::string_view rest = text;
  Clock::time_point deadline = deadlineAfter(timeoutSeconds);
  while (!rest.empty()) {
    ssize_t count = ::write(input, rest.data(), rest.size());
    if (count > 0) {
      rest.remove_prefix(count);
      continue;
    }
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 && errno != EAGAIN)
      return failed(describeEnd());
    if (!waitFor(input, POLLOUT, deadline))
      return failed("did not read its input within " +
                    inSeconds(timeoutSeconds));
  }
  return {};
}

Expected<std::string> Subprocess::readLine(double timeoutSeconds) {
  if (child < 0)
    return makeError(ErrorKind::Measurement, "the process has ended");
  Clock::time_point deadline = deadlineAfter(timeoutSeconds);
  size_t searched = 0;
  while (true) {
    if (size_t end = buffer.find('\n', searched); end != std::string::npos) {
      std::string line = buffer.substr(0, end);
      buffer.erase(0, end + 1);
      return line;
    }
    searched = buffer.size();
    if (buffer.size() > kLongestLine)
      return failed("wrote a line longer than 16 MiB");
    if (!waitFor(output, POLLIN, deadline))
      return failed("gave no answer within " + inSeconds(timeoutSeconds));
    char chunk[1 << 16];
    ssize_t count = ::read(output, chunk, sizeof(chunk));
    if (count > 0)
      buffer.append(chunk, count);
    else if (count == 0 || (errno != EINTR && errno != EAGAIN))
      return failed(describeEnd());
  }
}

Expected<std::vector<std::string>> pr::splitCommand(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool inWord = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      inWord = true;
    } else if (quote ? c == quote : (c == '\'' || c == '"')) {
      quote = quote ? 0 : c;
      inWord = true;
    } else if (c == ' ' && !quote) {
      if (inWord)
        words.push_back(std::exchange(word, ""));
      inWord = false;
    } else {
      word += c;
      inWord = true;
    }
  }
  if (quote)
    return invalidInput("the command '" + std::string(text) +
                        "' has a quote that does not end");
  if (inWord)
    words.push_back(word);
  if (words.empty())
    return invalidInput("no command to run");
  return words;
}
