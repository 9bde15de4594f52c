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
    data movement) is an error; schedules are options of `pr-schedule-host`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
}

def DecomposeAggregates : Pass<"pr-decompose-aggregates", "::mlir::func::FuncOp"> {
  let summary = "Write operations that are several in one as their parts";
  let description = [{
    Replaces `linalg.softmax` and other aggregated operations on tensors by the
    reductions and elementwise operations that they stand for.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"];
}

def ScheduleHost : Pass<"pr-schedule-host", "::mlir::ModuleOp"> {
  let summary = "Write the loops of linalg operations on buffers for a CPU core";
  let description = [{
    Replaces each linalg operation on static buffers of f32 by vectorized loops,
    by one of three schedules:

    - *packed contraction* (matrix products, convolutions): panels of one operand
      are packed, gathered from the windows where it is a convolution, and tiles
      of rows of the other run over them with their sums in registers;
    - *lane reduction* (reductions along contiguous memory): lanes gather partial
      results;
    - *vector loops* (everything else): the output's contiguous loop runs over
      lanes.

    Ragged ends are one masked copy of the body. Other operations become plain
    loops. A fill in front of a reduction starts its sums in registers, a fill
    around a copied middle is left out there, allocations become static memory.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int", "512",
           "width of a vector register in bits: 128, 256 or 512">,
    Option<"plain", "plain", "bool", "false",
           "plain loops in the order of the operation's definition">,
    Option<"tileRows", "tile-rows", "int64_t", "0",
           "rows of a contraction's register tile; 0: by the vector width">,
    Option<"tileVectors", "tile-vectors", "int64_t", "0",
           "vectors of a contraction's register tile; 0: by the vector width">,
    Option<"tileSteps", "tile-steps", "int64_t", "0",
           "channels of a contraction that are packed and summed together; 0: all">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def LowerToACADL : Pass<"pr-lower-to-acadl", "::mlir::ModuleOp"> {
  let summary = "Turn `pr.bench` operations into the instructions of an accelerator";
  let description = [{
    Replaces each `pr.bench` by a function of the same name that holds the
    architecture's mapping of that kind of layer, with the layer's numbers and
    the parameters in place, folded by MLIR's inliner, constant propagation and
    canonicalizer. For inspection: measuring does not go this way.

    ```mlir
    pr.bench @fc layer(#pr.layer<"matmul m=1 n=12 k=48 : i8, i8 -> i32">)
    // becomes, with architecture=ultratrail
    func.func @fc() {
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c6 = arith.constant 6 : index
      acadl.issue "conv"(%c6, %c2, %c1)
      return
    }
    ```

    A layer that the architecture cannot run is an error.
  }];
  let options = [
    Option<"architecture", "architecture", "std::string", "\"\"",
           "name of a built-in architecture or a file, with parameters in "
           "brackets: ultratrail[rows=4]">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect", "::mlir::scf::SCFDialect",
                           "::mlir::pr::acadl::ACADLDialect"];
}

#endif // PR_CONVERSION_PASSES_TD
