// Estimates as analysis remarks of category pr.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" --remarks-filter=pr --remark-format=yaml --remarks-output-file=%t.yaml -o /dev/null 2>/dev/null
// RUN: FileCheck %s --input-file=%t.yaml

// CHECK:      --- !Analysis
// CHECK-NEXT: Pass: pr
// CHECK-NEXT: Name: Measured
// CHECK:      Function: main
// CHECK-NEXT: Args:
// CHECK-NEXT:   - target: npu
// CHECK-NEXT:   - op: linalg.matmul
// CHECK-NEXT:   - layer: 'matmul b=1 m=1 n=12 k=16 layout=nn : i8, i8 -> i32'
// CHECK-NEXT:   - latency-ps: '13000'
// CHECK-NEXT:   - lower-ps: '13000'
// CHECK-NEXT:   - upper-ps: '13000'
// CHECK-NEXT:   - cycles: '13'
// CHECK-NEXT:   - lower-cycles: '13'
// CHECK-NEXT:   - upper-cycles: '13'
// CHECK-NEXT:   - waste-ppm: '250000'
// CHECK-NEXT:   - representative: 'matmul b=1 m=1 n=16 k=16 layout=nn : i8, i8 -> i32'
// CHECK:      Name: Predicted
// CHECK:      Name: Extrapolated
// CHECK:      Name: Unsupported
// CHECK:        - reason: {{.*}}f32
// CHECK-NEXT:   - layer: {{.*}}f32
// CHECK-NEXT: ...
// CHECK:      Name: Folded
// CHECK:        - op: func.return
// CHECK-NEXT:   - reason: terminator
// CHECK-NEXT: ...
func.func @main(%a: tensor<1x16xi8>, %b: tensor<2x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>, %d: tensor<2x12xi32>,
                %af: tensor<65536x16xi8>, %cf: tensor<65536x12xi32>, %fa: tensor<2x4xf32>, %fb: tensor<4x8xf32>, %fc: tensor<2x8xf32>) {
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  %1 = linalg.matmul ins(%b, %w : tensor<2x16xi8>, tensor<16x12xi8>) outs(%d : tensor<2x12xi32>) -> tensor<2x12xi32>
  %2 = linalg.matmul ins(%af, %w : tensor<65536x16xi8>, tensor<16x12xi8>) outs(%cf : tensor<65536x12xi32>) -> tensor<65536x12xi32>
  %3 = linalg.matmul ins(%fa, %fb : tensor<2x4xf32>, tensor<4x8xf32>) outs(%fc : tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}
