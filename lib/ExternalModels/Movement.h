// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Data movement that several dialects spell: how far elements stay neighbours
// when tensors are transposed, padded, sliced, joined.
#ifndef PR_LIB_EXTERNALMODELS_MOVEMENT_H
#define PR_LIB_EXTERNALMODELS_MOVEMENT_H

#include "Draft.h"

namespace mlir {
namespace pr {

/// A data_movement from `source` to `target`, every element of which is read
/// and written once.
Draft movement(StringRef name, Type source, Type target, ::pr::Checked run);

/// The whole tensor, element by element to the same place.
LayerDescription describeCopy(Type source, Type target);
/// A view where only unit dimensions change their place.
LayerDescription describeTranspose(Value source, Value result,
                                   ArrayRef<int64_t> permutation);
/// A view where nothing is padded.
LayerDescription describePad(Value source, Value result);
/// A view where the slice is one piece of the source: `strides` may be empty.
LayerDescription describeSlice(Value source, ArrayRef<int64_t> sizes,
                               ArrayRef<int64_t> strides, Value result);
LayerDescription describeConcat(ValueRange sources, Value result, int64_t axis);

/// Elements of a box that are neighbours in the tensor around it.
::pr::Checked boxRun(ArrayRef<int64_t> box, ArrayRef<int64_t> around);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_EXTERNALMODELS_MOVEMENT_H
