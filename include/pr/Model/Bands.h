// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers that exceed a buffer which input and weights share are cut into bands
// of output rows. Each band is an operation of its own: it reads its rows of
// input, those that two bands need twice, and unless all weights fit beside its
// rows, all weights again.
#ifndef PR_MODEL_BANDS_H
#define PR_MODEL_BANDS_H

#include "pr/Layer/Work.h"

#include <array>

namespace pr {

/// Sizes of buffers that a machine may have. Whether it has one, and which, the
/// measurements say.
inline constexpr std::array<int64_t, 6> kBufferBytes = {
    int64_t(1) << 15, int64_t(1) << 16, int64_t(1) << 17,
    int64_t(1) << 18, int64_t(1) << 19, int64_t(1) << 20};
inline constexpr unsigned kNumBufferSizes = kBufferBytes.size();

/// The output rows of a layer, of one image: along the outermost axis of a
/// window, or of a product of matrices. Other layers are one row.
struct OutputRows {
  int64_t images = 1, rows = 1;
  /// Input rows that one output row reads, and by how many the next one's are
  /// further down.
  int64_t window = 1, stride = 1;
  /// Input rows in all, of one image; at least those of a window.
  int64_t inputRows = 1;
  /// Images with weights of their own: the products of a batch.
  int64_t weightSets = 1;
};

/// Whether layers of the kind have operands that bands share, and rows.
bool hasBands(LayerKind kind);
OutputRows outputRowsOf(const Layer &layer);

/// What all bands of all images add up to.
struct Bands {
  double count = 0, weightBytes = 0, inputBytes = 0;
};

/// With two groups of an image's weights in the buffer, or all of them;
/// whichever reads less. One row a band where neither fits. `groupWeightBytes`:
/// of one group, of all images with weights of their own.
Bands cutIntoBands(const OutputRows &rows, const Work &work,
                   int64_t groupWeightBytes, int64_t bufferBytes);

} // namespace pr

#endif // PR_MODEL_BANDS_H
