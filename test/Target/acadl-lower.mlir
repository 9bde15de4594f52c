// A layer's instructions, folded until only numbers are left.
// RUN: pr-bench-opt --pass-pipeline='builtin.module(pr-lower-to-acadl{architecture=ultratrail})' -split-input-file %s | FileCheck %s
// RUN: pr-bench-opt --pass-pipeline='builtin.module(pr-lower-to-acadl{architecture=%source/architectures/ultratrail.mlir[rows=4,cols=4]})' -split-input-file %s | FileCheck %s --check-prefix=FOUR

// CHECK-LABEL: func.func @fc()
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[K:.*]] = arith.constant 6 : index
// CHECK-DAG: %[[N:.*]] = arith.constant 2 : index
// CHECK: acadl.issue "conv"(%[[K]], %[[N]], %[[ONE]])
// CHECK-NEXT: return
// FOUR-LABEL: func.func @fc()
// FOUR-DAG: %[[K:.*]] = arith.constant 12 : index
// FOUR-DAG: %[[N:.*]] = arith.constant 3 : index
// FOUR: acadl.issue "conv"(%[[K]], %[[N]],
pr.bench @fc layer(#pr.layer<"matmul b=1 m=1 n=12 k=48 : i8, i8 -> i32">)

// -----

// 50 outputs of 9 taps; 4 + 2 read the padding at either end.
// CHECK-LABEL: func.func @conv()
// CHECK-DAG: %[[TILES:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[MORE:.*]] = arith.constant 3 : index
// CHECK-DAG: %[[TAPS:.*]] = arith.constant 438 : index
// CHECK: acadl.issue "conv"(%[[TILES]], %[[MORE]], %[[TAPS]])
// The helper function and the architecture are gone.
// CHECK-NOT: func.func private
// CHECK-NOT: acadl.architecture
pr.bench @conv layer(#pr.layer<"conv1d n=1 g=1 oc=24 ic=16 ow=50 kw=9 sw=2 dw=1 pl=4 pr=4 : i8, i8 -> i32">)
