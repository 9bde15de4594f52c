// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_DIALECT_ACADL_ACADLDIALECT_TD
#define PR_DIALECT_ACADL_ACADLDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def ACADL_Dialect : Dialect {
  let name = "acadl";
  let cppNamespace = "::mlir::pr::acadl";
  let summary = "accelerators and the instructions that layers become on them";
  let description = [{
    An accelerator is one `acadl.architecture`: its parameters, the objects an
    instruction passes through (stages, units, memories), and for each kind of
    layer a mapping that says which instructions a layer becomes.

    Every number is an SSA value of type `index`, so that capacities, sizes and
    latencies may depend on the parameters; `arith` computes them. Loops of a
    mapping are `scf.for` or `affine.for`, decisions `scf.if` or `arith.select`.

    ```mlir
    acadl.architecture @tiny {
      %lanes = acadl.parameter "lanes" default 8 in [1, 64]
      %c1 = arith.constant 1 : index
      acadl.fetch_stage @fetch latency(%c1) forwards [@core]
      acadl.execute_stage @core {
        acadl.functional_unit @dot {
          acadl.process "dot"(%length) {
            %cycles = arith.ceildivui %length, %lanes : index
            acadl.latency %cycles
          }
        }
      }
      acadl.mapping @matmul of "matmul"(b = %b, m = %m, n = %n, k = %k) {
        %c0 = arith.constant 0 : index
        %results = arith.muli %m, %n : index
        scf.for %i = %c0 to %results step %c1 {
          acadl.issue "dot"(%k)
        }
      }
    }
    ```
  }];
  let useDefaultTypePrinterParser = 1;
}

class ACADL_Type<string name, string typeMnemonic>
    : TypeDef<ACADL_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def ACADL_RangeType : ACADL_Type<"Range", "range"> {
  let summary = "words of a memory or register file that an instruction touches";
}

class ACADL_Op<string mnemonic, list<Trait> traits = []>
    : Op<ACADL_Dialect, mnemonic, traits>;

#endif // PR_DIALECT_ACADL_ACADLDIALECT_TD
