// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Agreement.h"

#include "pr/Arch/EventSimulator.h"

#include <algorithm>
#include <cmath>
#include <ctime>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::test;

/// The reference's cycles on a machine that is changed; `otherwise` where it
/// fails.
static int64_t cyclesOn(const ObjectDiagram &diagram, const Program &program,
                        const std::vector<int64_t> &inputs, int64_t otherwise) {
  auto machine = Machine::create(diagram);
  auto timing = machine ? simulate(*machine, program, inputs)
                        : Expected<Timing>(machine.error());
  return timing ? timing->cycles : otherwise;
}

static ObjectDiagram withMorePorts(ObjectDiagram diagram) {
  for (Storage &storage : diagram.storages)
    storage.ports += 64;
  return diagram;
}

static ObjectDiagram withMoreRoom(ObjectDiagram diagram) {
  for (Stage &stage : diagram.stages)
    if (stage.kind != StageKind::Fetch)
      stage.capacity += 64;
  return diagram;
}

static std::string differ(const char *what, int64_t expected, int64_t found) {
  return std::string(what) + ": " + std::to_string(found) + ", expected " +
         std::to_string(expected);
}

/// Empty where two timings of a layer are the same.
static std::string compare(const ObjectDiagram &diagram, const Timing &expected,
                           const Timing &found) {
  if (found.cycles != expected.cycles)
    return differ("cycles", expected.cycles, found.cycles);
  if (found.instructions != expected.instructions)
    return differ("instructions", expected.instructions, found.instructions);
  for (size_t u = 0; u < diagram.units.size(); ++u) {
    const UnitUse &good = expected.units[u], &other = found.units[u];
    std::string unit = "'" + diagram.units[u].name + "': ";
    struct {
      const char *what;
      int64_t UnitUse::*count;
    } counts[] = {{"instructions", &UnitUse::instructions},
                  {"busy", &UnitUse::busy},
                  {"waited for data", &UnitUse::waitedForData},
                  {"waited for the unit", &UnitUse::waitedForUnit},
                  {"blocked", &UnitUse::blocked}};
    for (auto [what, count] : counts)
      if (other.*count != good.*count)
        return unit + differ(what, good.*count, other.*count);
  }
  for (size_t m = 0; m < diagram.storages.size(); ++m) {
    const MemoryUse &good = expected.memories[m], &other = found.memories[m];
    if (other.accesses != good.accesses || other.words != good.words ||
        other.busy != good.busy)
      return "'" + diagram.storages[m].name +
             "': " + differ("busy", good.busy, other.busy);
  }
  return "";
}

Agreement test::compareEvaluators(const ObjectDiagram &diagram,
                                  const Program &program,
                                  const std::vector<int64_t> &inputs,
                                  int64_t maxInstructions) {
  Agreement result;
  auto fail = [&](const char *who, const std::string &why) {
    result.outcome = Agreement::Differs;
    result.difference = std::string(who) + ": " + why;
    return result;
  };
  auto machine = Machine::create(diagram);
  if (!machine)
    return fail("machine", machine.error().message);
  GraphOptions options;
  options.maxSteps = 1000 * maxInstructions;
  options.maxInstructions = maxInstructions;
  std::clock_t begin = std::clock();
  auto simulated = simulate(*machine, program, inputs, options);
  result.simulatorSeconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
  auto graph = evaluateGraph(*machine, program, inputs, options);
  if (!simulated && simulated.error().kind == ErrorKind::Unsupported) {
    result.outcome = Agreement::TooLong;
    return result;
  }
  if (!simulated && !graph) {
    result.outcome = Agreement::Refused;
    return result;
  }
  if (!simulated)
    return fail("simulator", simulated.error().message);
  if (!graph)
    return fail("graph", graph.error().message);
  result.cycles = simulated->cycles;
  result.graphCycles = graph->cycles;
  result.instructions = simulated->instructions;
  result.status = graph->status;
  result.period = graph->period;
  result.evaluations = graph->kernelEvaluations;

  // Where the graph is not exact, its two ways are still the same.
  options.extrapolate = false;
  auto whole = evaluateGraph(*machine, program, inputs, options);
  if (!whole)
    return fail("graph without continuing", whole.error().message);
  std::string difference = compare(diagram, *whole, *graph);
  if (!difference.empty())
    return fail("graph against itself without continuing", difference);
  result.outcome = Agreement::Approximate;
  if (graph->status != GraphTiming::Status::Approximate) {
    difference = compare(diagram, *simulated, *graph);
    if (!difference.empty())
      return fail("graph against simulator", difference);
    result.outcome = Agreement::Agrees;
  }
  int64_t cycles = result.cycles;
  result.backPressure =
      cyclesOn(withMoreRoom(diagram), program, inputs, cycles) != cycles;
  result.portConflict =
      cyclesOn(withMorePorts(diagram), program, inputs, cycles) != cycles;
  return result;
}

bool test::issuesSeveral(const ObjectDiagram &diagram) {
  return std::any_of(
      diagram.stages.begin(), diagram.stages.end(), [](const Stage &stage) {
        return stage.kind == StageKind::Fetch && stage.issueWidth > 1;
      });
}

void Shares::add(const Agreement &agreement, bool several, bool isRagged) {
  tooLong += agreement.outcome == Agreement::TooLong;
  refused += agreement.outcome == Agreement::Refused;
  if (agreement.outcome == Agreement::TooLong ||
      agreement.outcome == Agreement::Refused)
    return;
  ++pairs;
  instructions += agreement.instructions;
  simulatorSeconds += agreement.simulatorSeconds;
  if (agreement.outcome == Agreement::Differs) {
    ++differences;
    return;
  }
  if (agreement.outcome == Agreement::Approximate) {
    ++approximate;
    distance += std::fabs(double(agreement.graphCycles) /
                              double(std::max<int64_t>(1, agreement.cycles)) -
                          1);
  }
  exact += agreement.status == GraphTiming::Status::Exact;
  continued += agreement.period > 0;
  longPeriod += agreement.period > 1;
  backPressure += agreement.backPressure;
  portConflict += agreement.portConflict;
  multiIssue += several;
  ragged += isRagged;
}
