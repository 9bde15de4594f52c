// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The protocol of external command targets: JSON Lines, a greeting, then a
// reply to each request.
#ifndef SYSTOLIC_SERVER_H
#define SYSTOLIC_SERVER_H

#include "Simulation.h"

#include <iosfwd>

namespace systolic {

struct ServerOptions {
  SimulationOptions simulation;
  double clockMHz = 1000;
  uint64_t dataSeed = 1;
};

class Server {
public:
  Server(const Hardware &hardware, const ServerOptions &options)
      : hw(hardware), options(options) {}

  std::string greeting() const;
  /// The reply to one request, or to a line that is none.
  std::string reply(const std::string &line) const;
  void serve(std::istream &requests, std::ostream &replies) const;

private:
  std::string targetName() const;
  Outcome measure(const Problem &problem) const;

  Hardware hw;
  ServerOptions options;
};

} // namespace systolic

#endif // SYSTOLIC_SERVER_H
