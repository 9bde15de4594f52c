// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One layer on a described machine: what an evaluator finds, how long it takes
// and how much memory.
//
//   evaluator-benchmark TARGET graph|whole|simulator REPEATS "LAYER"
//
// `whole` is the graph without continuing loops. Prints one JSON object. Times
// are processor times, the shortest of REPEATS evaluations in this process, and
// do not include reading the architecture; `memory_kib` is by how much the
// process grew at its peak over what it needed before the first, `process_kib`
// that peak.
#include "pr/Arch/DependencyGraph.h"
#include "pr/Arch/EventSimulator.h"
#include "pr/Conversion/ACADLToProgram.h"
#include "pr/Conversion/DescribedTargets.h"
#include "pr/Support/File.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace pr;
using namespace pr::arch;
using mlir::pr::acadl::ImportedArchitecture;

[[noreturn]] static void stop(const std::string &message) {
  std::fprintf(stderr, "evaluator-benchmark: %s\n", message.c_str());
  std::exit(1);
}

template <typename T>
static T orStop(Expected<T> value) {
  if (!value)
    stop(value.error().message);
  return std::move(*value);
}

static double processorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

static long peakKib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static ImportedArchitecture import(const std::string &target) {
  TargetSpec spec = orStop(parseTargetSpec(target));
  std::string path = orStop(mlir::pr::findArchitecture(spec.name));
  return orStop(mlir::pr::acadl::importArchitecture(orStop(readFile(path)),
                                                    path, spec.parameters));
}

static const MappingProgram &mappingOf(const ImportedArchitecture &machine,
                                       const Layer &layer) {
  if (auto legal = machine.info.checkLegal(layer); !legal)
    stop(legal.error().message);
  return *std::find_if(
      machine.mappings.begin(), machine.mappings.end(),
      [&](const auto &mapping) { return mapping.kind == layer.kind; });
}

static GraphTiming evaluate(const Machine &machine, const Program &program,
                            const std::vector<int64_t> &inputs,
                            const std::string &evaluator) {
  if (evaluator == "simulator") {
    GraphTiming timing;
    static_cast<Timing &>(timing) = orStop(simulate(machine, program, inputs));
    timing.evaluatedInstructions = timing.instructions;
    return timing;
  }
  GraphOptions options;
  options.extrapolate = evaluator == "graph";
  return orStop(evaluateGraph(machine, program, inputs, options));
}

int main(int argc, char **argv) {
  if (argc != 5)
    stop("expected TARGET, graph, whole or simulator, REPEATS and LAYER");
  std::string evaluator = argv[2];
  if (evaluator != "graph" && evaluator != "whole" && evaluator != "simulator")
    stop("unknown evaluator '" + evaluator + "'");
  int repeats = std::max(1, std::atoi(argv[3]));
  ImportedArchitecture architecture = import(argv[1]);
  Layer layer = orStop(parseLayer(argv[4]));
  const MappingProgram &mapping = mappingOf(architecture, layer);
  Machine machine = orStop(Machine::create(architecture.diagram));
  std::vector<int64_t> inputs = mapping.inputs(layer, legalityValues(layer));

  long before = peakKib();
  GraphTiming timing;
  double best = 0;
  for (int i = 0; i < repeats; ++i) {
    double begin = processorSeconds();
    timing = evaluate(machine, mapping.program, inputs, evaluator);
    double took = processorSeconds() - begin;
    best = i == 0 ? took : std::min(best, took);
  }
  std::printf("{\"schema\":1,\"evaluator\":\"%s\",\"status\":\"%s\","
              "\"cycles\":%lld,\"instructions\":%lld,"
              "\"evaluated_instructions\":%lld,\"kernel_evaluations\":%lld,"
              "\"period\":%lld,\"transient\":%lld,\"seconds\":%.9f,"
              "\"memory_kib\":%ld,\"process_kib\":%ld}\n",
              evaluator.c_str(), toString(timing.status),
              (long long)timing.cycles, (long long)timing.instructions,
              (long long)timing.evaluatedInstructions,
              (long long)timing.kernelEvaluations, (long long)timing.period,
              (long long)timing.transient, best, peakKib() - before, peakKib());
  return 0;
}
