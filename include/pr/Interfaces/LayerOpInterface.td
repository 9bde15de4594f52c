// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_INTERFACES_LAYEROPINTERFACE_TD
#define PR_INTERFACES_LAYEROPINTERFACE_TD

include "mlir/IR/OpBase.td"

def LayerOpInterface : OpInterface<"LayerOpInterface"> {
  let description = [{
    An operation that can say which layer it computes, that it has no work of
    its own, or why it cannot be described. Operations of upstream dialects get
    the interface from `registerExternalModels`; other dialects implement it on
    their own operations.

    The answer depends on the operation alone. What only its neighbours tell
    (padding read by a convolution, fused epilogues) is added by LayerAnalysis,
    which finds the operation's parts by the roles given beside the layer.
  }];
  let cppNamespace = "::mlir::pr";
  let methods = [
    InterfaceMethod<
      /*desc=*/"Describes the operation. Never fails: see LayerDescription.",
      /*retTy=*/"::mlir::pr::LayerDescription",
      /*methodName=*/"describeLayer",
      /*args=*/(ins)
    >,
  ];
}

#endif // PR_INTERFACES_LAYEROPINTERFACE_TD
