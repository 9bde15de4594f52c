// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Server.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <exception>
#include <istream>
#include <ostream>

using namespace systolic;
using Json = nlohmann::ordered_json;

/// Parameters as the launcher takes them, and their defaults.
static std::map<std::string, std::pair<int64_t, int64_t>>
parameters(const Hardware &hw, const MemoryOptions &memory) {
  return {{"rows", {hw.rows, 4}},
          {"cols", {hw.cols, 4}},
          {"width", {hw.width, 8}},
          {"dataflow", {hw.weightStationary, 0}},
          {"depth", {hw.depth, 64}},
          {"inflight", {hw.inFlight, 32}},
          {"queue", {hw.queue, 4}},
          {"latency", {memory.latency, MemoryOptions().latency}},
          {"jitter", {memory.jitter, 0}},
          {"stall", {memory.stall, 0}},
          {"seed", {memory.seed, MemoryOptions().seed}}};
}

static pr::TargetInfo describe(const Hardware &hw,
                               const ServerOptions &options) {
  pr::TargetInfo info;
  std::string chosen;
  for (const auto &[name, value] : parameters(hw, options.simulation.memory)) {
    info.parameters[name] = value.first;
    if (value.first != value.second)
      chosen += (chosen.empty() ? "" : ",") + name + "=" +
                std::to_string(value.first);
  }
  info.name = "systolic-rtl" + (chosen.empty() ? "" : "[" + chosen + "]");
  info.descriptionHash = hw.digest;
  info.clockKhz = std::llround(options.clockMHz * 1000);
  info.countsCycles = true;
  info.kinds = supportedKinds();
  return info;
}

Server::Server(const Hardware &hardware, const ServerOptions &options)
    : hw(hardware), options(options), info(describe(hardware, options)) {}

std::string Server::greeting() const {
  return Json{{"protocol", 1},
              {"target", info.name},
              {"clock_mhz", options.clockMHz},
              {"info", Json::parse(info.toJson())}}
      .dump();
}

static Json errorReply(const Json &id, const std::string &message) {
  return {{"id", id}, {"status", "error"}, {"error", message}};
}

static Json okReply(const Json &id, const Outcome &outcome) {
  return {{"id", id},
          {"status", "ok"},
          {"cycles", outcome.cycles},
          {"conditions",
           {{"source", "rtl simulation"},
            {"result", "every element compared with a reference"},
            {"operands", "in the accelerator's own layout"}}},
          {"elements", outcome.checkedElements},
          {"simulation_seconds", outcome.seconds}};
}

/// What the libraries throw, running out of memory above all, ends here.
pr::Expected<Outcome> Server::run(const std::string &text) const {
  auto layer = pr::parseLayer(text);
  if (!layer)
    return layer.error();
  if (auto legal = info.checkLegal(*layer); !legal)
    return legal.error();
  auto problem = toProblem(*layer);
  if (!problem)
    return problem.error();
  try {
    return simulate(hw, *problem, options.dataSeed, options.simulation);
  } catch (const std::exception &exception) {
    return pr::makeError(pr::ErrorKind::Measurement, exception.what());
  }
}

Json Server::answer(const Json &id, const std::string &layer) const {
  auto outcome = run(layer);
  if (!outcome)
    return errorReply(id, outcome.error().message);
  return outcome->error.empty() ? okReply(id, *outcome)
                                : errorReply(id, outcome->error);
}

static std::string print(const Json &reply) {
  return reply.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Server::measure(const std::string &layer, bool &ok) const {
  Json reply = answer(0, layer);
  ok = reply["status"] == "ok";
  return print(reply);
}

std::string Server::reply(const std::string &line) const {
  Json request = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!request.is_object())
    return print(errorReply(nullptr, "the request is not a JSON object"));
  Json id = request.value("id", Json());
  if (!request.contains("layer") || !request["layer"].is_string())
    return print(errorReply(id, "the request has no string 'layer'"));
  return print(answer(id, request["layer"].get<std::string>()));
}

void Server::serve(std::istream &requests, std::ostream &replies) const {
  replies << greeting() << std::endl;
  std::string line;
  while (std::getline(requests, line))
    if (!line.empty())
      replies << reply(line) << std::endl;
}
