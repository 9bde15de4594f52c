// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_TRANSFORMS_PASSES_TD
#define PR_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def StripAnnotations : Pass<"pr-strip-annotations"> {
  let summary = "Remove every `pr.*` attribute from the IR";
  let description = [{
    Removes the discardable attributes of dialect `pr` from the operation it
    runs on and from everything below it. What `pr-annotate-latency` added is
    gone afterwards: the output is what stock `mlir-opt` prints for the input of
    the annotation. `pr.bench` operations are left alone.

    ```mlir
    %0 = linalg.matmul {pr.latency = #latency} ins(...) outs(...)
    // becomes
    %0 = linalg.matmul ins(...) outs(...)
    ```
  }];
  let dependentDialects = ["::mlir::pr::PRDialect"];
}

#endif // PR_TRANSFORMS_PASSES_TD
