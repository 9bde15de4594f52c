// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/Layer.h"

#include "gtest/gtest.h"

using namespace pr;

static std::string canonical(std::string_view text) {
  auto layer = parseLayer(text);
  return layer ? printLayer(*layer) : "error: " + layer.error().message;
}

static std::string errorOf(std::string_view text) {
  auto layer = parseLayer(text);
  if (layer)
    return "no error";
  // The quoted input is in front of every message; leave it out.
  size_t end = layer.error().message.find("': ");
  return end == std::string::npos ? layer.error().message
                                  : layer.error().message.substr(end + 3);
}

TEST(Layer, PrintsTheContractsExample) {
  const char *text = "conv2d n=1 g=1 oc=64 ic=3 oh=112 ow=112 kh=7 kw=7 sh=2 "
                     "sw=2 dh=1 dw=1 pt=3 pb=2 pl=3 pr=2 layout=nchw : f32, "
                     "f32 -> f32";
  EXPECT_EQ(canonical(text), text);
  EXPECT_EQ(canonical("conv2d oc=64 ic=3 ih=224 iw=224 kh=7 kw=7 sh=2 sw=2 "
                      "ph=3 pw=3 layout=nchw : f32,f32->f32"),
            text);
}

TEST(Layer, RoundTripsEveryPart) {
  for (const char *text :
       {"conv2d n=1 g=2 oc=8 ic=4 oh=5 ow=6 kh=3 kw=3 sh=1 sw=1 dh=2 dw=1 pt=1 "
        "pb=1 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias+residual_add+relu "
        "tile=oc:4,oh:2 nest=oc:2|oc:4x,ic:2|ow:6 : i8, i8 -> i32",
        "matmul b=2 m=3 n=4 k=5 layout=nt : bf16, bf16 -> f32",
        "pool2d n=1 c=8 oh=4 ow=4 kh=2 kw=2 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 "
        "pr=0 op=max layout=nhwc : i8 -> i8",
        "elementwise e=10 full=2 bcast=3 alu=1 mul=0 div=0 fn=0 cvt=0 : f32, "
        "f32, f32 -> f32, i64",
        "data_movement e=10 r=10 run=5 op=transpose : f32 -> f32"})
    EXPECT_EQ(canonical(text), text);
}

TEST(Layer, UnitAxesAreDropped) {
  EXPECT_EQ(canonical("conv2d oc=16 ic=40 ih=1 iw=101 kh=1 kw=3 ph=0 pw=1 "
                      "layout=nhwc tile=oc:8,ow:4 : f32, f32 -> f32"),
            "conv1d n=1 g=1 oc=16 ic=40 ow=101 kw=3 sw=1 dw=1 pl=1 pr=1 "
            "layout=nwc tile=oc:8,ow:4 : f32, f32 -> f32");
  // Whichever axis it is, also from three dimensions; the tile moves with it.
  EXPECT_EQ(canonical("conv2d oc=16 ic=40 ih=101 iw=1 kh=3 kw=1 sh=2 ph=1 pw=0 "
                      "tile=oh:4 : f32, f32 -> f32"),
            "conv1d n=1 g=1 oc=16 ic=40 ow=51 kw=3 sw=2 dw=1 pl=1 pr=1 "
            "tile=ow:4 : f32, f32 -> f32");
  EXPECT_EQ(canonical("conv3d oc=4 ic=4 id=1 ih=8 iw=8 kd=1 kh=3 kw=3 : "
                      "f32, f32 -> f32"),
            "conv2d n=1 g=1 oc=4 ic=4 oh=6 ow=6 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 "
            "pt=0 pb=0 pl=0 pr=0 : f32, f32 -> f32");
  EXPECT_EQ(canonical("conv3d oc=4 ic=4 id=8 ih=1 iw=1 kd=3 kh=1 kw=1 : "
                      "f32, f32 -> f32"),
            "conv1d n=1 g=1 oc=4 ic=4 ow=6 kw=3 sw=1 dw=1 pl=0 pr=0 : "
            "f32, f32 -> f32");
}

TEST(Layer, DepthwiseIsRecognised) {
  EXPECT_EQ(canonical("conv2d g=8 oc=16 ic=8 oh=4 ow=4 kh=3 kw=3 : "
                      "f32, f32 -> f32"),
            "depthwise_conv2d n=1 c=8 m=2 oh=4 ow=4 kh=3 kw=3 sh=1 sw=1 dh=1 "
            "dw=1 pt=0 pb=0 pl=0 pr=0 : f32, f32 -> f32");
  EXPECT_EQ(canonical("conv2d g=4 oc=16 ic=8 oh=4 ow=4 kh=3 kw=3 : "
                      "f32, f32 -> f32")
                .substr(0, 10),
            "conv2d n=1");
}

TEST(Layer, MeaninglessStepsAreOne) {
  EXPECT_EQ(canonical("conv1d oc=8 ic=8 ow=1 kw=1 sw=2 dw=3 : f32, f32 -> f32"),
            "conv1d n=1 g=1 oc=8 ic=8 ow=1 kw=1 sw=1 dw=1 pl=0 pr=0 : "
            "f32, f32 -> f32");
}

