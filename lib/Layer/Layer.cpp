// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/Layer.h"

#include "pr/Layer/Window.h"
#include "pr/Layer/Work.h"
#include "pr/Support/CheckedMath.h"
#include "pr/Support/Hash.h"

using namespace pr;

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

bool pr::sameComputation(const Layer &a, const Layer &b) {
  return a.kind == b.kind && a.dims == b.dims && a.operands == b.operands &&
         a.results == b.results;
}

bool pr::operator==(const Layer &a, const Layer &b) {
  return sameComputation(a, b) && a.layout == b.layout &&
         a.epilogue == b.epilogue && a.schedule == b.schedule;
}

namespace {
/// A multiply-and-rotate mixer: a few nanoseconds for a layer.
struct Mixer {
  uint64_t state = 0x9e3779b97f4a7c15u;
  void add(uint64_t value) {
    state = (state ^ value) * 0xff51afd7ed558ccdu;
    state ^= state >> 32;
  }
};
} // namespace

static void addLoop(Mixer &mixer, const ScheduleLoop &loop) {
  mixer.add(loop.dim * 2u + loop.spatial);
  mixer.add(loop.extent);
}

uint64_t pr::hashValue(const Layer &layer) {
  Mixer mixer;
  mixer.add(static_cast<uint64_t>(layer.kind) << 8 |
            static_cast<uint64_t>(layer.layout));
  for (unsigned i = 0, end = layer.numDims(); i < end; ++i)
    mixer.add(layer[i]);
  for (const TypeList *types : {&layer.operands, &layer.results})
    for (ElementType type : *types)
      mixer.add(static_cast<uint64_t>(type.format) << 8 | type.bits);
  for (EpilogueOp op : layer.epilogue)
    mixer.add(static_cast<uint64_t>(op));
  for (const ScheduleLoop &loop : layer.schedule.tile)
    addLoop(mixer, loop);
  for (const auto &level : layer.schedule.nest) {
    mixer.add(level.size());
    for (const ScheduleLoop &loop : level)
      addLoop(mixer, loop);
  }
  return mixer.state;
}

