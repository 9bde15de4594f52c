// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_CONVERSION_PASSES_TD
#define PR_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def MaterializeBench : Pass<"pr-materialize-bench", "::mlir::ModuleOp"> {
  let summary = "Turn `pr.bench` operations into functions that compute the layer";
  let description = [{
    Replaces each `pr.bench` by a function of the same name on tensors: linalg
    on arguments and a result of the layer's layout, with its padding, strides
    and element types. Arguments are the layer's operands in order.

    ```mlir
    pr.bench @fc layer(#pr.layer<"matmul b=1 m=1 n=8 k=16 : f32, f32 -> f32">)
    // becomes
    func.func @fc(%a: tensor<1x16xf32>, %b: tensor<16x8xf32>) -> tensor<1x8xf32> {
      %zero = arith.constant 0.0 : f32
      %empty = tensor.empty() : tensor<1x8xf32>
      %filled = linalg.fill ins(%zero : f32) outs(%empty : ...) -> ...
      %result = linalg.matmul ins(%a, %b : ...) outs(%filled : ...) -> ...
      return %result : tensor<1x8xf32>
    }
    ```

    A layer that has no such form (a fused epilogue, a schedule, some kinds of
    data movement) is an error.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // PR_CONVERSION_PASSES_TD
