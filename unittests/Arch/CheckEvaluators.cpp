// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compares the two evaluators on random pairs of an architecture and a layer:
// random machines with random programs, and the architectures that come with
// the project with random parameters and random layers. Every pair comes from
// one seed, which a report of a difference names.
//
//   pr-check-evaluators [--pairs N] [--seed S] [--length L] [--seconds T]
//                       [--forever]
//
// Prints one JSON object a second and one at the end. Exit status 1 after a
// difference, 2 for a wrong command line.
#include "Agreement.h"
#include "RandomMachine.h"
#include "ShippedPairs.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::test;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

namespace {
struct Options {
  int64_t pairs = 1000, length = 30'000;
  uint64_t seed = 1;
  double seconds = 0; ///< 0: no limit
  bool forever = false;
};

class Checker {
public:
  explicit Checker(const Options &options) : options(options) {}
  int run();

private:
  void check(uint64_t seed);
  void checkRandom(uint64_t seed, bool streams);
  void checkShipped(uint64_t seed);
  void report(uint64_t seed, const std::string &what,
              const Agreement &agreement);
  bool isOver() const;
  double spent() const {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }
  void print(uint64_t nextSeed, bool done) const;

  Options options;
  Clock::time_point begin = Clock::now();
  ShippedPairs shipped;
  std::map<std::string, Shares> shares; ///< by where the pairs come from
  int64_t pairs = 0, differences = 0;
};
} // namespace

static Json toJson(const Shares &shares) {
  return {{"pairs", shares.pairs},
          {"exact", shares.exact},
          {"approximate", shares.approximate},
          {"distance", shares.distance},
          {"continued", shares.continued},
          {"back_pressure", shares.backPressure},
          {"multi_issue", shares.multiIssue},
          {"port_conflict", shares.portConflict},
          {"long_period", shares.longPeriod},
          {"ragged", shares.ragged},
          {"instructions", shares.instructions},
          {"simulator_seconds", shares.simulatorSeconds},
          {"too_long", shares.tooLong},
          {"refused", shares.refused},
          {"differences", shares.differences}};
}

void Checker::print(uint64_t nextSeed, bool done) const {
  Json sources = Json::object();
  for (const auto &[name, share] : shares)
    sources[name] = toJson(share);
  Json line = {{"schema", 1},           {"done", done},
               {"pairs", pairs},        {"differences", differences},
               {"seconds", spent()},    {"first_seed", options.seed},
               {"next_seed", nextSeed}, {"sources", std::move(sources)}};
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

void Checker::report(uint64_t seed, const std::string &what,
                     const Agreement &agreement) {
  pairs += agreement.outcome != Agreement::TooLong &&
           agreement.outcome != Agreement::Refused;
  if (agreement.outcome != Agreement::Differs)
    return;
  ++differences;
  std::fprintf(stderr, "seed %llu: %s: %s\n", (unsigned long long)seed,
               what.c_str(), agreement.difference.c_str());
}

void Checker::checkRandom(uint64_t seed, bool streams) {
  RandomPair pair = makeRandomPair(seed, streams);
  Agreement agreement = compareEvaluators(pair.diagram, pair.program,
                                          pair.inputs, options.length);
  const char *source = streams ? "random streams" : "random loops";
  shares[source].add(agreement, issuesSeveral(pair.diagram), pair.ragged);
  report(seed, source, agreement);
}

void Checker::checkShipped(uint64_t seed) {
  std::optional<ShippedPair> pair = shipped.draw(seed);
  if (!pair)
    return;
  Agreement agreement = compareEvaluators(*pair->diagram, *pair->program,
                                          pair->inputs, options.length);
  shares[pair->architecture].add(agreement, issuesSeveral(*pair->diagram),
                                 pair->ragged);
  report(seed, pair->target + ", " + printLayer(pair->layer), agreement);
}

/// Six of ten pairs are random loop programs, three are of the architectures
/// that come with the project.
void Checker::check(uint64_t seed) {
  switch (seed % 10) {
  case 0:
    return checkRandom(seed, /*streams=*/true);
  case 1:
  case 4:
  case 7:
    return checkShipped(seed);
  default:
    return checkRandom(seed, /*streams=*/false);
  }
}

bool Checker::isOver() const {
  if (options.seconds > 0 && spent() >= options.seconds)
    return true;
  return !options.forever && pairs >= options.pairs;
}

int Checker::run() {
  uint64_t seed = options.seed;
  for (double printed = 0; !isOver(); ++seed) {
    check(seed);
    if (spent() - printed < 1)
      continue;
    printed = spent();
    print(seed + 1, /*done=*/false);
  }
  print(seed, /*done=*/true);
  return differences > 0;
}

static bool parse(int argc, char **argv, Options &options) {
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (name == "--forever") {
      options.forever = true;
      continue;
    }
    char *end = nullptr;
    double value = i + 1 < argc ? std::strtod(argv[++i], &end) : 0;
    if (!end || *end != '\0' || end == argv[i] || !(value >= 0) || value > 1e15)
      return false;
    if (name == "--pairs")
      options.pairs = int64_t(value);
    else if (name == "--seed")
      options.seed = uint64_t(value);
    else if (name == "--length")
      options.length = int64_t(value);
    else if (name == "--seconds")
      options.seconds = value;
    else
      return false;
  }
  return true;
}

int main(int argc, char **argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: pr-check-evaluators [--pairs N] [--seed S] "
                         "[--length L] [--seconds T] [--forever]\n");
    return 2;
  }
  return Checker(options).run();
}