TEST(Layer, KeysTellLayersApart) {
  Layer a = *parseLayer("matmul m=1 n=2 k=3 : f32, f32 -> f32");
  Layer b = *parseLayer("matmul b=1 n=2 m=1 k=3 : f32, f32 -> f32");
  Layer c = *parseLayer("matmul m=1 n=2 k=3 : f32, f32 -> f64");
  Layer d = *parseLayer("matmul m=1 n=2 k=3 layout=nt : f32, f32 -> f32");
  EXPECT_EQ(a, b);
  EXPECT_EQ(layerKey(a), layerKey(b));
  EXPECT_EQ(hashValue(a), hashValue(b));
  EXPECT_NE(layerKey(a), layerKey(c));
  EXPECT_NE(layerKey(a), layerKey(d));
  EXPECT_FALSE(a == d);
  EXPECT_TRUE(sameComputation(a, d));
  EXPECT_FALSE(sameComputation(a, c));
}

TEST(Layer, ErrorsSayWhatIsWrong) {
  EXPECT_EQ(errorOf(""), "no ' : ' before the element types");
  EXPECT_EQ(errorOf("conv9d n=1 : f32 -> f32").substr(0, 36),
            "unknown layer kind 'conv9d', expecte");
  EXPECT_EQ(errorOf("matmul m=1 n=2 : f32, f32 -> f32"),
            "matmul lacks 'k' (contracted extent)");
  EXPECT_EQ(errorOf("matmul m=1 n=2 k=3 q=4 : f32, f32 -> f32"),
            "unknown dimension 'q' of matmul, which has: b m n k");
  EXPECT_EQ(errorOf("matmul m=1 m=1 n=2 k=3 : f32, f32 -> f32"),
            "dimension 'm' is given twice");
  EXPECT_EQ(errorOf("matmul m=0 n=2 k=3 : f32, f32 -> f32"),
            "dimension 'm' of matmul is 0, expected at least 1");
  EXPECT_EQ(errorOf("matmul m=-1 n=2 k=3 : f32, f32 -> f32"),
            "dimension 'm' of matmul is -1, expected at least 1");
  EXPECT_EQ(errorOf("matmul m=x n=2 k=3 : f32, f32 -> f32"),
            "value 'x' of 'm' is not an integer");
  EXPECT_EQ(errorOf("matmul m=1 n=2 k=3 : f32 -> f32"),
            "matmul has 1 operand types, expected 2");
  EXPECT_EQ(errorOf("matmul m=1 n=2 k=3 : f32, f33 -> f32"),
            "unknown element type 'f33'");
  EXPECT_EQ(
      errorOf("conv2d g=3 oc=6 ic=4 oh=1 ow=1 kh=1 kw=1 : f32, f32 -> f32"),
      "dimension 'ic' is 4, which the number of groups, g=3, does not "
      "divide");
  EXPECT_EQ(errorOf("conv2d oc=6 ic=4 ih=2 iw=9 kh=3 kw=3 : f32, f32 -> f32"),
            "a kernel spanning 3 does not fit the padded input of 2 along h");
  EXPECT_EQ(errorOf("conv1d oc=6 ic=4 ow=9 kw=3 pl=3 : f32, f32 -> f32"),
            "padding 3 and 0 of this conv1d is not smaller than its dilated "
            "kernel, which spans 3");
  EXPECT_EQ(errorOf("pool2d c=1 oh=1 ow=1 kh=1 kw=1 op=med : f32 -> f32"),
            "unknown value 'med' of option 'op', expected one of: max, min, "
            "sum, avg");
  EXPECT_EQ(errorOf("matmul m=1 n=2 k=3 tile=m : f32, f32 -> f32"),
            "schedule entry 'm' is not of the form dimension:extent or "
            "dimension:extentx");
}

TEST(Layer, HugeExtentsAreErrorsNotWraps) {
  EXPECT_EQ(errorOf("matmul m=2147483648 n=2147483648 k=2 : f32, f32 -> f32"),
            "the work of this matmul does not fit in 62 bits");
  EXPECT_EQ(errorOf("matmul m=4611686018427387905 n=1 k=1 : f32, f32 -> f32"),
            "dimension 'm' of matmul is 4611686018427387905, expected at least "
            "1 and at most 2^62");
  EXPECT_EQ(errorOf("matmul m=99999999999999999999 n=1 k=1 : f32, f32 -> f32"),
            "value '99999999999999999999' of 'm' is not an integer");
  EXPECT_EQ(errorOf("conv1d oc=1 ic=1 ow=4611686018427387904 kw=1 "
                    "sw=4611686018427387904 : f32, f32 -> f32"),
            "the window of this conv1d spans more than 2^62 positions");
  EXPECT_EQ(errorOf("elementwise e=2147483648 : f32 -> f32"), "no error");
}

TEST(LayerKinds, TableIsConsistent) {
  for (const KindInfo &info : allLayerKinds()) {
    EXPECT_EQ(findLayerKind(info.name), &info);
    EXPECT_LE(info.dims.size(), kMaxDims) << info.name;
    for (unsigned i = 0; i < info.dims.size(); ++i)
      EXPECT_EQ(info.findDim(info.dims[i].name), i)
          << info.name << " has two dimensions " << info.dims[i].name;
  }
}
