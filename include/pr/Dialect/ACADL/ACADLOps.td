// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mappings: which instructions a layer becomes.
#ifndef PR_DIALECT_ACADL_ACADLOPS_TD
#define PR_DIALECT_ACADL_ACADLOPS_TD

include "pr/Dialect/ACADL/ACADLObjects.td"

def ACADL_MappingOp : ACADL_Op<"mapping", [
    AffineScope, NoTerminator, SingleBlock, Symbol, ACADL_InArchitecture,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "the instructions that a layer of one kind becomes";
  let description = [{
    The arguments are numbers of the layer by name: its dimensions, the widths
    `operand0_bits`, `operand1_bits`, `result0_bits`, `is_float`, and `tile_D`,
    the tile size of dimension D in the layer's schedule (0 where it has none),
    and `nest_D`, the position of D's loop in the outermost level of its loop nest
    (1 for the outermost, 0 where it has none).

    The body issues instructions, in loops (`scf.for`, `affine.for`) and
    decisions (`scf.if`) around `acadl.issue`; `arith` and `affine.apply`
    compute; `scf.while` may compute but not issue. Functions (`func.func`) of the
    architecture may be called.

    `types` lists the accepted element types (any, when left out),
    `free_epilogues` the operations that cost nothing behind such a layer.

    ```mlir
    acadl.mapping @conv of "conv1d"(ic = %ic, oc = %oc)
        types ["i8, i8 -> i32"] free_epilogues ["bias", "relu"] {
      acadl.issue "conv"(%ic, %oc)
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$kind,
                       StrArrayAttr:$argumentNames,
                       OptionalAttr<StrArrayAttr>:$types,
                       OptionalAttr<StrArrayAttr>:$freeEpilogues);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def ACADL_RequireOp : ACADL_Op<"require", [
    ParentOneOf<["MappingOp"]>, MemoryEffects<[MemWrite]>]> {
  let summary = "a condition on the layers that this mapping takes";
  let description = [{
    Other layers are unsupported, for the reason given in words of the user. The
    condition is computed from the mapping's arguments and the parameters alone.
    Conditions hold in order: a later one may rely on an earlier one.

    ```mlir
    acadl.require %odd, "the kernel must be odd"
    ```
  }];
  let arguments = (ins I1:$condition, StrAttr:$reason);
  let assemblyFormat = "$condition `,` $reason attr-dict";
  let hasVerifier = 1;
}

def ACADL_DomainOp : ACADL_Op<"domain", [
    ParentOneOf<["MappingOp"]>, MemoryEffects<[MemWrite]>]> {
  let summary = "extents that a campaign draws a dimension from";
  let description = [{
    A hint, for when the user names no range; it does not bound what is legal.

    ```mlir
    acadl.domain %stride in [1, 4]
    ```
  }];
  let arguments = (ins Index:$dimension, I64Attr:$low, I64Attr:$high);
  let assemblyFormat = "$dimension `in` ` ` `[` $low `,` $high `]` attr-dict";
  let hasVerifier = 1;
}

def ACADL_StreamOp : ACADL_Op<"stream", [
    NoRegionArguments, NoTerminator, SingleBlock, ParentOneOf<["MappingOp"]>,
    RecursiveMemoryEffects]> {
  let summary = "instructions that one fetch stage issues beside others";
  let description = [{
    The streams of a mapping run at the same time, each in its own program
    order; a mapping without any is one stream. Where several are ready at one
    fetch stage, the one with the highest `priority` goes first (default 0; the
    earlier one of equals).

    ```mlir
    acadl.stream @commands priority(%c2) { ... }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$fetchStage, Optional<Index>:$priority);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $fetchStage (`priority` `(` $priority^ `)`)? attr-dict-with-keyword $body
  }];
}

def ACADL_RangeOp : ACADL_Op<"range", [Pure, AttrSizedOperandSegments]> {
  let summary = "words of a memory or register file";
  let description = [{
    `size` words from `address` on; with `repeat`, that many runs of them, the
    starts `stride` words apart. `at` chooses one of an array of storages. The
    address is affine in the variables of the loops around it, piece by piece:
    minima, decisions and remainders are fine, products of two of them are not.

    ```mlir
    %a = acadl.range @spad[%row] size(%c16)
    %b = acadl.range @dram[%base] size(%c64) repeat(%rows) stride(%pitch)
    %r = acadl.range @regs[%c0] at(%i, %j) size(%c1)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$storage, Variadic<Index>:$at,
                       Index:$address, Index:$size, Optional<Index>:$repeat,
                       Optional<Index>:$stride);
  let results = (outs ACADL_RangeType:$range);
  let assemblyFormat = [{
    $storage `` `[` $address `]` (`at` `(` $at^ `)`)? `size` `(` $size `)`
    (`repeat` `(` $repeat^ `)` `stride` `(` $stride `)`)? attr-dict
  }];
  let hasVerifier = 1;
}

def ACADL_IssueOp : ACADL_Op<"issue", [
    AttrSizedOperandSegments, MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "one instruction";
  let description = [{
    Its operation decides which unit carries it out; `at` chooses among an array
    of equal stages. An instruction waits for the earlier ones that write what
    it reads, and for those that read or write what it writes.

    ```mlir
    acadl.issue "mac"(%length) at(%i, %j) reads(%a, %b) writes(%c)
    ```
  }];
  let arguments = (ins StrAttr:$opcode, Variadic<Index>:$immediates,
                       Variadic<Index>:$at, Variadic<ACADL_RangeType>:$reads,
                       Variadic<ACADL_RangeType>:$writes);
  let assemblyFormat = [{
    $opcode (`(` $immediates^ `)`)? (`at` `(` $at^ `)`)?
    (`reads` `(` $reads^ `)`)? (`writes` `(` $writes^ `)`)? attr-dict
  }];
}

def ACADL_WarmOp : ACADL_Op<"warm", [
    AttrSizedOperandSegments, ParentOneOf<["MappingOp"]>,
    MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "words that have gone through a cache before the layer begins";
  let description = [{
    Each line of the ranges, which are of caches, has been read or written
    once, one after the other, and the caches hold what is left of them. Takes no
    time. Without it a layer begins with empty caches.

    ```mlir
    acadl.warm reads(%weights, %inputs) writes(%results)
    ```
  }];
  let arguments = (ins Variadic<ACADL_RangeType>:$reads,
                       Variadic<ACADL_RangeType>:$writes);
  let assemblyFormat = [{
    (`reads` `(` $reads^ `)`)? (`writes` `(` $writes^ `)`)? attr-dict
  }];
}

def ACADL_SignalOp : ACADL_Op<"signal", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "adds one to a semaphore";
  let description = [{
    When every earlier instruction of the stream has left the fetch stage; with
    `after_completion`, when each of them has completed.
  }];
  let arguments = (ins FlatSymbolRefAttr:$semaphore, UnitAttr:$afterCompletion);
  let assemblyFormat = [{
    $semaphore (`after_completion` $afterCompletion^)? attr-dict
  }];
}

def ACADL_WaitOp : ACADL_Op<"wait", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "waits until a semaphore is positive, and takes one";
  let arguments = (ins FlatSymbolRefAttr:$semaphore);
  let assemblyFormat = "$semaphore attr-dict";
}

#endif // PR_DIALECT_ACADL_ACADLOPS_TD
