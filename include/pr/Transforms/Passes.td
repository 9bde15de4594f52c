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

    Runs on `builtin.module`, or on a function; then calls are not followed. Of
    the branches of an `scf.if` the slowest counts, and the fastest bounds it.
    The bounds of a total are sums of those of its layers, which are whole cycles
    inside of the real ones: of many layers of a few cycles each the total may lie
    some cycles outside. `mlir-pr annotate` has calibrated ones.

    The models are those of option `model`. Without it they are those that the
    devices of the `dlti.target_system_spec` in scope name with `pr.model`
    (`pr-attach-targets` writes them); without these, the files `TARGET.prm` in
    the folders of the environment variable `PR_MODEL_PATH`.

    An operation with an unknown extent is unsupported. `by-extent=512` adds to
    its attribute how long it takes at each extent from 1 to 512, at the price of
    as many estimates; `assume-extent=8` estimates everything as if each unknown
    extent were 8.

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
    Option<"assumeExtent", "assume-extent", "int64_t", "0",
           "Estimate operations with unknown extents as if each were this; 0: not">,
    Option<"byExtent", "by-extent", "int64_t", "0",
           "Estimate operations with unknown extents at every extent up to this; 0: not">,
    Option<"report", "report", "std::string", [{""}],
           "Write the estimates as JSON to this file, - for stdout; only on a module">,
  ];
  let dependentDialects = ["::mlir::DLTIDialect", "::mlir::pr::PRDialect"];
}

