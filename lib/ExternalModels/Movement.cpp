// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Movement.h"

#include "Attach.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;

namespace dm = ::pr::dim::data_movement;

Draft mlir::pr::movement(StringRef name, Type source, Type target,
                         Checked run) {
  return Draft(LayerKind::DataMovement)
      .option(dm::op, name)
      .set(dm::e, numElements(target))
      .set(dm::r, numElements(source))
      .set(dm::run, run)
      .operand(source)
      .result(target);
}

Checked mlir::pr::boxRun(ArrayRef<int64_t> box, ArrayRef<int64_t> around) {
  Checked run = 1;
  for (auto [extent, whole] :
       llvm::zip_equal(llvm::reverse(box), llvm::reverse(around))) {
    run = run * Checked(extent);
    if (extent != whole)
      break;
  }
  return run;
}

LayerDescription mlir::pr::describeCopy(Type source, Type target) {
  LayerRoles roles;
  roles.input = 0;
  return movement("copy", source, target, numElements(target)).finish(roles);
}

LayerDescription mlir::pr::describeTranspose(Value source, Value result,
                                             ArrayRef<int64_t> permutation) {
  ArrayRef<int64_t> from = shapeOf(source);
  SmallVector<int64_t> moved; // source dimensions, unit ones left out
  for (int64_t dim : permutation)
    if (from[dim] != 1)
      moved.push_back(dim);
  if (llvm::is_sorted(moved))
    return LayerDescription::folded(kView);
  SmallVector<int64_t> wide(moved);
  llvm::sort(wide);
  Checked run = 1;
  while (moved.back() == wide.back()) {
    run = run * Checked(from[moved.back()]);
    moved.pop_back();
    wide.pop_back();
  }
  LayerRoles roles;
  roles.input = 0;
  return movement("transpose", source.getType(), result.getType(), run)
      .finish(roles);
}

LayerDescription mlir::pr::describePad(Value source, Value result) {
  ArrayRef<int64_t> from = shapeOf(source), to = shapeOf(result);
  if (from == to)
    return LayerDescription::folded(kView);
  // Negative padding crops: what is left of the source is read.
  SmallVector<int64_t> read;
  for (auto [a, b] : llvm::zip_equal(from, to))
    read.push_back(std::min(a, b));
  LayerRoles roles;
  roles.input = 0;
  return movement("pad", source.getType(), result.getType(), boxRun(read, to))
      .set(dm::r, product(read))
      .finish(roles);
}

/// Whether the slice is one piece: unit extents outside of some dimension,
/// whole extents inside of it.
static bool isOnePiece(ArrayRef<int64_t> sizes, ArrayRef<int64_t> source,
                       ArrayRef<int64_t> strides) {
  bool inside = false;
  for (unsigned i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != 1 && !strides.empty() && strides[i] != 1)
      return false;
    if (inside && sizes[i] != source[i])
      return false;
    inside |= sizes[i] != 1;
  }
  return true;
}

LayerDescription mlir::pr::describeSlice(Value source, ArrayRef<int64_t> sizes,
                                         ArrayRef<int64_t> strides,
                                         Value result) {
  if (isOnePiece(sizes, shapeOf(source), strides))
    return LayerDescription::folded(kView);
  bool strided = !strides.empty() && strides.back() != 1;
  Checked run = strided ? Checked(1) : boxRun(sizes, shapeOf(source));
  LayerRoles roles;
  roles.input = 0;
  // Only the elements of the slice are read.
  return movement("slice", source.getType(), result.getType(), run)
      .set(dm::r, numElements(result.getType()))
      .finish(roles);
}

LayerDescription mlir::pr::describeConcat(ValueRange sources, Value result,
                                          int64_t axis) {
  if (sources.size() == 1)
    return LayerDescription::folded(kView);
  Checked run = 0;
  Draft draft(LayerKind::DataMovement);
  for (Value source : sources) {
    Checked piece = product(shapeOf(source).drop_front(axis));
    if (run.value() == 0 || (piece.ok() && piece.value() < run.value()))
      run = piece;
    draft.operand(source.getType());
  }
  return draft.option(dm::op, "concat")
      .set(dm::e, numElements(result.getType()))
      .set(dm::r, numElements(result.getType()))
      .set(dm::run, run)
      .result(result.getType())
      .finish();
}
