// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `pr` dialect: layers and estimates as attributes, benchmarks as ops.
#ifndef PR_DIALECT_PR_PRDIALECT_TD
#define PR_DIALECT_PR_PRDIALECT_TD

include "mlir/IR/OpBase.td"

def PR_Dialect : Dialect {
  let name = "pr";
  let cppNamespace = "::mlir::pr";
  let summary = "latency estimates by performance representatives";
  let description = [{
    The dialect holds what the estimator says about operations of other
    dialects, as verified attributes, and benchmarks of single layers.

    Discardable attributes, written by `pr-annotate-latency` (`pr.tile_sizes`: by
    `pr-choose-tiles`) and removed by `pr-strip-annotations`:

    | attribute | on | value |
    |---|---|---|
    | `pr.latency` | any operation | one `#pr.latency`, or an array with one for each target |
    | `pr.total` | functions and modules | one `#pr.total`, or an array with one for each target |
    | `pr.annotated_keys` | functions | one `#pr.annotated_keys`, or an array with one for each target |
    | `pr.tile_sizes` | operations with loops | one `#pr.tile_sizes`, with a size for each loop |

    Any other attribute whose name starts with `pr.` is an error, so that a
    misspelt name does not pass for an annotation.
  }];

  let discardableAttrs = (ins
    "::mlir::Attribute":$latency,
    "::mlir::Attribute":$total,
    "::mlir::Attribute":$annotated_keys,
    "::mlir::Attribute":$tile_sizes
  );

  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;

  let extraClassDeclaration = [{
    void registerAttributes();
  }];
}

#endif // PR_DIALECT_PR_PRDIALECT_TD