uint64_t pr::layerKey(const Layer &layer) {
  return stableHash(printLayer(layer));
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static std::string describeDim(const Layer &layer, unsigned index) {
  const DimInfo &dim = layer.info().dims[index];
  return "'" + std::string(dim.name) + "' of " + std::string(layer.info().name);
}

static Expected<void> checkRanges(const Layer &layer) {
  const KindInfo &info = layer.info();
  for (unsigned i = 0; i < info.dims.size(); ++i) {
    const DimInfo &dim = info.dims[i];
    if (layer[i] < dim.minimum() || layer[i] > kMaxCount)
      return invalidInput("dimension " + describeDim(layer, i) + " is " +
                          std::to_string(layer[i]) + ", expected at least " +
                          std::to_string(dim.minimum()) +
                          (layer[i] > kMaxCount ? " and at most 2^62" : ""));
    if (dim.role == DimRole::Option &&
        layer[i] >= static_cast<int64_t>(dim.values.size()))
      return invalidInput("option " + describeDim(layer, i) +
                          " has no value number " + std::to_string(layer[i]));
  }
  return {};
}

static Expected<void> checkTypeCount(const Layer &layer, const char *what,
                                     unsigned found, int expected) {
  if (expected < 0 ? found >= 1 : found == unsigned(expected))
    return {};
  return invalidInput(std::string(layer.info().name) + " has " +
                      std::to_string(found) + " " + what + " types, expected " +
                      (expected < 0 ? "at least 1" : std::to_string(expected)));
}

static Expected<void> checkGroups(const Layer &layer) {
  auto groups = layer.info().findDim("g");
  if (!groups)
    return {};
  for (const char *name : {"oc", "ic"}) {
    int64_t channels = layer[*layer.info().findDim(name)];
    if (channels % layer[*groups] != 0)
      return invalidInput("dimension '" + std::string(name) + "' is " +
                          std::to_string(channels) +
                          ", which the number of groups, g=" +
                          std::to_string(layer[*groups]) + ", does not divide");
  }
  return {};
}

/// Everything WindowAxis computes must fit before it is asked.
static Expected<void> checkWindow(const Layer &layer) {
  for (int axis = 0; axis < 3; ++axis) {
    WindowAxis window = windowAxis(layer, axis);
    Checked reach = (Checked(window.kernel) - 1) * Checked(window.dilation) + 1;
    Checked span =
        (Checked(window.output) - 1) * Checked(window.stride) + reach;
    if (!span.ok() || !(Checked(window.kernel) * Checked(window.output)).ok())
      return makeError(ErrorKind::Overflow,
                       "the window of this " + std::string(layer.info().name) +
                           " spans more than 2^62 positions");
    if (window.padLow >= reach.value() || window.padHigh >= reach.value())
      return invalidInput(
          "padding " + std::to_string(window.padLow) + " and " +
          std::to_string(window.padHigh) + " of this " +
          std::string(layer.info().name) +
          " is not smaller than its dilated kernel, which spans " +
          std::to_string(reach.value()));
    if (window.input() < 1)
      return invalidInput("the windows of this " +
                          std::string(layer.info().name) +
                          " read padding only");
  }
  return {};
}

static Expected<void> checkTransposeConv(const Layer &layer) {
  using namespace dim::transpose_conv2d;
  struct {
    Index in, out, kernel, stride;
  } axes[] = {{ih, oh, kh, sh}, {iw, ow, kw, sw}};
  for (auto &axis : axes) {
    Checked span = (Checked(layer[axis.in]) - 1) * Checked(layer[axis.stride]) +
                   Checked(layer[axis.kernel]);
    if (!span.ok())
      return makeError(ErrorKind::Overflow,
                       "the output of this transpose_conv2d spans more than "
                       "2^62 positions");
  }
  return {};
}

static Expected<void> checkSchedule(const Layer &layer) {
  auto check = [&](const ScheduleLoop &loop) -> Expected<void> {
    if (loop.dim >= layer.numDims())
      return invalidInput("the schedule names a dimension that " +
                          std::string(layer.info().name) + " does not have");
    if (loop.extent < 1 || loop.extent > kMaxCount)
      return invalidInput("the schedule gives dimension " +
                          describeDim(layer, loop.dim) + " the extent " +
                          std::to_string(loop.extent) +
                          ", expected at least 1");
    return {};
  };
  for (const ScheduleLoop &loop : layer.schedule.tile)
    if (auto ok = check(loop); !ok)
      return ok;
  for (const auto &level : layer.schedule.nest)
    for (const ScheduleLoop &loop : level)
      if (auto ok = check(loop); !ok)
        return ok;
  return {};
}

//===----------------------------------------------------------------------===//
// Canonical form
//===----------------------------------------------------------------------===//

/// A stride between one output and a dilation of one tap mean nothing.
static void dropUnusedSteps(Layer &layer) {
  for (int axis = 0; axis < 3; ++axis) {
    WindowAxis window = windowAxis(layer, axis);
    if (window.output == 1)
      window.stride = 1;
    if (window.kernel == 1)
      window.dilation = 1;
    setWindowAxis(layer, axis, window);
  }
}

/// Maps schedule entries to the dimension of the same name (or, for the spatial
/// axis that moved, of the new axis) in the new kind. Entries of dimensions
/// that are gone had extent 1.
static void renameSchedule(Layer &to, const Layer &from, int movedFrom,
                           int movedTo) {
  auto rename = [&](const std::vector<ScheduleLoop> &loops) {
    std::vector<ScheduleLoop> renamed;
    for (ScheduleLoop loop : loops) {
      const DimInfo &dim = from.info().dims[loop.dim];
      auto index = dim.axis >= 0 && dim.axis == movedFrom
                       ? to.info().findDim(dim.role, movedTo)
                       : to.info().findDim(dim.name);
      if (!index)
        continue;
      loop.dim = *index;
      renamed.push_back(loop);
    }
    return renamed;
  };
  to.schedule = {};
  to.schedule.tile = rename(from.schedule.tile);
  for (const auto &level : from.schedule.nest)
    to.schedule.nest.push_back(rename(level));
}

/// The layer with the next smaller number of axes; `dropped` is a unit axis.
static Layer dropAxis(const Layer &layer, LayerKind kind, int dropped,
                      int keptFirst) {
  Layer result = layer;
  result.kind = kind;
  result.dims.fill(0);
  for (const char *name : {"n", "g", "oc", "ic"})
    result[*result.info().findDim(name)] = layer[*layer.info().findDim(name)];
  // The remaining axes keep their order and end at the width.
  int target = 2;
  int movedFrom = -1, movedTo = -1;
  for (int axis = 2; axis >= keptFirst; --axis) {
    if (axis == dropped)
      continue;
    if (axis != target)
      movedFrom = axis, movedTo = target;
    setWindowAxis(result, target--, windowAxis(layer, axis));
  }
  renameSchedule(result, layer, movedFrom, movedTo);
  return result;
}

static int firstUnitAxis(const Layer &layer, int first) {
  for (int axis = first; axis < 3; ++axis)
    if (windowAxis(layer, axis).isUnit())
      return axis;
  return -1;
}

static Layer toDepthwise(const Layer &layer) {
  namespace dw = dim::depthwise_conv2d;
  const KindInfo &info = layer.info();
  Layer result = layer;
  result.kind = LayerKind::DepthwiseConv2D;
  result.dims.fill(0);
  int64_t channels = layer[*info.findDim("ic")];
  result[dw::n] = layer[*info.findDim("n")];
  result[dw::c] = channels;
  result[dw::m] = layer[*info.findDim("oc")] / channels;
  for (int axis : {1, 2})
    setWindowAxis(result, axis, windowAxis(layer, axis));
  renameSchedule(result, layer, -1, -1);
  return result;
}

static bool isDepthwise(const Layer &layer) {
  if (layer.kind != LayerKind::Conv1D && layer.kind != LayerKind::Conv2D)
    return false;
  int64_t groups = layer[*layer.info().findDim("g")];
  return groups > 1 && groups == layer[*layer.info().findDim("ic")];
}

static void makeCanonical(Layer &layer) {
  dropUnusedSteps(layer);
  if (layer.kind == LayerKind::Conv3D)
    if (int axis = firstUnitAxis(layer, 0); axis >= 0)
      layer = dropAxis(layer, LayerKind::Conv2D, axis, 0);
  if (isDepthwise(layer))
    layer = toDepthwise(layer);
  else if (layer.kind == LayerKind::Conv2D)
    if (int axis = firstUnitAxis(layer, 1); axis >= 0)
      layer = dropAxis(layer, LayerKind::Conv1D, axis, 1);
}

/// In place: layers are large.
static Expected<void> checkAndMakeCanonical(Layer &layer) {
  const KindInfo &info = layer.info();
  if (auto ok = checkRanges(layer); !ok)
    return ok;
  if (auto ok = checkTypeCount(layer, "operand", layer.operands.size(),
                               info.operandTypes);
      !ok)
    return ok;
  if (auto ok = checkTypeCount(layer, "result", layer.results.size(),
                               info.resultTypes);
      !ok)
    return ok;
  if (hasWindow(layer.kind)) {
    if (auto ok = checkGroups(layer); !ok)
      return ok;
    if (auto ok = checkWindow(layer); !ok)
      return ok;
  }
  if (layer.kind == LayerKind::TransposeConv2D)
    if (auto ok = checkTransposeConv(layer); !ok)
      return ok;
  if (auto ok = checkSchedule(layer); !ok)
    return ok;
  if (hasWindow(layer.kind))
    makeCanonical(layer);
  if (auto work = computeWork(layer); !work)
    return work.error();
  return {};
}

Expected<Layer> pr::checkedLayer(Layer layer) {
  if (auto ok = checkAndMakeCanonical(layer); !ok)
    return ok.takeError();
  return layer;
}
