// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The object diagram: architecture, parameters, stages, units, storage.
#ifndef PR_DIALECT_ACADL_ACADLOBJECTS_TD
#define PR_DIALECT_ACADL_ACADLOBJECTS_TD

include "pr/Dialect/ACADL/ACADLDialect.td"
include "pr/Dialect/ACADL/ACADLInterfaces.td"

//===----------------------------------------------------------------------===//
// Architecture and parameters
//===----------------------------------------------------------------------===//

def ACADL_ArchitectureOp : ACADL_Op<"architecture", [
    IsolatedFromAbove, NoRegionArguments, NoTerminator, SingleBlock, Symbol,
    SymbolTable]> {
  let summary = "an accelerator: parameters, objects, mappings";
  let description = [{
    The verifier sees the whole: every instruction of every mapping must find a
    unit that processes it, every stage must be reachable from a fetch stage,
    no stage may be reached from itself.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<StrAttr>:$summary);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name ($summary^)? attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def ACADL_InArchitecture : ParentOneOf<["ArchitectureOp"]>;

def ACADL_ParameterOp : ACADL_Op<"parameter", [
    Pure, ACADL_InArchitecture,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "a number that a user of the architecture may choose";
  let description = [{
    `--target=NAME[rows=16]` overrides the default; a value outside the range is
    refused.

    ```mlir
    %rows = acadl.parameter "rows" default 8 in [1, 64]
    ```
  }];
  let arguments = (ins StrAttr:$parameter, I64Attr:$defaultValue,
                       I64Attr:$minimum, I64Attr:$maximum);
  let results = (outs Index:$value);
  let assemblyFormat = [{
    $parameter `default` $defaultValue `in` ` ` `[` $minimum `,` $maximum `]`
    attr-dict
  }];
  let hasVerifier = 1;
}

def ACADL_ClockOp : ACADL_Op<"clock", [ACADL_InArchitecture]> {
  let summary = "the clock that all cycles are counted in";
  let description = [{
    Without it latencies are known in cycles only.

    ```mlir
    acadl.clock %khz kHz
    ```
  }];
  let arguments = (ins Index:$khz);
  let assemblyFormat = "$khz `kHz` attr-dict";
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

class ACADL_StageOp<string mnemonic, list<Trait> traits = []>
    : ACADL_Op<mnemonic, !listconcat(traits, [
        Symbol, ACADL_InArchitecture, AttrSizedOperandSegments,
        ACADL_StageInterface])>;

def ACADL_FetchStageOp : ACADL_StageOp<"fetch_stage", [
    NoRegionArguments, NoTerminator]> {
  let summary = "where the instructions of a mapping come from";
  let description = [{
    Takes the instructions of its streams in program order and hands them on,
    at most `issue_width` in a cycle (default 1), each at the earliest `latency`
    cycles (default 0) after it was taken. `capacity` (default: the issue width)
    is the size of the issue buffer. Instructions are there when
    asked for, unless an instruction memory access unit inside supplies them.

    ```mlir
    acadl.fetch_stage @fetch issue_width(%c2) capacity(%c8) forwards [@decode]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Variadic<Index>:$instances,
                       Optional<Index>:$issueWidth, Optional<Index>:$latency,
                       Optional<Index>:$capacity,
                       UnitAttr:$holdUntilCompletion,
                       OptionalAttr<FlatSymbolRefArrayAttr>:$forwards);
  let regions = (region MaxSizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name (`instances` `(` $instances^ `)`)?
    (`issue_width` `(` $issueWidth^ `)`)? (`latency` `(` $latency^ `)`)?
    (`capacity` `(` $capacity^ `)`)?
    (`hold_until_completion` $holdUntilCompletion^)?
    (`forwards` $forwards^)? attr-dict-with-keyword ($body^)?
  }];
  let hasRegionVerifier = 1;
}

def ACADL_PipelineStageOp : ACADL_StageOp<"pipeline_stage"> {
  let summary = "a stage that holds instructions and forwards them in order";
  let description = [{
    An instruction enters when a slot is free, is done `latency` cycles (default
    1) later, and leaves, in order, when a stage it may go on to has a slot for
    it: the first of `forwards` from which a unit that processes it can be
    reached. With `hold_until_completion` its slot stays taken until the
    instruction completes: a reservation station.

    ```mlir
    acadl.pipeline_stage @queue capacity(%c8) forwards [@load, @store]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Variadic<Index>:$instances,
                       Optional<Index>:$latency, Optional<Index>:$capacity,
                       UnitAttr:$holdUntilCompletion,
                       OptionalAttr<FlatSymbolRefArrayAttr>:$forwards);
  let assemblyFormat = [{
    $sym_name (`instances` `(` $instances^ `)`)?
    (`latency` `(` $latency^ `)`)? (`capacity` `(` $capacity^ `)`)?
    (`hold_until_completion` $holdUntilCompletion^)?
    (`forwards` $forwards^)? attr-dict
  }];
}

def ACADL_ExecuteStageOp : ACADL_StageOp<"execute_stage", [
    NoRegionArguments, NoTerminator, SingleBlock]> {
  let summary = "a stage whose units carry out instructions";
  let description = [{
    Contains functional units and memory access units. An instruction that one
    of them processes starts, in order, when a unit for it is free and its data
    are there; where a later stage processes it too, it goes on, otherwise it
    ends here. Others pass as in a pipeline stage. The stage's own `latency`
    (default 0) lies between entering and starting.

    `capacity` (default 1) counts the instructions that wait or are under way. A
    slot is free again when the unit is released and, if the instruction goes
    on, it has left; with `hold_until_completion` when it completes.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Variadic<Index>:$instances,
                       Optional<Index>:$latency, Optional<Index>:$capacity,
                       UnitAttr:$holdUntilCompletion, UnitAttr:$selfOrdered,
                       OptionalAttr<FlatSymbolRefArrayAttr>:$forwards);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name (`instances` `(` $instances^ `)`)?
    (`latency` `(` $latency^ `)`)? (`capacity` `(` $capacity^ `)`)?
    (`hold_until_completion` $holdUntilCompletion^)?
    (`self_ordered` $selfOrdered^)?
    (`forwards` $forwards^)? attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

class ACADL_UnitOp<string mnemonic, list<Trait> traits = []>
    : ACADL_Op<mnemonic, !listconcat(traits, [
        NoRegionArguments, NoTerminator, SingleBlock,
        ParentOneOf<["ExecuteStageOp"]>, ACADL_UnitInterface])> {
  let arguments = (ins SymbolNameAttr:$unitName,
                       OptionalAttr<FlatSymbolRefArrayAttr>:$reads,
                       OptionalAttr<FlatSymbolRefArrayAttr>:$writes,
                       Optional<Index>:$inFlight);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $unitName (`reads` $reads^)? (`writes` $writes^)?
    (`in_flight` `(` $inFlight^ `)`)? attr-dict-with-keyword $body
  }];
  let hasRegionVerifier = 1;
}

def ACADL_FunctionalUnitOp : ACADL_UnitOp<"functional_unit"> {
  let summary = "carries out operations on registers";
  let description = [{
    Its body lists the operations it processes. `reads` and `writes` name the
    register files it is connected to. `in_flight` bounds the instructions that
    have started and not left (default: no bound but the operations' intervals).

    ```mlir
    acadl.functional_unit @alu reads [@regs] writes [@regs] {
      acadl.process "add" { acadl.latency %c1 }
      acadl.process "mul" { acadl.latency %c3 interval %c1 }
    }
    ```
  }];
}

def ACADL_MemoryAccessUnitOp : ACADL_UnitOp<"memory_access_unit", [
    AttrSizedOperandSegments]> {
  let summary = "moves data between memories and registers";
  let description = [{
    As a functional unit, and connected to memories too: reading the ranges of an
    instruction comes before the operation's latency, writing them behind it, and
    both take the time that the memories say.

    With `bursts`, sizes in words, a run of words is accessed in pieces: of the
    windows of these sizes, each at a multiple of its size, the one that covers
    most of what is left, the smaller of equals, again and again; the whole
    window is transferred. `outstanding` bounds the unit's accesses that are
    requested and have not ended. With `posted_writes` an instruction is done
    with its last request to write, and does not wait for the write.

    ```mlir
    acadl.memory_access_unit @dma reads [@l2] bursts(%c16, %c32, %c64)
        outstanding(%c16) { acadl.process "load" { acadl.latency %c1 } }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$unitName,
                       OptionalAttr<FlatSymbolRefArrayAttr>:$reads,
                       OptionalAttr<FlatSymbolRefArrayAttr>:$writes,
                       Optional<Index>:$inFlight, Variadic<Index>:$bursts,
                       Optional<Index>:$outstanding, UnitAttr:$postedWrites);
  let assemblyFormat = [{
    $unitName (`reads` $reads^)? (`writes` $writes^)?
    (`in_flight` `(` $inFlight^ `)`)? (`bursts` `(` $bursts^ `)`)?
    (`outstanding` `(` $outstanding^ `)`)? (`posted_writes` $postedWrites^)?
    attr-dict-with-keyword $body
  }];
}

def ACADL_InstructionMemoryAccessUnitOp
    : ACADL_Op<"instruction_memory_access_unit", [
        ParentOneOf<["FetchStageOp"]>]> {
  let summary = "reads instructions from a memory";
  let description = [{
    Each access brings `width` instructions, after the memory's read latency.

    ```mlir
    acadl.instruction_memory_access_unit @ifetch reads @imem width(%c4)
    ```
  }];
  let arguments = (ins SymbolNameAttr:$unitName, FlatSymbolRefAttr:$memory,
                       Index:$width);
  let assemblyFormat = [{
    $unitName `reads` $memory `width` `(` $width `)` attr-dict
  }];
}

def ACADL_ProcessOp : ACADL_Op<"process", [
    AffineScope, SingleBlock,
    ParentOneOf<["FunctionalUnitOp", "MemoryAccessUnitOp"]>]> {
  let summary = "an operation that a unit carries out, and how long it takes";
  let description = [{
    The block's arguments are the immediates of the instruction; the body
    computes the latency from them and from the parameters, without side
    effects.

    With `then` it is two instructions carried out as one, which happens when
    the second is queued right behind the first as the first starts; the
    immediates of both are the arguments. The path of either may go on behind
    the unit where the latency states an interval.

    ```mlir
    acadl.process "preload"(%rows) {
      %cycles = arith.maxui %rows, %c4 : index
      acadl.latency %cycles
    }
    acadl.process "compute" then "preload"(%rows, %next) { ... }
    ```
  }];
  let arguments = (ins StrAttr:$opcode, OptionalAttr<StrAttr>:$second);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
}

def ACADL_LatencyOp : ACADL_Op<"latency", [
    Pure, Terminator, HasParent<"ProcessOp">, AttrSizedOperandSegments]> {
  let summary = "the cycles an operation takes";
  let description = [{
    The instruction is done `cycles` after it starts; the unit takes the next one
    `interval` cycles after it started (default: when the instruction leaves).
    Of two instructions carried out as one, the second may complete at a time of
    its own:

    ```mlir
    acadl.latency %first then %second interval %step
    ```
  }];
  let arguments = (ins Index:$cycles, Optional<Index>:$second,
                       Optional<Index>:$interval);
  let assemblyFormat = [{
    $cycles (`then` $second^)? (`interval` $interval^)? attr-dict
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

class ACADL_StorageOp<string mnemonic, list<Trait> traits = []>
    : ACADL_Op<mnemonic, !listconcat(traits, [
        Symbol, ACADL_InArchitecture, ACADL_StorageInterface])>;

class ACADL_MemoryOp<string mnemonic> : ACADL_StorageOp<mnemonic, [
    AttrSizedOperandSegments, ACADL_MemoryInterface]>;

def ACADL_RegisterFileOp : ACADL_StorageOp<"register_file"> {
  let summary = "registers, read and written at no cost";
  let arguments = (ins SymbolNameAttr:$sym_name, Variadic<Index>:$instances,
                       Index:$size);
  let assemblyFormat = [{
    $sym_name (`instances` `(` $instances^ `)`)? `size` `(` $size `)` attr-dict
  }];
}

// A memory's ports: what every kind of memory states.
defvar portArguments = (ins SymbolNameAttr:$sym_name,
    Variadic<Index>:$instances, Index:$size, Optional<Index>:$readLatency,
    Optional<Index>:$writeLatency, Optional<Index>:$ports,
    Optional<Index>:$portWidth, Optional<Index>:$overhead,
    Optional<Index>:$response, Optional<Index>:$inFlight, UnitAttr:$firstCome);
defvar portFormat = [{
    $sym_name (`instances` `(` $instances^ `)`)? `size` `(` $size `)`
    (`read_latency` `(` $readLatency^ `)`)?
    (`write_latency` `(` $writeLatency^ `)`)?
    (`ports` `(` $ports^ `)`)? (`port_width` `(` $portWidth^ `)`)?
    (`overhead` `(` $overhead^ `)`)? (`response` `(` $response^ `)`)?
    (`in_flight` `(` $inFlight^ `)`)? (`first_come` $firstCome^)?
}];

def ACADL_SRAMOp : ACADL_MemoryOp<"sram"> {
  let summary = "a memory with a fixed latency";
  let description = [{
    `size` words with the addresses 0 to size - 1. Each of `ports` ports
    (default 1) moves up to `port_width` words (default 1) in a cycle; the first arrive
    after `read_latency` (`write_latency`) cycles (default 1). `in_flight` bounds the
    accesses that have been requested and not ended. Accesses are served in the
    order in which their instructions were issued, with `first_come` in order of
    time.

    ```mlir
    acadl.sram @spad size(%c4096) read_latency(%c2) port_width(%c16)
    ```

    Every access takes its port `overhead` cycles longer (default 0), and ends
    `response` cycles after its transfer (default 0), the port being free again.
  }];
  let arguments = portArguments;
  let assemblyFormat = portFormat # " attr-dict";
}

def ACADL_DRAMOp : ACADL_MemoryOp<"dram"> {
  let summary = "a memory whose latency depends on the open row of a bank";
  let description = [{
    Ports as an `acadl.sram`. Addresses are spread over `banks` in units of
    `row` words; an access to the row that its bank has open takes the
    latency alone, another `row_miss` cycles more.

    A bank opens rows at least `row_cycle` cycles apart, and none before
    `write_recovery` cycles after the last write to it; a port that changes
    between reading and writing stands still for `turnaround` cycles (all default
    0).
  }];
  let arguments = !con(portArguments,
      (ins Index:$banks, Index:$row, Index:$rowMiss, Optional<Index>:$rowCycle,
           Optional<Index>:$writeRecovery, Optional<Index>:$turnaround));
  let assemblyFormat = portFormat # [{
    `banks` `(` $banks `)` `row` `(` $row `)` `row_miss` `(` $rowMiss `)`
    (`row_cycle` `(` $rowCycle^ `)`)?
    (`write_recovery` `(` $writeRecovery^ `)`)?
    (`turnaround` `(` $turnaround^ `)`)? attr-dict
  }];
}

def ACADL_SetAssociativeCacheOp : ACADL_MemoryOp<"set_associative_cache"> {
  let summary = "a cache in front of another memory";
  let description = [{
    Ports as an `acadl.sram`, with the latencies of a hit. It holds `sets` x
    `ways` lines of `line` words of the memory behind it, whose size its own
    equals. A miss reads the line there, after it has written back a changed
    one that gives way.

    With `misses` the cache does not stand still for a miss: its ports serve
    later accesses while up to that many lines are on their way. The lookup is
    what takes the port then, by `miss_overhead` cycles more for a miss and
    `victim_overhead` more for a changed line that gives way; lookups of one set
    are at least `set_gap` cycles apart (all default 0).
  }];
  let arguments = !con(portArguments,
      (ins Index:$sets, Index:$ways, Index:$line,
           DefaultValuedAttr<StrAttr, "\"lru\"">:$replacement,
           Optional<Index>:$misses, Optional<Index>:$missOverhead,
           Optional<Index>:$victimOverhead, Optional<Index>:$setGap,
           FlatSymbolRefAttr:$backing));
  let assemblyFormat = portFormat # [{
    `sets` `(` $sets `)` `ways` `(` $ways `)` `line` `(` $line `)`
    (`replacement` $replacement^)? (`misses` `(` $misses^ `)`)?
    (`miss_overhead` `(` $missOverhead^ `)`)?
    (`victim_overhead` `(` $victimOverhead^ `)`)?
    (`set_gap` `(` $setGap^ `)`)? `backed_by` $backing attr-dict
  }];
  let hasVerifier = 1;
}

def ACADL_SemaphoreOp : ACADL_Op<"semaphore", [Symbol, ACADL_InArchitecture]> {
  let summary = "a count by which streams wait for each other";
  let description = [{
    `acadl.signal` adds one, `acadl.wait` waits until the count is positive and
    takes one. It starts at `initial` for every layer.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Index:$initial);
  let assemblyFormat = "$sym_name `initial` `(` $initial `)` attr-dict";
}

#endif // PR_DIALECT_ACADL_ACADLOBJECTS_TD
