// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generated code against the reference, on shapes chosen for their ragged ends,
// for each width of vector that this CPU has.
#include "HostKernel.h"
#include "HostCheck.h"

#include "pr/Layer/Work.h"

#include <gtest/gtest.h>

using namespace mlir::pr;
using ::pr::Layer;

static Layer layerOf(const std::string &text) {
  auto layer = ::pr::parseLayer(text);
  EXPECT_TRUE(layer) << layer.error().message;
  return *layer;
}

class HostKernelTest : public testing::TestWithParam<const char *> {};

TEST_P(HostKernelTest, ComputesTheLayer) {
  Layer layer = layerOf(GetParam());
  HostBuffers buffers;
  HostMachine machine = HostMachine::detect();
  for (unsigned bits = 128; bits <= machine.vectorBits; bits *= 2) {
    HostCompiler compiler({machine.cpu, bits}, {});
    auto kernel = compiler.compile(layer, /*reference=*/false);
    ASSERT_TRUE(kernel) << kernel.error().message;
    auto checked = checkKernel(compiler, buffers, layer, **kernel);
    ASSERT_TRUE(checked) << bits << " bits: " << checked.error().message;
    EXPECT_EQ(*checked, CheckedOn::ItsShape);
  }
}

static const char *kLayers[] = {
    // Matrix products: whole tiles; ragged rows and columns; fewer rows than
    // repay packing; one column; transposed; batches.
    "matmul m=16 n=64 k=8 : f32, f32 -> f32",
    "matmul m=13 n=51 k=37 : f32, f32 -> f32",
    "matmul m=3 n=70 k=19 : f32, f32 -> f32",
    "matmul m=1 n=33 k=129 layout=nt : f32, f32 -> f32",
    "matmul m=9 n=1 k=5 : f32, f32 -> f32",
    "matmul m=10 n=35 k=21 layout=nt : f32, f32 -> f32",
    "matmul b=2 m=7 n=18 k=11 layout=tn : f32, f32 -> f32",
    // Convolutions: each layout; columns over several lines; strides within and
    // beyond what is shuffled; dilation; groups; padding on some sides.
    "conv2d oc=9 ic=3 ih=11 iw=11 kh=3 kw=3 ph=1 pw=1 layout=nchw : f32, f32 "
    "-> f32",
    "conv2d n=2 oc=12 ic=5 oh=6 ow=37 kh=3 kw=2 sh=2 sw=2 pt=1 layout=nchw : "
    "f32, f32 -> f32",
    // Wide borders of padding: once 40 s of instruction selection.
    "conv2d oc=8 ic=18 oh=39 ow=68 kh=3 kw=3 sh=2 sw=2 pt=2 pb=2 layout=nchw "
    ": f32, f32 -> f32",
    "conv2d oc=8 ic=6 oh=7 ow=7 kh=1 kw=1 layout=nchw : f32, f32 -> f32",
    "conv2d oc=5 ic=4 oh=3 ow=9 kh=2 kw=2 sh=5 sw=5 layout=nchw : f32, f32 -> "
    "f32",
    "conv2d oc=2 ic=4 oh=5 ow=20 kh=3 kw=3 dh=2 dw=2 layout=nchw : f32, f32 -> "
    "f32",
    "conv2d g=2 oc=12 ic=6 oh=5 ow=6 kh=3 kw=3 pt=1 pb=1 layout=nchw : f32, "
    "f32 -> f32",
    "conv2d oc=35 ic=7 oh=5 ow=11 kh=3 kw=3 pl=1 layout=nhwc : f32, f32 -> f32",
    "conv2d oc=17 ic=7 oh=4 ow=5 kh=2 kw=3 sh=2 sw=2 layout=nhwc_fhwc : f32, "
    "f32 -> f32",
    "conv1d oc=16 ic=40 iw=101 kw=3 pw=1 layout=ncw : f32, f32 -> f32",
    "conv1d oc=24 ic=16 ow=13 kw=9 sw=2 layout=nwc : f32, f32 -> f32",
    "conv1d g=2 oc=8 ic=4 ow=19 kw=3 layout=nwc_fwc : f32, f32 -> f32",
    // Windows without a contraction.
    "depthwise_conv2d c=5 oh=7 ow=7 kh=3 kw=3 pt=1 pb=1 pl=1 pr=1 layout=nchw "
    ": f32, f32 -> f32",
    "depthwise_conv2d c=3 oh=5 ow=40 kh=3 kw=3 sh=2 sw=2 layout=nchw : f32, "
    "f32 -> f32",
    "depthwise_conv2d c=19 oh=5 ow=6 kh=3 kw=3 layout=nhwc : f32, f32 -> f32",
    "depthwise_conv2d c=6 m=2 oh=5 ow=6 kh=3 kw=3 layout=nhwc : f32, f32 -> "
    "f32",
    "depthwise_conv2d c=6 m=2 oh=5 ow=17 kh=3 kw=3 layout=nchw : f32, f32 -> "
    "f32",
    "pool2d c=3 ih=9 iw=37 kh=3 kw=3 sh=2 sw=2 ph=1 pw=1 op=max layout=nchw : "
    "f32 -> f32",
    "pool2d c=21 oh=4 ow=5 kh=2 kw=2 op=min layout=nhwc : f32 -> f32",
    "pool2d c=9 oh=1 ow=1 kh=7 kw=7 op=avg layout=nchw : f32 -> f32",
    // The rest.
    "elementwise e=100 full=2 alu=2 mul=1 div=1 : f32, f32 -> f32",
    "elementwise e=99 full=1 bcast=9 alu=1 fn=1 : f32, f32 -> f32",
    "elementwise e=101 full=1 bcast=9 mul=1 : f32, f32 -> f32",
    "reduction o=5 r=77 op=sum : f32 -> f32",
    "reduction o=3 r=9 i=21 op=max : f32 -> f32",
    "reduction o=3 r=200 op=min : f32 -> f32",
    "reduction r=12 op=prod : f32 -> f32",
    "softmax o=4 r=37 : f32 -> f32",
    "softmax o=2 r=5 i=18 : f32 -> f32",
    "data_movement e=77 r=77 op=copy : f32 -> f32",
    "data_movement e=77 op=fill : f32 -> f32",
    "data_movement e=120 r=120 run=5 op=transpose : f32 -> f32",
    "data_movement e=90 r=30 run=10 op=broadcast : f32 -> f32",
};
INSTANTIATE_TEST_SUITE_P(Layers, HostKernelTest, testing::ValuesIn(kLayers));

