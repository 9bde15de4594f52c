// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The schedule of matrix products and convolutions: sums of products of one
// operand that the lanes share (the scalar side) and one that they do not (the
// vector side).
//
// The vector side is packed, a panel at a time: for each step of the reduction,
// in order, one row of as many columns as the register tile is wide. A panel of
// a convolution is gathered from the windows' places (im2col, but never more
// than one panel of it); columns behind the last one are padding. Tiles of rows
// of the scalar side then run over the whole panel with their sums in
// registers:
//
//   for each panel:  pack;  for each tile of rows:  for each step: tile += ...
//
// Columns are the output's contiguous loop, or the two innermost loops together
// where both belong to the vector side: an image of 7 x 7 has 49 columns.
#ifndef PR_LIB_CONVERSION_HOST_PACKEDCONTRACTION_H
#define PR_LIB_CONVERSION_HOST_PACKEDCONTRACTION_H

#include "ContractionLoops.h"

namespace mlir::pr {

class PackedContraction : LoopEmitter {
public:
  PackedContraction(OpBuilder &b, const LoopNest &nest,
                    const HostSchedule &schedule, ContractionLoops loops,
                    Value start)
      : LoopEmitter(b, nest, schedule), loops(std::move(loops)), start(start) {}
  void emit();

private:
  /// Columns that are packed and computed together, from `column` on.
  struct Panel {
    int64_t width;   ///< columns in use
    int64_t vectors; ///< of the register tile
  };

  int64_t tileColumns() const { return schedule.lanes * schedule.tileVectors; }
  void emitNest(ArrayRef<unsigned> order, function_ref<void()> body);
  void emitPanels();
  void emitPanel(Value first, const Panel &panel);
  void emitRows(const Panel &panel);
  void emitBlock(const Panel &panel, Value first, int64_t steps);
  bool isBlocked() const { return blockSize < nest.extents[blockLoop]; }

  void emitPack(const Panel &panel);
  void emitStepNest(ArrayRef<unsigned> order, function_ref<void()> body);
  SmallVector<Value>
  stepLoop(unsigned loop, ValueRange carried,
           function_ref<SmallVector<Value>(ValueRange)> body);
  void emitPackLine(Value length, int64_t longest, Value firstColumn);
  void emitPackLines(const Panel &panel);
  void emitPackCollapsed(const Panel &panel);
  void emitPackTransposed(const Panel &panel);
  Value emitStepNumber();

  void emitTiles(const Panel &panel);
  void emitTile(const Panel &panel, int64_t rows);
  SmallVector<Value> emitSteps(const Panel &panel, int64_t rows,
                               ValueRange sums);
  SmallVector<Value> emitStepLoops(unsigned position, const Panel &panel,
                                   int64_t rows, ValueRange sums);
  SmallVector<Value> emitStep(const Panel &panel, int64_t rows, Value number,
                              ValueRange sums,
                              function_ref<Value(int64_t row)> scalar);
  SmallVector<Value> loadSums(const Panel &panel, int64_t rows);
  void forEachSum(const Panel &panel, int64_t rows,
                  function_ref<void(Value, ValueRange, int64_t)> fn);
  void emitStore(const Panel &panel, int64_t rows, ValueRange sums);

  Value scratch(ArrayRef<int64_t> shape);
  Value collapseInner(Value buffer, size_t dims);
  SmallVector<Value> collapsedIndices(unsigned operand, size_t dims,
                                      Value inner);
  bool stepsAreOneRow() const;
  bool columnsAreOneRow() const;
  template <typename Fn>
  void atRow(int64_t row, Fn &&fn);

  ContractionLoops loops;
  Value start;
  int64_t numSteps = 1, numColumns = 1;
  Value column; ///< the first of the current panel
  /// The steps of this loop are packed and summed `blockSize` at a time, those
  /// from `block` on now.
  unsigned blockLoop = 0;
  int64_t blockSize = 0;
  Value block;
  /// What a tile does: all; write the start; add a block to what is there.
  enum class Phase { Whole, Start, Sum } phase = Phase::Whole;
  Value packed; ///< [steps, columns]
  /// Operands with one dimension for all steps, or for line and lane; null
  /// where they are used as they are.
  Value scalars, vectors, output;
};

} // namespace mlir::pr

#endif // PR_LIB_CONVERSION_HOST_PACKEDCONTRACTION_H
