// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_DIALECT_PR_PRATTRIBUTES_TD
#define PR_DIALECT_PR_PRATTRIBUTES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "pr/Dialect/PR/PRDialect.td"

class PR_Attr<string name, string keyword> : AttrDef<PR_Dialect, name> {
  let mnemonic = keyword;
}

def PR_LayerAttr : PR_Attr<"Layer", "layer"> {
  let summary = "a layer in its text form";
  let description = [{
    What one operation computes, independent of any target: kind, dimensions,
    element types, fused epilogue, schedule. The text is checked while it is
    parsed and printed in its one canonical spelling (docs/Layers.md).

    Example:

    ```mlir
    #pr.layer<"matmul b=1 m=128 n=768 k=768 : f32, f32 -> f32">
    ```
  }];
  let parameters = (ins "const ::pr::Layer &":$layer);
  // The text is made once, with the attribute, not each time it is printed.
  let genStorageClass = 0;
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// The canonical text; lives as long as the context.
    ::llvm::StringRef getText() const;
    /// stableHash of the text: layerKey(getLayer()).
    uint64_t getKey() const;
  }];
}

def PR_EstimateStatus : I32EnumAttr<"EstimateStatus", "how an estimate came about", [
    I32EnumAttrCase<"Measured", 0, "measured">,
    I32EnumAttrCase<"Predicted", 1, "predicted">,
    I32EnumAttrCase<"Extrapolated", 2, "extrapolated">,
    I32EnumAttrCase<"Folded", 3, "folded">,
    I32EnumAttrCase<"Unsupported", 4, "unsupported">]> {
  let cppNamespace = "::mlir::pr";
  let genSpecializedAttr = 0;
}

// An integer that may be absent: `time_ps = 12`.
class PR_OptionalInt<string desc> : OptionalParameter<"::std::optional<int64_t>", desc> {
  let printer = [{ $_printer << *$_self }];
}
class PR_Flag<string desc> : DefaultValuedParameter<"bool", "false", desc>;
class PR_OptionalText<string desc> : StringRefParameter<desc, [{""}]>;

def PR_ByExtentAttr : PR_Attr<"ByExtent", "by_extent"> {
  let summary = "a latency as a function of an unknown extent";
  let description = [{
    What an operation with unknown extents takes at each extent from 1 to `last`.
    `lower` and `upper` bound it over the whole range (0, where at some extent it
    has no work of its own). With one unknown extent `pieces` is the function
    itself, in ranges over which it is linear: a triple (first extent, value
    there, change from each extent to the next) for each range, which ends in
    front of the next one. It is absent where several extents are unknown, the
    bounds being those of all of them equal, and where there would be more than
    64 ranges. Extents without an answer make the whole attribute absent.

    Example: 4000 ps up to 8, then 4400 ps and 50 more for each extent.

    ```mlir
    #pr.by_extent<unit = "ps", unknowns = 1, last = 64, lower = 4000, upper = 7150,
                  pieces = [1, 4000, 0, 9, 4400, 50]>
    ```
  }];
  let parameters = (ins
    StringRefParameter<"ps or cycles">:$unit,
    "int64_t":$unknowns,
    "int64_t":$last,
    "int64_t":$lower,
    "int64_t":$upper,
    OptionalParameter<"::mlir::DenseI64ArrayAttr", "triples">:$pieces
  );
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    static constexpr int64_t kMaxPieces = 64;
    /// The value at an extent; nullopt outside of the range or without pieces.
    ::std::optional<int64_t> at(int64_t extent) const;
  }];
}