TEST(HostCheck, ShapesTooLargeForTheReferenceKeepTheirRaggedEnds) {
  Layer large = layerOf("conv2d oc=515 ic=600 oh=57 ow=200 kh=3 kw=3 pt=1 pb=1 "
                        "layout=nchw : f32, f32 -> f32");
  Layer small = checkableLayer(large);
  EXPECT_EQ(::pr::printLayer(small),
            "conv2d n=1 g=1 oc=67 ic=88 oh=57 ow=72 kh=3 kw=3 sh=1 sw=1 dh=1 "
            "dw=1 pt=1 pb=1 pl=0 pr=0 layout=nchw : f32, f32 -> f32");
  Layer grouped = checkableLayer(layerOf(
      "conv2d g=3 oc=1500 ic=1500 oh=99 ow=99 kh=3 kw=3 : f32, f32 -> f32"));
  EXPECT_EQ(grouped[::pr::dim::conv2d::oc], 3 * (64 + 500 % 64));
  Layer fits = layerOf("matmul m=512 n=512 k=512 : f32, f32 -> f32");
  EXPECT_EQ(checkableLayer(fits), fits);
}

TEST(HostCheck, ALargeLayerIsCheckedOnASmallerShape) {
  Layer layer = layerOf("matmul m=1030 n=520 k=600 : f32, f32 -> f32");
  HostBuffers buffers;
  HostCompiler compiler(HostMachine::detect(), {});
  auto kernel = compiler.compile(layer, /*reference=*/false);
  ASSERT_TRUE(kernel);
  auto checked = checkKernel(compiler, buffers, layer, **kernel);
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(*checked, CheckedOn::SmallerShape);
}

