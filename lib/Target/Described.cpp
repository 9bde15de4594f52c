// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/Described.h"

#include "WhiteBox.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;

DescribedTarget::DescribedTarget(ObjectDiagram objects,
                                 std::vector<MappingProgram> programs,
                                 TargetInfo info, EvaluatorKind kind)
    : diagram(std::move(objects)), mappings(std::move(programs)),
      targetInfo(std::move(info)), evaluator(makeEvaluator(diagram, kind)) {
  auto cycles = [this](const Layer &layer) -> Expected<int64_t> {
    Expected<Timing> result = evaluate(layer);
    if (!result)
      return result.takeError();
    return result->cycles;
  };
  for (size_t i = 0; i < mappings.size(); ++i) {
    KindSupport &support = targetInfo.kinds[i];
    support.lattice.unitWork = compileUnitWork(diagram, mappings[i]);
    support.lattice.steps = confirmSteps(findCandidates(diagram, mappings[i]),
                                         targetInfo, support, cycles);
  }
}

const MappingProgram *DescribedTarget::findMapping(LayerKind kind) const {
  auto found = std::find_if(
      mappings.begin(), mappings.end(),
      [&](const MappingProgram &mapping) { return mapping.kind == kind; });
  return found == mappings.end() ? nullptr : &*found;
}

static Error unsupported(std::string message) {
  return makeError(ErrorKind::Unsupported, std::move(message));
}

static Expected<void> checkEpilogue(const TargetInfo &info,
                                    const KindSupport &support,
                                    const Layer &layer) {
  for (EpilogueOp op : layer.epilogue)
    if (std::find(support.freeEpilogue.begin(), support.freeEpilogue.end(),
                  op) == support.freeEpilogue.end())
      return unsupported("target '" + info.name + "' does not fuse '" +
                         std::string(toString(op)) + "' into a " +
                         std::string(layer.info().name));
  return {};
}

static bool takes(const MappingProgram &mapping, LayerProperty::Kind kind,
                  const ScheduleLoop &loop) {
  return std::any_of(mapping.properties.begin(), mapping.properties.end(),
                     [&](LayerProperty property) {
                       return property.kind == kind &&
                              property.index == loop.dim;
                     });
}

/// A schedule that the mapping would not see must not be measured as if it did.
static Expected<void> checkSchedule(const MappingProgram &mapping,
                                    const Layer &layer) {
  auto refuse = [&](const char *what, const ScheduleLoop &loop) {
    return unsupported("the mapping of " + std::string(layer.info().name) +
                       " takes no " + what + " of '" +
                       std::string(layer.info().dims[loop.dim].name) + "'");
  };
  const Schedule &schedule = layer.schedule;
  if (!schedule.nest.empty() && !mapping.takesNest())
    return unsupported("the mapping of " + std::string(layer.info().name) +
                       " takes no loop nest");
  for (const ScheduleLoop &loop : schedule.tile)
    if (!takes(mapping, LayerProperty::Kind::TileSize, loop))
      return refuse("tile size", loop);
  for (size_t level = 0; level < schedule.nest.size(); ++level)
    for (const ScheduleLoop &loop : schedule.nest[level]) {
      auto kind = level == 0 ? LayerProperty::Kind::NestPosition
                             : LayerProperty::Kind::TileSize;
      if (loop.extent > 1 && !takes(mapping, kind, loop))
        return refuse(level == 0 ? "order of the loop" : "tile size", loop);
    }
  return {};
}

Expected<Timing> DescribedTarget::evaluate(const Layer &layer,
                                           Trace *trace) const {
  if (auto legal = targetInfo.checkLegal(layer); !legal)
    return legal.takeError();
  const MappingProgram &mapping = *findMapping(layer.kind);
  if (auto free =
          checkEpilogue(targetInfo, *targetInfo.find(layer.kind), layer);
      !free)
    return free.takeError();
  if (auto taken = checkSchedule(mapping, layer); !taken)
    return taken.takeError();
  EvaluationOptions options;
  options.trace = trace;
  return evaluator->evaluate(
      mapping.program, mapping.inputs(layer, legalityValues(layer)), options);
}

static Measurement toMeasurement(Expected<Timing> evaluation,
                                 const TargetInfo &info) {
  Measurement result;
  if (!evaluation) {
    result.error = evaluation.error().message;
    return result;
  }
  result.ok = true;
  result.cycles = evaluation->cycles;
  result.timePs = cyclesToPicoseconds(evaluation->cycles, info.clockKhz);
  result.samples = 1;
  result.conditions["evaluator"] = '"' + evaluation->method + '"';
  return result;
}

void DescribedTarget::measure(const std::vector<Layer> &layers,
                              const MeasureOptions &,
                              const MeasurementSink &sink,
                              const ProgressSink &progress) {
  for (size_t i = 0; i < layers.size(); ++i) {
    sink(i, toMeasurement(evaluate(layers[i]), targetInfo));
    if (progress)
      progress(i + 1, layers.size());
  }
}
