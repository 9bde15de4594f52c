// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A dialect of somebody else, whose ops describe themselves as layers.
#ifndef PR_TEST_LIB_DIALECT_TESTLAYEROPS_TD
#define PR_TEST_LIB_DIALECT_TESTLAYEROPS_TD

include "mlir/IR/OpBase.td"
include "pr/Interfaces/LayerOpInterface.td"

def TestLayer_Dialect : Dialect {
  let name = "test_layer";
  let cppNamespace = "::mlir::pr::test";
}

class TestLayer_Op<string mnemonic>
    : Op<TestLayer_Dialect, mnemonic,
         [DeclareOpInterfaceMethods<LayerOpInterface>]> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def TestLayer_ConvOp : TestLayer_Op<"conv"> {
  let summary = "A convolution of stride 1: [n, w, ic] with [w, ic, oc]";
  let arguments = (ins AnyRankedTensor:$input, AnyRankedTensor:$filter);
  let results = (outs AnyRankedTensor:$result);
}

def TestLayer_PrefetchOp : TestLayer_Op<"prefetch"> {
  let summary = "An op without work of its own";
  let arguments = (ins AnyType:$input);
}

def TestLayer_MagicOp : TestLayer_Op<"magic"> {
  let summary = "An op that cannot be described";
  let arguments = (ins AnyType:$input);
  let results = (outs AnyType:$result);
}

#endif // PR_TEST_LIB_DIALECT_TESTLAYEROPS_TD