TEST(HostCheck, InputsAreSmallAndNeverZero) {
  HostBuffers buffers;
  auto tensors = buffers.prepare({70000, 100});
  ASSERT_TRUE(tensors);
  bool differ = false;
  for (int i = 0; i < 70000; ++i) {
    float eighths = (*tensors)[0][i] * 8;
    EXPECT_EQ(eighths, static_cast<int>(eighths));
    EXPECT_TRUE(eighths != 0 && eighths >= -8 && eighths <= 8);
    differ |= i < 100 && (*tensors)[0][i] != (*tensors)[1][i];
  }
  EXPECT_TRUE(differ);
}

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

/// A function of two results, x + y and `scale` times x.
static std::string networkOf(const std::string &scale) {
  return R"(
#m = affine_map<(i, j) -> (i, j)>
func.func @main(%x: tensor<9x21xf32>, %y: tensor<9x21xf32>)
    -> (tensor<9x21xf32>, tensor<9x21xf32>) {
  %s = arith.constant )" +
         scale + R"( : f64
  %e = tensor.empty() : tensor<9x21xf32>
  %a = linalg.add ins(%x, %y : tensor<9x21xf32>, tensor<9x21xf32>)
      outs(%e : tensor<9x21xf32>) -> tensor<9x21xf32>
  %b = linalg.generic {indexing_maps = [#m, #m],
                       iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<9x21xf32>) outs(%e : tensor<9x21xf32>) {
  ^bb0(%in: f32, %out: f32):
    %t = arith.truncf %s : f64 to f32
    %r = arith.mulf %in, %t : f32
    linalg.yield %r : f32
  } -> tensor<9x21xf32>
  return %a, %b : tensor<9x21xf32>, tensor<9x21xf32>
})";
}

TEST(HostNetwork, ComputesEveryResult) {
  HostBuffers buffers;
  HostMachine machine = HostMachine::detect();
  for (unsigned bits = 128; bits <= machine.vectorBits; bits *= 2) {
    HostCompiler compiler({machine.cpu, bits}, {});
    auto kernel = compiler.compileNetwork(networkOf("2.5"), "", false);
    ASSERT_TRUE(kernel) << kernel.error().message;
    EXPECT_EQ((*kernel)->elements(), std::vector<int64_t>(4, 9 * 21));
    EXPECT_EQ((*kernel)->numResults(), 2u);
    auto reference = compiler.compileNetwork(networkOf("2.5"), "main", true);
    ASSERT_TRUE(reference) << reference.error().message;
    auto ok = checkNetwork(buffers, **kernel, **reference);
    EXPECT_TRUE(ok) << ok.error().message;
  }
}

TEST(HostNetwork, AnotherResultIsNoticed) {
  HostBuffers buffers;
  HostCompiler compiler(HostMachine::detect(), {});
  auto kernel = compiler.compileNetwork(networkOf("2.5"), "", false);
  auto other = compiler.compileNetwork(networkOf("2.501"), "", true);
  ASSERT_TRUE(kernel && other);
  auto ok = checkNetwork(buffers, **kernel, **other);
  ASSERT_FALSE(ok) << "the second result is 0.04 % off";
  EXPECT_NE(ok.error().message.find("the generated code is wrong: element "),
            std::string::npos);
}

TEST(HostNetwork, WeightsComeAsTheyAreUsed) {
  HostBuffers buffers;
  HostCompiler compiler(HostMachine::detect(), {});
  const char *network = R"(
func.func @main(%x: tensor<4x6xf32>, %w: tensor<5x6xf32>) -> tensor<6x5xf32> {
  %e = tensor.empty() : tensor<6x5xf32>
  %t = linalg.transpose ins(%w : tensor<5x6xf32>) outs(%e : tensor<6x5xf32>)
      permutation = [1, 0]
  %r = linalg.add ins(%t, %t : tensor<6x5xf32>, tensor<6x5xf32>)
      outs(%e : tensor<6x5xf32>) -> tensor<6x5xf32>
  return %r : tensor<6x5xf32>
})";
  auto kernel = compiler.compileNetwork(network, "", false);
  ASSERT_TRUE(kernel) << kernel.error().message;
  auto tensors = buffers.prepare((*kernel)->elements());
  ASSERT_TRUE(tensors);
  (*kernel)->run(tensors->data());
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ((*tensors)[2][i], 2 * (*tensors)[1][i]) << "not transposed again";
}
