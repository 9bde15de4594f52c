// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_DIALECT_PR_PROPS_TD
#define PR_DIALECT_PR_PROPS_TD

include "mlir/IR/SymbolInterfaces.td"
include "pr/Dialect/PR/PRAttributes.td"

def PR_BenchOp : Op<PR_Dialect, "bench", [Symbol]> {
  let summary = "a benchmark of one layer";
  let description = [{
    One layer to be measured. `pr-bench-opt` lowers it to a function that
    computes the layer and runs it on a target.

    Example:

    ```mlir
    pr.bench @fc layer(#pr.layer<"matmul b=1 m=1 n=12 k=48 : i8, i8 -> i32">)
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    OptionalAttr<StrAttr>:$sym_visibility,
    PR_LayerAttr:$layer
  );
  let assemblyFormat = [{
    ($sym_visibility^)? $sym_name `layer` `(` qualified($layer) `)`
    attr-dict
  }];
}

#endif // PR_DIALECT_PR_PROPS_TD
