// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_TRANSFORMOPS_PRTRANSFORMOPS_TD
#define PR_TRANSFORMOPS_PRTRANSFORMOPS_TD

include "mlir/Dialect/Transform/IR/TransformDialect.td"
include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def ChooseTilesOp : Op<Transform_Dialect, "pr.choose_tiles",
    [DeclareOpInterfaceMethods<TransformOpInterface>,
     DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let cppNamespace = "::mlir::pr";
  let summary = "the tile sizes that a model expects to be fastest";
  let description = [{
    One parameter for each loop of the payload operations, as
    `transform.structured.tile_using_for` takes them: the size that
    `pr-choose-tiles` would write, or the loop's whole extent where it would not be
    tiled. Each operation is seen alone: padding in front of it and what is fused
    behind it do not count. With `architecture`, as with the pass, the description's
    evaluator decides between the model's best.

    Fails silenceably where an operation gets no sizes or has another number of
    loops, definitely where the model or
    the description cannot be read, or are of two targets.

    ```mlir
    %m, %n, %k = transform.pr.choose_tiles "npu.prm" for %matmul
        : (!transform.any_op) -> (!transform.param<i64>, !transform.param<i64>, !transform.param<i64>)
    %tile, %loops:3 = transform.structured.tile_using_for %matmul tile_sizes [%m, %n, %k] : ...
    ```
  }];
  let arguments = (ins
    TransformHandleTypeInterface:$target,
    StrAttr:$model,
    DefaultValuedAttr<I64Attr, "256">:$max_candidates,
    UnitAttr:$as_quantized,
    OptionalAttr<StrAttr>:$architecture,
    DefaultValuedAttr<I64Attr, "8">:$evaluate_best
  );
  let results = (outs Variadic<TransformParamTypeInterface>:$sizes);
  let assemblyFormat = [{
    $model `for` $target (`max_candidates` $max_candidates^)?
    (`as_quantized` $as_quantized^)? (`architecture` $architecture^)?
    (`evaluate_best` $evaluate_best^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // PR_TRANSFORMOPS_PRTRANSFORMOPS_TD
