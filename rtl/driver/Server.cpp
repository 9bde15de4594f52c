// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Server.h"
#include "LayerText.h"

#include <nlohmann/json.hpp>

#include <exception>
#include <istream>
#include <ostream>

using namespace systolic;
using Json = nlohmann::ordered_json;

std::string Server::targetName() const {
  const MemoryOptions &memory = options.simulation.memory;
  std::string name = "systolic-rtl[rows=" + std::to_string(hw.rows) +
                     ",cols=" + std::to_string(hw.cols) +
                     ",width=" + std::to_string(hw.width) +
                     ",dataflow=" + hw.dataflow() +
                     ",depth=" + std::to_string(hw.depth) +
                     ",inflight=" + std::to_string(hw.inFlight) +
                     ",queue=" + std::to_string(hw.queue) +
                     ",latency=" + std::to_string(memory.latency);
  if (memory.jitter || memory.stall)
    name += ",jitter=" + std::to_string(memory.jitter) +
            ",stall=" + std::to_string(memory.stall) +
            ",seed=" + std::to_string(memory.seed);
  return name + "]";
}

std::string Server::greeting() const {
  return Json{{"protocol", 1},
              {"target", targetName()},
              {"clock_mhz", options.clockMHz}}
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
Outcome Server::measure(const Problem &problem) const {
  Outcome outcome;
  try {
    outcome = simulate(hw, problem, options.dataSeed, options.simulation);
  } catch (const std::exception &exception) {
    outcome.error = exception.what();
  }
  return outcome;
}

std::string Server::reply(const std::string &line) const {
  Json request = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!request.is_object())
    return errorReply(nullptr, "the request is not a JSON object").dump();
  Json id = request.value("id", Json());
  if (!request.contains("layer") || !request["layer"].is_string())
    return errorReply(id, "the request has no string 'layer'").dump();

  Problem problem;
  std::string error;
  if (!parseLayerText(request["layer"].get<std::string>(), problem, error))
    return errorReply(id, error).dump();
  Outcome outcome = measure(problem);
  if (!outcome.error.empty())
    return errorReply(id, outcome.error).dump();
  return okReply(id, outcome).dump();
}

void Server::serve(std::istream &requests, std::ostream &replies) const {
  replies << greeting() << std::endl;
  std::string line;
  while (std::getline(requests, line))
    if (!line.empty())
      replies << reply(line) << std::endl;
}
