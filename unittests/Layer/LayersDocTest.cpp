// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/Layers.md is made from LayerKinds.def. This test fails when it is stale;
// run it with PR_UPDATE_DOCS=1 in the environment to write it anew.
#include "pr/Layer/Layer.h"
#include "pr/Support/File.h"

#include "gtest/gtest.h"

#include <cstdlib>

using namespace pr;

static const char *const kHead =
    R"(# Layers

A layer is what one operation computes, independent of any target. Its text form is canonical: one layer, one spelling.

    kind name=value ... [layout=NAME] [epilogue=OP+OP] [tile=DIM:EXTENT,...] [nest=LEVEL|LEVEL] : operand types -> result types

- Window kinds (convolutions, pooling) also accept the input extents `id ih iw` in place of `od oh ow`, and `pd ph pw` for
  equal padding at both ends; they print as outputs and as the padding that windows really read.
- A stride over one output and a dilation of one tap are 1. A unit axis turns conv3d into conv2d and conv2d into conv1d. A
  convolution with as many groups as input channels is a depthwise_conv2d.
- `layout`: `nchw` (filter fchw), `nhwc` (filter hwcf), `nhwc_fhwc`, with one or three spatial letters for the other
  ranks; matmul: `nn nt tn tt` (`t`: the operand is stored transposed). Left out where it is not stated.
- `epilogue`, fused behind the layer, in order: `bias scale relu clamp activation requantize residual_add pool`.
- `tile`: tile sizes of one level of tiling. `nest`: a loop nest, memory levels from the outermost, `x` behind a loop that is
  spread over the hardware. Both are left out where the target chooses.
- Element types are spelled as in MLIR.

This file is generated from `include/pr/Layer/LayerKinds.def`.
)";

static std::string rangeOf(const DimInfo &dim) {
  if (dim.role == DimRole::Option) {
    std::string values;
    for (std::string_view value : dim.values)
      values += (values.empty() ? "`" : " `") + std::string(value) + "`";
    return values;
  }
  return "at least " + std::to_string(dim.minimum());
}

static std::string countOf(int count, const char *what) {
  std::string number = count < 0 ? "one or more" : std::to_string(count);
  return number + " " + what + (count == 1 ? " type" : " types");
}

static std::string generate() {
  std::string text = kHead;
  for (const KindInfo &info : allLayerKinds()) {
    text += "\n## " + std::string(info.name) + "\n\n" + std::string(info.doc) +
            "; " + countOf(info.operandTypes, "operand") + ", " +
            countOf(info.resultTypes, "result") + ".\n\n";
    text +=
        "| name | meaning | values | default |\n| --- | --- | --- | --- |\n";
    for (const DimInfo &dim : info.dims)
      text +=
          "| `" + std::string(dim.name) + "` | " + std::string(dim.doc) +
          " | " + rangeOf(dim) + " | " +
          (dim.defaultValue == kRequired ? std::string("required")
                                         : std::to_string(dim.defaultValue)) +
          " |\n";
  }
  return text;
}

TEST(LayersDoc, IsUpToDate) {
  const std::string path = std::string(PR_SOURCE_DIR) + "/docs/Layers.md";
  if (std::getenv("PR_UPDATE_DOCS")) {
    ASSERT_TRUE(bool(writeFileAtomically(path, generate())));
  }
  auto found = readFile(path);
  ASSERT_TRUE(bool(found)) << found.error().message;
  EXPECT_EQ(*found, generate()) << "run LayerTests with PR_UPDATE_DOCS=1";
}
