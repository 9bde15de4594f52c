// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One spatial axis of a convolution or pooling, seen alike for 1, 2 and 3
// dimensions.
#ifndef PR_LAYER_WINDOW_H
#define PR_LAYER_WINDOW_H

#include "pr/Layer/Layer.h"

namespace pr {

/// Output position p reads input positions
/// p * stride + t * dilation - padLow for the taps t in [0, kernel).
struct WindowAxis {
  int64_t output = 1, kernel = 1, stride = 1, dilation = 1;
  int64_t padLow = 0, padHigh = 0;

  /// Input rows from the first to the last read, padding included.
  int64_t span() const {
    return (output - 1) * stride + (kernel - 1) * dilation + 1;
  }
  /// Input rows from the first to the last read, padding left out.
  int64_t input() const { return span() - padLow - padHigh; }
  /// Sum over the outputs of the taps that fall on the input, not on padding.
  int64_t usefulTaps() const;
  bool isUnit() const {
    return output == 1 && kernel == 1 && padLow == 0 && padHigh == 0;
  }

  /// The canonical axis of a window over `input` rows: padding and rows that no
  /// window reads are dropped. `output` < 0: as many as fit.
  static WindowAxis fromInput(int64_t input, int64_t kernel, int64_t stride,
                              int64_t dilation, int64_t padLow, int64_t padHigh,
                              int64_t output = -1);
};

/// Whether the kind slides a window (convolutions and pooling, except
/// transpose_conv2d).
bool hasWindow(LayerKind kind);

/// The axis of a window kind; a unit axis where the kind lacks this one.
/// axis: 0 depth, 1 height, 2 width.
WindowAxis windowAxis(const Layer &layer, int axis);
/// Writes an axis back. Precondition: the kind has it.
void setWindowAxis(Layer &layer, int axis, const WindowAxis &window);

} // namespace pr

#endif // PR_LAYER_WINDOW_H
