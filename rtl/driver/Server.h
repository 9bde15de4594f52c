// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The protocol of external command targets: JSON Lines, a greeting, then a
// reply to each request.
#ifndef SYSTOLIC_SERVER_H
#define SYSTOLIC_SERVER_H

#include "LayerProblem.h"
#include "Simulation.h"

#include <nlohmann/json_fwd.hpp>

#include <iosfwd>

namespace systolic {

struct ServerOptions {
  SimulationOptions simulation;
  double clockMHz = 1000;
  uint64_t dataSeed = 1;
};

class Server {
public:
  Server(const Hardware &hardware, const ServerOptions &options);

  std::string greeting() const;
  /// The reply to one request, or to a line that is none.
  std::string reply(const std::string &line) const;
  /// The reply to a layer alone; `ok` says whether it was measured.
  std::string measure(const std::string &layer, bool &ok) const;
  void serve(std::istream &requests, std::ostream &replies) const;

private:
  nlohmann::ordered_json answer(const nlohmann::ordered_json &id,
                                const std::string &layer) const;
  pr::Expected<Outcome> run(const std::string &layer) const;

  Hardware hw;
  ServerOptions options;
  pr::TargetInfo info;
};

} // namespace systolic

#endif // SYSTOLIC_SERVER_H