def PR_LatencyAttr : PR_Attr<"Latency", "latency"> {
  let summary = "how long an operation takes on one target";
  let description = [{
    The estimate of one operation on one target. Times are integer picoseconds,
    absent where the target counts cycles without a known clock; cycles are
    absent where it counts none. `lower` and `upper` bound the estimate with the
    confidence that was asked for.

    A number comes with the status `measured`, `predicted` or `extrapolated`,
    the representative (the layer with every stepped dimension at the last point
    of its plateau), the share of the representative's work that is padding, in
    parts per million, and the key of the layer the number was computed for: the
    hash of its text, by which a stale estimate is recognised. The statuses
    `folded` and `unsupported` come without a number, but with a reason: the name
    of the folding rule, or a sentence. An operation that is unsupported because
    of an unknown extent may say by extent how long it would take.

    `corrected_by` is there where a few measurements corrected the model of this
    kind of layer after its training: their number. `mlir-pr show` of the model
    says where they come from.

    Example:

    ```mlir
    #pr.latency<target = "ultratrail", model = "0c4f1a9be2d37756", status = predicted,
                time_ps = 4000000, lower_ps = 3900000, upper_ps = 4100000, cycles = 1000,
                representative = <"matmul b=1 m=1 n=16 k=48 : i8, i8 -> i32">,
                waste_ppm = 250000, key = "83f6ae6f5ac2a0dc">
    ```
  }];
  let parameters = (ins
    StringRefParameter<"name of the target">:$target,
    StringRefParameter<"16 hexadecimal digits of the model's checksum">:$model,
    EnumParameter<PR_EstimateStatus>:$status,
    PR_OptionalInt<"picoseconds">:$time_ps,
    PR_OptionalInt<"picoseconds">:$lower_ps,
    PR_OptionalInt<"picoseconds">:$upper_ps,
    PR_OptionalInt<"cycles">:$cycles,
    PR_OptionalInt<"cycles">:$lower_cycles,
    PR_OptionalInt<"cycles">:$upper_cycles,
    OptionalParameter<"LayerAttr", "the layer rounded up">:$representative,
    DefaultValuedParameter<"int64_t", "0", "padding in parts per million">:$waste_ppm,
    PR_Flag<"estimated with the element types of the quantized layer">:$as_quantized,
    PR_OptionalText<"16 hexadecimal digits">:$key,
    PR_OptionalText<"the folding rule, or why there is no number">:$reason,
    OptionalParameter<"ByExtentAttr", "the latency by the unknown extent">:$by_extent,
    DefaultValuedParameter<"int64_t", "0", "measurements that corrected the model later">:$corrected_by
  );
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def PR_TotalAttr : PR_Attr<"Total", "total"> {
  let summary = "how long a function or a module takes on one target";
  let description = [{
    The sum over the operations that have a number, calls followed and loops
    counted as often as they run. `ops` counts the operations that take time,
    each as often as it runs: folded ones do not count; `covered_ops` those that
    have a number. `coverage_time_ppm` is the share of the whole time that the
    total holds, in parts per million. What is missing is taken to run as fast
    per unit of work as what is there; the field is absent where there is
    nothing to compare with.
  }];
  let parameters = (ins
    StringRefParameter<"name of the target">:$target,
    StringRefParameter<"16 hexadecimal digits of the model's checksum">:$model,
    PR_OptionalInt<"picoseconds">:$time_ps,
    PR_OptionalInt<"picoseconds">:$lower_ps,
    PR_OptionalInt<"picoseconds">:$upper_ps,
    PR_OptionalInt<"cycles">:$cycles,
    PR_OptionalInt<"cycles">:$lower_cycles,
    PR_OptionalInt<"cycles">:$upper_cycles,
    "int64_t":$ops,
    "int64_t":$covered_ops,
    PR_OptionalInt<"parts per million">:$coverage_time_ppm,
    PR_Flag<"estimated with the element types of the quantized layers">:$as_quantized
  );
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def PR_AnnotatedKeysAttr : PR_Attr<"AnnotatedKeys", "annotated_keys"> {
  let summary = "what a function was annotated for, and which layers it had";
  let description = [{
    Attributes on foreign operations get lost when a pass replaces the
    operation. The function remembers the key of every layer that was annotated
    and how often it occurred, so that `pr-verify-estimates` finds the lost ones.
    `fused`, `types` and `tiles` repeat what the description of the operations
    took from the target: for each layer kind that it has, the epilogue operations
    that cost nothing, the element types it computes with where not any, and the
    dimensions whose tile sizes it takes. They let the layers be described again
    without the model.

    Example:

    ```mlir
    #pr.annotated_keys<target = "ultratrail", model = "0c4f1a9be2d37756", as_quantized = true,
                       fused = {conv1d = ["bias", "relu"]}, types = {conv1d = ["i8, i8 -> i32"]},
                       keys = {"83f6ae6f5ac2a0dc" = 1 : i64}>
    ```
  }];
  let parameters = (ins
    StringRefParameter<"name of the target">:$target,
    StringRefParameter<"16 hexadecimal digits of the model's checksum">:$model,
    PR_Flag<"annotated with as-quantized">:$as_quantized,
    DefaultValuedParameter<"int64_t", "0", "annotated with assume-extent; 0: without">:$assumed_extent,
    OptionalParameter<"::mlir::DictionaryAttr", "layer kind to names of epilogue operations">:$fused,
    OptionalParameter<"::mlir::DictionaryAttr", "layer kind to element types">:$types,
    OptionalParameter<"::mlir::DictionaryAttr", "layer kind to dimensions with tile sizes">:$tiles,
    "::mlir::DictionaryAttr":$keys
  );
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def PR_TileSizesAttr : PR_Attr<"TileSizes", "tile_sizes"> {
  let summary = "the tile sizes chosen for an operation";
  let description = [{
    One size for each loop of the operation, 0: not tiled. `pr-apply-tiles` needs
    nothing else, so that sizes found elsewhere can be written in its place.
    `pr-choose-tiles` adds why: the target and model that were asked, the layer
    with the chosen schedule, how long it takes, the second best sizes and their
    time, and the number of candidates. Times are integer picoseconds, cycles
    are absent where the target counts none; they are the model's, or, where
    `evaluated` says between how many candidates it decided, the evaluator's.

    Example:

    ```mlir
    #pr.tile_sizes<sizes = [4, 4, 32], target = "systolic_array", model = "0c4f1a9be2d37756",
                   layer = <"matmul b=1 m=8 n=8 k=64 tile=m:4,n:4,k:32 : i8, i8 -> i32">,
                   time_ps = 905000, cycles = 905, runner_up = [4, 4, 16],
                   runner_up_time_ps = 921000, runner_up_cycles = 921, candidates = 63>
    ```
  }];
  let parameters = (ins
    "::mlir::DenseI64ArrayAttr":$sizes,
    PR_OptionalText<"name of the target">:$target,
    PR_OptionalText<"16 hexadecimal digits of the model's checksum">:$model,
    OptionalParameter<"LayerAttr", "the layer with the chosen schedule">:$layer,
    PR_OptionalInt<"picoseconds">:$time_ps,
    PR_OptionalInt<"cycles">:$cycles,
    OptionalParameter<"::mlir::DenseI64ArrayAttr", "the second best sizes">:$runner_up,
    PR_OptionalInt<"picoseconds">:$runner_up_time_ps,
    PR_OptionalInt<"cycles">:$runner_up_cycles,
    DefaultValuedParameter<"int64_t", "0", "how many were compared">:$candidates,
    DefaultValuedParameter<"int64_t", "0", "how many the target's evaluator compared">:$evaluated
  );
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif // PR_DIALECT_PR_PRATTRIBUTES_TD
