// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Bands.h"

#include "pr/Layer/Window.h"
#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <optional>

using namespace pr;

bool pr::hasBands(LayerKind kind) {
  return kind == LayerKind::MatMul ||
         (hasWindow(kind) && kindInfo(kind).operandTypes == 2);
}

OutputRows pr::outputRowsOf(const Layer &layer) {
  OutputRows result;
  result.images = std::max<int64_t>(1, layer[0]);
  if (layer.kind == LayerKind::MatMul) {
    result.weightSets = result.images;
    result.rows = result.inputRows = layer[dim::matmul::m];
    return result;
  }
  for (int axis = 0; axis < 3 && hasWindow(layer.kind); ++axis) {
    WindowAxis window = windowAxis(layer, axis);
    if (window.isUnit())
      continue;
    result.rows = window.output;
    result.stride = window.stride;
    result.inputRows = std::max<int64_t>(1, window.input());
    // Padding may be all that some windows read.
    result.window =
        std::min((window.kernel - 1) * window.dilation + 1, result.inputRows);
    break;
  }
  return result;
}

/// With so many bytes of an image's weights in the buffer; nullopt: the rows of
/// one window do not fit beside.
static std::optional<Bands> cutBeside(int64_t kept, const OutputRows &rows,
                                      const Work &work, int64_t bufferBytes) {
  if (kept >= bufferBytes)
    return std::nullopt;
  double rowBytes =
      double(work.inputBytes) / double(rows.images) / double(rows.inputRows);
  double fitting = double(bufferBytes - kept) / std::max(rowBytes, 1e-9);
  auto read = int64_t(std::min(fitting, double(rows.inputRows)));
  if (read < rows.window)
    return std::nullopt;
  // What all rows of input are read for are all rows of results.
  int64_t written = read == rows.inputRows
                        ? rows.rows
                        : (read - rows.window) / rows.stride + 1;
  int64_t count = ceilDiv(rows.rows, std::min(written, rows.rows));
  // Two bands share what the window reads beyond its stride.
  double shared = double(std::max<int64_t>(0, rows.window - rows.stride)) *
                  double(count - 1) * rowBytes;
  Bands bands;
  bands.count = double(rows.images) * double(count);
  bool areAll = kept >= work.weightBytes / rows.weightSets;
  double times = areAll ? 1 : bands.count / double(rows.weightSets);
  bands.weightBytes = double(work.weightBytes) * times;
  bands.inputBytes = double(work.inputBytes) + double(rows.images) * shared;
  return bands;
}

/// A row of results at a time.
static Bands cutIntoRows(const OutputRows &rows, const Work &work) {
  Bands bands;
  bands.count = double(rows.images) * double(rows.rows);
  bands.weightBytes =
      double(work.weightBytes) * bands.count / double(rows.weightSets);
  bands.inputBytes = double(work.inputBytes) / double(rows.inputRows) *
                     double(rows.rows) * double(rows.window);
  return bands;
}

Bands pr::cutIntoBands(const OutputRows &rows, const Work &work,
                       int64_t groupWeightBytes, int64_t bufferBytes) {
  int64_t allWeights = work.weightBytes / rows.weightSets;
  int64_t twoGroups =
      std::min(2 * (groupWeightBytes / rows.weightSets), allWeights);
  auto all = cutBeside(allWeights, rows, work, bufferBytes);
  auto few = cutBeside(twoGroups, rows, work, bufferBytes);
  if (!all && !few)
    return cutIntoRows(rows, work);
  if (!all || !few)
    return all ? *all : *few;
  bool readsLess =
      all->weightBytes + all->inputBytes <= few->weightBytes + few->inputBytes;
  return readsLess ? *all : *few;
}
