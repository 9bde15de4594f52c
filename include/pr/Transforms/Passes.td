// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_TRANSFORMS_PASSES_TD
#define PR_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def AnnotateLatency : Pass<"pr-annotate-latency"> {
  let summary = "Write the predicted latency on every operation";
  let description = [{
    Describes every operation of every function as a layer, asks each model how
    long it takes, and writes the answer as attribute `pr.latency`. Functions get
    `pr.total` (their calls followed, loops counted as often as they run) and
    `pr.annotated_keys` (for `pr-verify-estimates`); the module gets the total of
    the functions that nobody in it calls. Annotations from before are replaced,
    so annotating twice is annotating once.

    Every operation ends in one of five ways: `measured`, `predicted`,
    `extrapolated` (outside of what the model was trained on), `folded` (no work
    of its own) or `unsupported`, with a reason. Where the last one occurs, the
    totals do not hold everything: a warning says how much and why.

    Runs on `builtin.module`, or on a function; then calls are not followed.

    ```mlir
    %1 = linalg.matmul ins(%a, %w : tensor<1x48xi8>, tensor<48x12xi8>) outs(%0 : tensor<1x12xi32>) -> tensor<1x12xi32>
    // becomes
    %1 = linalg.matmul {pr.latency = #latency} ins(...) outs(...)
    ```

    Estimates are also analysis remarks of category `pr`, named after their
    status, with the metrics `latency-ps`, `lower-ps`, `upper-ps`, `cycles` and
    `waste-ppm`. Fails where a model cannot be read, is for another target than
    asked for, or, with `strict`, where an operation has no estimate.
  }];
  let options = [
    ListOption<"models", "model", "std::string",
               "Model bundles, each for another target">,
    ListOption<"targets", "target", "std::string",
               "Use only the models for these targets; an error where there is none. Default: all">,
    Option<"strict", "strict", "bool", "false",
           "An operation without an estimate is an error, not a warning">,
    Option<"confidence", "confidence", "int64_t", "90",
           "Confidence of the bounds in percent: 80, 90 or 95">,
    Option<"annotateAll", "annotate-all", "bool", "false",
           "Annotate folded operations too, with the name of their rule">,
    Option<"asQuantized", "as-quantized", "bool", "false",
           "Estimate float layers with the element types of the target's integer ones">,
    Option<"report", "report", "std::string", [{""}],
           "Write the estimates as JSON to this file, - for stdout; only on a module">,
  ];
  let dependentDialects = ["::mlir::pr::PRDialect"];
}

def VerifyEstimates : Pass<"pr-verify-estimates"> {
  let summary = "Find estimates that no longer fit the IR";
  let description = [{
    Describes the operations of every annotated function again and compares. An
    error tells of each operation whose layer is no longer the one its estimate
    was computed for (stale), of each that has no estimate (fresh), and of each
    layer of `pr.annotated_keys` whose operations went away (lost). The pass needs
    no model and changes nothing.

    Runs on `builtin.module` or on a function. Functions without any annotation
    are fresh if another function has some; on its own, such a function is left
    alone.
  }];
  let dependentDialects = ["::mlir::pr::PRDialect"];
}

def StripAnnotations : Pass<"pr-strip-annotations"> {
  let summary = "Remove every `pr.*` attribute from the IR";
  let description = [{
    Removes the discardable attributes of dialect `pr` from the operation it
    runs on and from everything below it. What `pr-annotate-latency` added is
    gone afterwards: the output is what stock `mlir-opt` prints for the input of
    the annotation. `pr.bench` operations are left alone.

    ```mlir
    %1 = linalg.matmul {pr.latency = #latency} ins(...) outs(...)
    // becomes
    %1 = linalg.matmul ins(...) outs(...)
    ```
  }];
  let dependentDialects = ["::mlir::pr::PRDialect"];
}

#endif // PR_TRANSFORMS_PASSES_TD
