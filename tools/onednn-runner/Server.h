// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runner's side of the protocol of external command targets.
#ifndef PR_TOOLS_ONEDNN_RUNNER_SERVER_H
#define PR_TOOLS_ONEDNN_RUNNER_SERVER_H

#include "Counter.h"
#include "Kernel.h"
#include "pr/Lattice/TargetInfo.h"
#include "pr/Target/Sampler.h"

#include <nlohmann/json.hpp>

#include <optional>

namespace onednn {

struct ServerOptions {
  /// As the target is called: "onednn-avx2".
  std::string target;
  /// The level of instruction set, as the user wrote it.
  std::string isa;
  bool counted = false;
};

class Server {
public:
  using Json = nlohmann::ordered_json;

  explicit Server(ServerOptions options);
  std::string greeting() const;
  /// The answer to one line. What oneDNN throws ends here.
  std::string reply(const std::string &line);

private:
  pr::Expected<Json> measure(const std::string &layer, int repeats);
  pr::Expected<Json> time(const Kernel &kernel, int repeats);
  pr::Expected<Json> count(const Kernel &kernel);
  Json conditions(const Recipe &recipe) const;
  /// Of a layer of the runner's own, which oneDNN has.
  pr::Expected<Kernel> createKernel(const char *layer, Arena &memory);
  void warmUp();
  void run(const Kernel &kernel);

  ServerOptions options;
  pr::TargetInfo info;
  dnnl::engine engine;
  dnnl::stream stream;
  int core = -1;
  Arena arena, probeArena;
  std::optional<Kernel> probe;
  pr::SamplerClock clock = pr::SamplerClock::real();
  pr::InstructionCounter counter = makeCounter();
};

} // namespace onednn

#endif // PR_TOOLS_ONEDNN_RUNNER_SERVER_H
