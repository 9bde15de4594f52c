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
  if (layer.kind == LayerKind::MatMul) {
    result.images = layer[dim::matmul::b];
    result.rows = result.inputRows = layer[dim::matmul::m];
    return result;
  }
  result.images = layer[0];
  for (int axis = 0; axis < 3; ++axis) {
    WindowAxis window = windowAxis(layer, axis);
    if (window.isUnit())
      continue;
    result.rows = window.output;
    result.window = (window.kernel - 1) * window.dilation + 1;
    result.stride = window.stride;
    result.inputRows = std::max<int64_t>(1, window.input());
    break;
  }
  return result;
}

/// With so much of the weights in the buffer; nullopt: not one row fits beside.
static std::optional<Bands> cutBeside(int64_t kept, const OutputRows &rows,
                                      const Work &work, int64_t bufferBytes) {
  double rowBytes =
      double(work.inputBytes) / double(rows.images) / double(rows.inputRows);
  auto read = int64_t(double(bufferBytes - kept) / std::max(rowBytes, 1e-9));
  // All rows of a layer may be fewer than a window reads, padding included.
  int64_t fitting = read >= rows.inputRows
                        ? rows.rows
                        : (read - rows.window) / rows.stride + 1;
  if (read < std::min(rows.window, rows.inputRows))
    return std::nullopt;
  int64_t count =
      ceilDiv(rows.rows, std::clamp<int64_t>(fitting, 1, rows.rows));
  // Two bands share what the window reads beyond its stride.
  double shared = double(std::max<int64_t>(0, rows.window - rows.stride)) *
                  double(count - 1) * rowBytes;
  bool areAll = kept >= work.weightBytes;
  Bands bands;
  bands.count = double(rows.images) * double(count);
  bands.weightBytes = double(work.weightBytes) * (areAll ? 1 : bands.count);
  bands.inputBytes = double(work.inputBytes) + double(rows.images) * shared;
  return bands;
}

Bands pr::cutIntoBands(const OutputRows &rows, const Work &work,
                       int64_t groupWeightBytes, int64_t bufferBytes) {
  int64_t groups = std::min(2 * groupWeightBytes, work.weightBytes);
  auto all = cutBeside(work.weightBytes, rows, work, bufferBytes);
  auto few = cutBeside(groups, rows, work, bufferBytes);
  if (all && few) {
    bool readsLess = all->weightBytes + all->inputBytes <=
                     few->weightBytes + few->inputBytes;
    return readsLess ? *all : *few;
  }
  if (all || few)
    return all ? *all : *few;
  Bands single;
  single.count = double(rows.images) * double(rows.rows);
  single.weightBytes = double(work.weightBytes) * single.count;
  single.inputBytes = double(work.inputBytes) / double(rows.inputRows) *
                      double(rows.rows) *
                      double(std::min(rows.window, rows.inputRows));
  return single;
}
