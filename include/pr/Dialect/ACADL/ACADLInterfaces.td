// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the objects of one sort have in common.
#ifndef PR_DIALECT_ACADL_ACADLINTERFACES_TD
#define PR_DIALECT_ACADL_ACADLINTERFACES_TD

include "mlir/IR/OpBase.td"

class ACADL_Interface<string name> : OpInterface<name> {
  let cppNamespace = "::mlir::pr::acadl";
}

def ACADL_StageInterface : ACADL_Interface<"StageInterface"> {
  let description = "A stage: what an instruction passes through.";
  let methods = [
    InterfaceMethod<"its name", "::llvm::StringRef", "getSymName">,
    InterfaceMethod<"stages an instruction may go on to",
                    "std::optional<::mlir::ArrayAttr>", "getForwards">,
    InterfaceMethod<"extents of the array of equal stages",
                    "::mlir::OperandRange", "getInstances">,
    InterfaceMethod<"cycles between entering and being done",
                    "::mlir::Value", "getLatency">,
    InterfaceMethod<"instructions held at once", "::mlir::Value",
                    "getCapacity">,
    InterfaceMethod<"whether a slot stays taken until the instruction completes",
                    "bool", "getHoldUntilCompletion">,
  ];
}

def ACADL_UnitInterface : ACADL_Interface<"UnitInterface"> {
  let description = "A unit: what carries out an operation within a stage.";
  let methods = [
    InterfaceMethod<"its name", "::llvm::StringRef", "getUnitName">,
    InterfaceMethod<"what it may read", "std::optional<::mlir::ArrayAttr>",
                    "getReads">,
    InterfaceMethod<"what it may write", "std::optional<::mlir::ArrayAttr>",
                    "getWrites">,
    InterfaceMethod<"instructions under way at once", "::mlir::Value",
                    "getInFlight">,
    InterfaceMethod<"its operations", "::mlir::Region &", "getBody">,
  ];
}

def ACADL_StorageInterface : ACADL_Interface<"StorageInterface"> {
  let description = "A register file or a memory: words with addresses.";
  let methods = [
    InterfaceMethod<"its name", "::llvm::StringRef", "getSymName">,
    InterfaceMethod<"number of words", "::mlir::Value", "getSize">,
    InterfaceMethod<"extents of the array of equal storages",
                    "::mlir::OperandRange", "getInstances">,
  ];
}

def ACADL_MemoryInterface : ACADL_Interface<"MemoryInterface"> {
  let description = "A storage whose accesses take time.";
  let methods = [
    InterfaceMethod<"cycles until the first words read arrive",
                    "::mlir::Value", "getReadLatency">,
    InterfaceMethod<"cycles until the last words are written",
                    "::mlir::Value", "getWriteLatency">,
    InterfaceMethod<"accesses that move words in the same cycle",
                    "::mlir::Value", "getPorts">,
    InterfaceMethod<"words a port moves in a cycle", "::mlir::Value",
                    "getPortWidth">,
    InterfaceMethod<"accesses under way at once", "::mlir::Value",
                    "getInFlight">,
    InterfaceMethod<"cycles a port stays taken after a transfer",
                    "::mlir::Value", "getOverhead">,
    InterfaceMethod<"cycles from the end of a transfer to that of the access",
                    "::mlir::Value", "getResponse">,
    InterfaceMethod<"whether requests are served in order of time", "bool",
                    "getFirstCome">,
  ];
}

#endif // PR_DIALECT_ACADL_ACADLINTERFACES_TD