def AttachTargets : Pass<"pr-attach-targets", "::mlir::ModuleOp"> {
  let summary = "Write the targets of models into the target system spec";
  let description = [{
    Gives the module a `dlti.target_system_spec` with a device for each model,
    so that later passes find targets and models in the IR. Devices and entries
    that are there already stay, those of this dialect are replaced:
    `pr.model` (the path), `pr.model_id` (which bundle was there; another one is
    refused later) and, where there is a clock, `pr.clock_khz`.

    ```mlir
    module attributes {dlti.target_system_spec = #dlti.target_system_spec<
      "ultratrail" = #dlti.target_device_spec<
        "pr.model" = "models/ultratrail.prm", "pr.model_id" = "0c4f1a9be2d37756",
        "pr.clock_khz" = 250000 : i64>>} {
    ```
  }];
  let options = [
    ListOption<"models", "model", "std::string",
               "Model bundles, each for another target">,
  ];
  let dependentDialects = ["::mlir::DLTIDialect", "::mlir::pr::PRDialect"];
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

def ChooseTiles : Pass<"pr-choose-tiles"> {
  let summary = "Write the tile sizes that a model expects to be fastest";
  let description = [{
    For each operation that can be tiled and is a layer whose tile sizes the
    target leaves open: enumerates the legal ones (the target's conditions,
    capacities among them, are in the model), asks the model about all of them at
    once, and writes the fastest as attribute `pr.tile_sizes`, with its predicted
    latency and the runner-up. `pr-apply-tiles` applies them.

    With `architecture`, the description of the model's target, the model only
    makes a short list: its best `evaluate-best` candidates are evaluated on the
    described machine, and the fastest there is taken.

    ```mlir
    %1 = linalg.matmul ins(%a, %w : tensor<8x64xi8>, tensor<64x8xi8>) outs(%0 : tensor<8x8xi32>) -> tensor<8x8xi32>
    // becomes
    %1 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [4, 4, 32], ...>} ins(...) outs(...)
    ```

    Other operations are left alone, for a reason that is a missed remark of
    category `pr`. Sizes from before are replaced. Runs on `builtin.module` or on
    a function. Fails where the model cannot be read, is not one, or knows no
    schedules, and where the description is another target's; with `strict`, where a layer that can be tiled gets no sizes.
  }];
  let options = [
    ListOption<"models", "model", "std::string",
               "Model bundle; several only where 'target' chooses one of them">,
    ListOption<"targets", "target", "std::string",
               "Use the model for this target">,
    Option<"maxCandidates", "max-candidates", "int64_t", "256",
           "Most candidates that the model is asked about for each layer">,
    Option<"architecture", "architecture", "std::string", [{""}],
           "Description that decides between the model's best: the name of a built-in "
           "architecture or a file; parameters in brackets, default: the model's">,
    Option<"evaluateBest", "evaluate-best", "int64_t", "8",
           "How many of the model's best the description decides between">,
    Option<"asQuantized", "as-quantized", "bool", "false",
           "Take float layers with the element types of the target's integer ones">,
    Option<"strict", "strict", "bool", "false",
           "A layer of a kind that the target tiles and that gets no sizes is an error">,
  ];
  let dependentDialects = ["::mlir::pr::PRDialect"];
}

def ApplyTiles : Pass<"pr-apply-tiles"> {
  let summary = "Tile every operation that has `pr.tile_sizes`";
  let description = [{
    Replaces each operation with `pr.tile_sizes` by loops over tiles of these
    sizes, through `TilingInterface`. Needs no model, so that sizes may come from
    anywhere. Operations with no size but 0 stay as they are.

    ```mlir
    %1 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [4, 0, 0]>} ins(...) outs(...)
    // becomes
    %1 = scf.for %i = %c0 to %c8 step %c4 iter_args(%acc = %0) -> (tensor<8x8xi32>) {
      ...
      %3 = linalg.matmul ins(...) outs(...)
      ...
    }
    ```

    Where a size does not divide an extent, the last tile is smaller, and
    `remainder` says what becomes of it. `dynamic`: the loop has a tile of dynamic
    shape, as upstream leaves it. `peel`: the last iteration of each such loop
    stands behind it, so that after `canonicalize` every tile is static. `pad`:
    tiles are padded with zeros to their full size and the results cut back, so
    that there is one static tile; along a dimension that is summed over, only
    where the operation is a sum of products.

    Estimates stay true: a tile carries neither the estimate nor the sizes of the
    operation it was cut from, `pr.annotated_keys` of the function no longer
    counts that operation, and totals over a function that changed are removed.
    `pr-verify-estimates` then asks for estimates of the tiles.

    Fails where an operation cannot be tiled, or is no longer of the layer that
    its sizes were chosen for.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::pr::PRDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"remainder", "remainder", "::mlir::pr::TileRemainder",
           "::mlir::pr::TileRemainder::Dynamic",
           "What becomes of the last tile where a size does not divide an extent",
           [{::llvm::cl::values(
             clEnumValN(::mlir::pr::TileRemainder::Dynamic, "dynamic", "a tile of dynamic shape"),
             clEnumValN(::mlir::pr::TileRemainder::Peel, "peel", "an operation of its own behind the loop"),
             clEnumValN(::mlir::pr::TileRemainder::Pad, "pad", "padded with zeros to a full tile"))}]>,
  ];
}

def ResolveKnobs : Pass<"pr-resolve-knobs", "::mlir::ModuleOp"> {
  let summary = "Select the options of tile size knobs by predicted latency";
  let description = [{
    Looks for `transform.structured.tile_using_for` whose sizes are results of
    `transform.tune.knob` without a selection, and whose target is what
    `transform.structured.match` finds by operation name. Every combination of the
    knobs' options is predicted for the operations of the module that have this
    name, and the fastest in all is written as `selected`. `architecture` and
    `evaluate-best` are those of `pr-choose-tiles`.

    ```mlir
    %m = transform.tune.knob<"tile_m"> options = [2, 4, 8] -> !transform.param<i64>
    // becomes
    %m = transform.tune.knob<"tile_m"> = 4 : i64 from options = [2, 4, 8] -> !transform.param<i64>
    ```

    Knobs with a selection keep it; knobs that are used otherwise are left alone.
    Fails where the model cannot be read, or no combination has an estimate.
  }];
  let options = [
    ListOption<"models", "model", "std::string",
               "Model bundle; several only where 'target' chooses one of them">,
    ListOption<"targets", "target", "std::string",
               "Use the model for this target">,
    Option<"maxCandidates", "max-candidates", "int64_t", "4096",
           "Most combinations that the model is asked about">,
    Option<"architecture", "architecture", "std::string", [{""}],
           "Description that decides between the model's best combinations">,
    Option<"evaluateBest", "evaluate-best", "int64_t", "8",
           "How many of the model's best combinations the description decides between">,
  ];
  let dependentDialects = ["::mlir::pr::PRDialect"];
}

#endif // PR_TRANSFORMS_PASSES_TD
