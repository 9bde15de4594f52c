// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "HostWorkerProcess.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace mlir;
using namespace mlir::pr;
using ::pr::Expected;
namespace json = llvm::json;

/// Compiling the probe; LLVM's libraries come from the disk the first time.
static constexpr double kStartTimeoutSeconds = 120;
/// How much longer answers and the start, most of which is loading, may take
/// below valgrind.
static constexpr double kCountedSlowdown = 20, kCountedStartSlowdown = 5;
static constexpr int kMostFailedStarts = 3;

static ::pr::Error measurementError(std::string message) {
  return ::pr::makeError(::pr::ErrorKind::Measurement, std::move(message));
}

static std::string ownProgram() {
  char path[4096];
  ssize_t length = ::readlink("/proc/self/exe", path, sizeof(path));
  return length > 0 ? std::string(path, length) : "";
}

/// Where callgrind puts what it counted, with a number behind it.
static std::string profileName() {
  SmallString<128> folder;
  llvm::sys::path::system_temp_directory(/*erasedOnReboot=*/true, folder);
  llvm::sys::path::append(folder,
                          "pr-host-counted-" + std::to_string(::getpid()));
  return folder.str().str();
}

WorkerProcess::~WorkerProcess() {
  process.reset();
  if (counted)
    llvm::sys::fs::remove(profileName());
}

std::vector<std::string> WorkerProcess::commandLine() const {
  if (!counted)
    return {ownProgram(), "--host-worker", std::to_string(vectorBits)};
  // Binding names as they are first called would be counted.
  return {"env",
          "LD_BIND_NOW=1",
          "valgrind",
          "-q",
          "--vgdb=no",
          "--tool=callgrind",
          "--collect-atstart=no",
          "--instr-atstart=no",
          "--callgrind-out-file=" + profileName(),
          ownProgram(),
          "--host-worker",
          "counted:" + profileName()};
}

Expected<json::Object> WorkerProcess::readReply(double timeoutSeconds) {
  auto line = process->readLine(timeoutSeconds);
  if (!line)
    return line.error();
  auto value = json::parse(*line);
  if (!value)
    llvm::consumeError(value.takeError());
  if (!value || !value->getAsObject())
    return measurementError("answered '" + line->substr(0, 80) + "'");
  return std::move(*value->getAsObject());
}

Expected<void> WorkerProcess::start() {
  auto started = ::pr::Subprocess::start(commandLine());
  if (!started)
    return started.error();
  process = std::move(*started);
  ++starts;
  auto reply =
      readReply(kStartTimeoutSeconds * (counted ? kCountedStartSlowdown : 1));
  if (!reply)
    return measurementError("the worker " + reply.error().message);
  if (!reply->getBoolean("ok").value_or(false))
    return measurementError(
        reply->getString("error").value_or("the worker does not start").str());
  greeting = std::move(*reply);
  return {};
}

Expected<void> WorkerProcess::ensureRunning() {
  if (process)
    return {};
  if (failedStarts >= kMostFailedStarts)
    return measurementError("the worker does not start");
  auto ok = start();
  failedStarts = ok ? 0 : failedStarts + 1;
  if (!ok)
    process.reset();
  return ok;
}

Expected<json::Object> WorkerProcess::ask(json::Object request,
                                          double timeoutSeconds) {
  std::string line;
  llvm::raw_string_ostream(line) << json::Value(std::move(request));
  if (counted)
    timeoutSeconds *= kCountedSlowdown;
  auto sent = process->writeLine(line, timeoutSeconds);
  auto reply =
      sent ? readReply(timeoutSeconds) : Expected<json::Object>(sent.error());
  if (!reply) {
    process.reset();
    return measurementError("the generated code " + reply.error().message);
  }
  if (!reply->getBoolean("ok").value_or(false))
    return measurementError(
        reply->getString("error").value_or("no reason given").str());
  return reply;
}
