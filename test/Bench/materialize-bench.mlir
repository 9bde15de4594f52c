// RUN: pr-bench-opt %s --pr-materialize-bench | FileCheck %s

// The padding is explicit, the strides are the operation's.
// CHECK-LABEL: func.func @conv_first(%{{.*}}: tensor<1x3x8x8xf32>, %{{.*}}: tensor<4x3x3x3xf32>) -> tensor<1x4x4x4xf32>
// CHECK: tensor.pad %{{.*}} low[0, 0, 1, 1] high[0, 0, 0, 0]
// CHECK: linalg.conv_2d_nchw_fchw {{.*}}strides = dense<2>
pr.bench @conv_first layer(#pr.layer<"conv2d oc=4 ic=3 ih=8 iw=8 kh=3 kw=3 sh=2 sw=2 ph=1 pw=1 layout=nchw : f32, f32 -> f32">)

// CHECK-LABEL: func.func @conv_last
// CHECK-NOT: tensor.pad
// CHECK: linalg.conv_2d_nhwc_hwcf
pr.bench @conv_last layer(#pr.layer<"conv2d oc=4 ic=3 oh=4 ow=4 kh=3 kw=3 layout=nhwc : f32, f32 -> f32">)

// CHECK-LABEL: func.func @conv_grouped
// CHECK: linalg.conv_2d_ngchw_gfchw
pr.bench @conv_grouped layer(#pr.layer<"conv2d g=2 oc=4 ic=6 oh=4 ow=4 kh=3 kw=3 layout=nchw : f32, f32 -> f32">)

// CHECK-LABEL: func.func @conv_integers(%{{.*}}: tensor<1x2x6xi8>, %{{.*}}: tensor<3x2x3xi8>) -> tensor<1x3x4xi32>
// CHECK: linalg.conv_1d_ncw_fcw
pr.bench @conv_integers layer(#pr.layer<"conv1d oc=3 ic=2 ow=4 kw=3 layout=ncw : i8, i8 -> i32">)

// CHECK-LABEL: func.func @depthwise
// CHECK: linalg.depthwise_conv_2d_nchw_chw
pr.bench @depthwise layer(#pr.layer<"depthwise_conv2d c=4 oh=4 ow=4 kh=3 kw=3 layout=nchw : f32, f32 -> f32">)

// CHECK-LABEL: func.func @product(%{{.*}}: tensor<2x4xf32>, %{{.*}}: tensor<3x4xf32>) -> tensor<2x3xf32>
// CHECK: linalg.matmul indexing_maps
pr.bench @product layer(#pr.layer<"matmul m=2 n=3 k=4 layout=nt : f32, f32 -> f32">)

// A maximum pads with what it never picks.
// CHECK-LABEL: func.func @pool
// CHECK: arith.constant 0xFF800000 : f32
// CHECK: linalg.pooling_nchw_max
pr.bench @pool layer(#pr.layer<"pool2d c=2 ih=4 iw=4 kh=3 kw=3 sh=2 sw=2 ph=1 pw=1 op=max layout=nchw : f32 -> f32">)

// Two additions and an exponential for each element; the shared operand has one
// element for each row.
// CHECK-LABEL: func.func @pointwise(%{{.*}}: tensor<4x10xf32>, %{{.*}}: tensor<4xf32>)
// CHECK: linalg.generic
// CHECK: arith.addf
// CHECK: math.exp
// CHECK: arith.addf
// CHECK: linalg.yield
pr.bench @pointwise layer(#pr.layer<"elementwise e=40 full=1 bcast=4 alu=2 fn=1 : f32, f32 -> f32">)

// CHECK-LABEL: func.func @reduce(%{{.*}}: tensor<3x5xf32>) -> tensor<3xf32>
// CHECK: iterator_types = ["parallel", "reduction"]
pr.bench @reduce layer(#pr.layer<"reduction o=3 r=5 op=sum : f32 -> f32">)

// CHECK-LABEL: func.func @softmax
// CHECK: linalg.softmax dimension(1)
pr.bench @softmax layer(#pr.layer<"softmax o=3 r=5 : f32 -> f32">)

// CHECK-LABEL: func.func @transpose(%{{.*}}: tensor<4x6x2xf32>) -> tensor<6x4x2xf32>
// CHECK: linalg.transpose
pr.bench @transpose layer(#pr.layer<"data_movement e=48 r=48 run=2 op=transpose : f32 -> f32">)
