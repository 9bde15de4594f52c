// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Assembly forms and what an operation can check by itself. What needs the
// whole architecture is in ArchitectureVerifier.cpp.
#include "pr/Dialect/ACADL/ACADLOps.h"

#include "pr/Lattice/TargetInfo.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::pr::acadl;

#define GET_OP_CLASSES
#include "pr/Dialect/ACADL/ACADLOps.cpp.inc"

//===----------------------------------------------------------------------===//
// ParameterOp
//===----------------------------------------------------------------------===//

LogicalResult ParameterOp::verify() {
  // ODS getters of 64-bit attributes are unsigned.
  int64_t low = getMinimum(), high = getMaximum(), value = getDefaultValue();
  if (low > high)
    return emitOpError("has the empty range [") << low << ", " << high << "]";
  if (value < low || value > high)
    return emitOpError("has default ")
           << value << " outside its range [" << low << ", " << high << "]";
  return success();
}

void ParameterOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getValue(), getParameter());
}

//===----------------------------------------------------------------------===//
// Stages and units
//===----------------------------------------------------------------------===//

/// Every operation of `region` is an `Allowed`.
template <typename... Allowed>
static LogicalResult verifyContents(Operation *parent, Region &region,
                                    StringRef expected) {
  for (Operation &op : region.getOps())
    if (!isa<Allowed...>(op))
      return op.emitOpError("is inside '")
             << parent->getName() << "', which contains " << expected
             << " only";
  return success();
}

LogicalResult FetchStageOp::verifyRegions() {
  if (failed(verifyContents<InstructionMemoryAccessUnitOp>(
          *this, getBody(), "an instruction memory access unit")))
    return failure();
  if (!getBody().empty() && llvm::range_size(getBody().getOps()) > 1)
    return emitOpError("has more than one instruction memory access unit");
  return success();
}

LogicalResult ExecuteStageOp::verifyRegions() {
  return verifyContents<FunctionalUnitOp, MemoryAccessUnitOp>(
      *this, getBody(), "functional and memory access units");
}

/// The process that carries out `operation` alone, or null.
static ProcessOp findSingleProcess(Region &body, StringRef operation) {
  for (ProcessOp process : body.getOps<ProcessOp>())
    if (process.getOpcode() == operation && !process.getSecond())
      return process;
  return nullptr;
}

/// A fused pair is made of operations that the unit also processes one by one,
/// and takes the immediates of both.
static LogicalResult verifyFusedProcess(Region &body, ProcessOp process) {
  unsigned immediates = 0;
  for (StringRef name : {process.getOpcode(), *process.getSecond()}) {
    ProcessOp single = findSingleProcess(body, name);
    if (!single)
      return process.emitOpError("fuses '")
             << name << "', which its unit does not process alone";
    immediates += single.getBody().getNumArguments();
  }
  if (process.getBody().getNumArguments() != immediates)
    return process.emitOpError("has ")
           << process.getBody().getNumArguments()
           << " immediates, but the two operations together have "
           << immediates;
  return success();
}

static LogicalResult verifyUnit(Operation *unit, Region &body) {
  if (failed(verifyContents<ProcessOp>(unit, body, "'acadl.process'")))
    return failure();
  if (body.front().empty())
    return unit->emitOpError("processes no operation");
  llvm::StringSet<> seen;
  for (ProcessOp process : body.getOps<ProcessOp>()) {
    if (process.getSecond()) {
      if (failed(verifyFusedProcess(body, process)))
        return failure();
    } else if (!seen.insert(process.getOpcode()).second) {
      return process.emitOpError("repeats operation '")
             << process.getOpcode() << "' of its unit";
    }
  }
  return success();
}

LogicalResult FunctionalUnitOp::verifyRegions() {
  return verifyUnit(*this, getBody());
}

LogicalResult MemoryAccessUnitOp::verifyRegions() {
  return verifyUnit(*this, getBody());
}

//===----------------------------------------------------------------------===//
// ProcessOp
//===----------------------------------------------------------------------===//

/// A body whose only block begins with `arguments`; `{}` is one too.
static ParseResult parseBody(OpAsmParser &parser, OperationState &result,
                             ArrayRef<OpAsmParser::Argument> arguments) {
  Region *body = result.addRegion();
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*body, arguments))
    return failure();
  if (body->empty())
    body->emplaceBlock();
  return success();
}

ParseResult ProcessOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  std::string operation, second;
  if (parser.parseString(&operation))
    return failure();
  result.addAttribute("opcode", builder.getStringAttr(operation));
  if (succeeded(parser.parseOptionalKeyword("then"))) {
    if (parser.parseString(&second))
      return failure();
    result.addAttribute("second", builder.getStringAttr(second));
  }
  SmallVector<OpAsmParser::Argument> arguments;
  if (parser.parseArgumentList(arguments,
                               OpAsmParser::Delimiter::OptionalParen))
    return failure();
  for (OpAsmParser::Argument &argument : arguments)
    argument.type = builder.getIndexType();
  return failure(parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
                 parser.parseRegion(*result.addRegion(), arguments));
}

static void printArguments(OpAsmPrinter &printer, Block &block) {
  if (block.getNumArguments() == 0)
    return;
  printer << '(';
  llvm::interleaveComma(block.getArguments(), printer, [&](Value argument) {
    printer.printOperand(argument);
  });
  printer << ')';
}

void ProcessOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getOpcodeAttr();
  if (getSecond())
    printer << " then " << getSecondAttr();
  printArguments(printer, getBody().front());
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {"opcode", "second"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult ProcessOp::verifyRegions() {
  for (Type type : getBody().getArgumentTypes())
    if (!type.isIndex())
      return emitOpError("has an immediate of type ")
             << type << ", expected 'index'";
  if (!isa<LatencyOp>(getBody().front().back()))
    return emitOpError("does not end with 'acadl.latency'");
  // What it calls may be anything; the importer, which follows calls, sees.
  for (Operation &op : getBody().front().without_terminator())
    if (!isMemoryEffectFree(&op) && !isa<CallOpInterface>(op))
      return op.emitOpError("has side effects, which a latency must not have");
  return success();
}

LogicalResult LatencyOp::verify() {
  if (!getSecond())
    return success();
  if (!cast<ProcessOp>((*this)->getParentOp()).getSecond())
    return emitOpError("has a time for a second instruction, but its process "
                       "is of one");
  if (!getInterval())
    return emitOpError(
        "has a time for the second instruction, but no interval");
  return success();
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

LogicalResult SetAssociativeCacheOp::verify() {
  StringRef policy = getReplacement();
  if (policy != "lru" && policy != "fifo" && policy != "random")
    return emitOpError("has replacement policy '")
           << policy << "', expected lru, fifo or random";
  return success();
}

//===----------------------------------------------------------------------===//
// MappingOp
//===----------------------------------------------------------------------===//

static ParseResult parseOptionalStrings(OpAsmParser &parser, StringRef keyword,
                                        StringRef name,
                                        OperationState &result) {
  if (failed(parser.parseOptionalKeyword(keyword)))
    return success();
  ArrayAttr strings;
  if (parser.parseAttribute(strings))
    return failure();
  result.addAttribute(name, strings);
  return success();
}

ParseResult MappingOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  StringAttr name;
  std::string kind;
  if (parser.parseSymbolName(name, "sym_name", result.attributes) ||
      parser.parseKeyword("of") || parser.parseString(&kind))
    return failure();
  result.addAttribute("kind", builder.getStringAttr(kind));
  SmallVector<Attribute> names;
  SmallVector<OpAsmParser::Argument> arguments;
  auto parseArgument = [&]() -> ParseResult {
    StringRef dimension;
    OpAsmParser::Argument &argument = arguments.emplace_back();
    if (parser.parseKeyword(&dimension) || parser.parseEqual() ||
        parser.parseArgument(argument))
      return failure();
    argument.type = builder.getIndexType();
    names.push_back(builder.getStringAttr(dimension));
    return success();
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren,
                                     parseArgument))
    return failure();
  result.addAttribute("argumentNames", builder.getArrayAttr(names));
  return failure(
      parseOptionalStrings(parser, "types", "types", result) ||
      parseOptionalStrings(parser, "free_epilogues", "freeEpilogues", result) ||
      parseBody(parser, result, arguments));
}

void MappingOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << " of " << getKindAttr() << '(';
  llvm::interleaveComma(
      llvm::zip_equal(getArgumentNames(), getBody().getArguments()), printer,
      [&](auto pair) {
        printer << cast<StringAttr>(std::get<0>(pair)).getValue() << " = ";
        printer.printOperand(std::get<1>(pair));
      });
  printer << ')';
  if (ArrayAttr types = getTypesAttr())
    printer << " types " << types;
  if (ArrayAttr epilogues = getFreeEpiloguesAttr())
    printer << " free_epilogues " << epilogues;
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {"sym_name", "kind", "argumentNames", "types", "freeEpilogues"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

void MappingOp::getAsmBlockArgumentNames(Region &,
                                         OpAsmSetValueNameFn setName) {
  for (auto [argument, name] :
       llvm::zip(getBody().getArguments(),
                 getArgumentNames().getAsRange<StringAttr>()))
    setName(argument, name.getValue());
}

/// What a mapping of this kind may ask of a layer.
static llvm::StringSet<> knownArguments(const ::pr::KindInfo &kind) {
  llvm::StringSet<> known;
  for (const std::string &name : ::pr::legalityVariables(kind.kind))
    known.insert(name);
  for (const ::pr::DimInfo &dim : kind.dims)
    if (dim.role != ::pr::DimRole::Option)
      known.insert("nest_" + std::string(dim.name));
  return known;
}

static bool isCanonicalTypes(StringRef text) {
  auto [operands, results] = text.split(" -> ");
  for (StringRef list : {operands, results}) {
    SmallVector<StringRef> names;
    list.split(names, ", ");
    for (StringRef name : names) {
      std::optional<::pr::ElementType> type = ::pr::parseElementType(name);
      if (!type || toString(*type) != name)
        return false;
    }
  }
  return true;
}

LogicalResult MappingOp::verify() {
  const ::pr::KindInfo *kind = ::pr::findLayerKind(getKind());
  if (!kind)
    return emitOpError("maps '") << getKind() << "', which is no kind of layer";
  if (getArgumentNames().size() != getBody().getNumArguments())
    return emitOpError("names ")
           << getArgumentNames().size() << " arguments, but its body has "
           << getBody().getNumArguments();
  llvm::StringSet<> known = knownArguments(*kind), seen;
  for (StringAttr name : getArgumentNames().getAsRange<StringAttr>()) {
    if (!known.contains(name.getValue()))
      return emitOpError("asks for '") << name.getValue() << "', which '"
                                       << kind->name << "' layers do not have";
    if (!seen.insert(name.getValue()).second)
      return emitOpError("asks for '") << name.getValue() << "' twice";
  }
  for (BlockArgument argument : getBody().getArguments())
    if (!argument.getType().isIndex())
      return emitOpError("has an argument of type ")
             << argument.getType() << ", expected 'index'";
  if (getTypes())
    for (StringAttr types : getTypes()->getAsRange<StringAttr>())
      if (!isCanonicalTypes(types.getValue()))
        return emitOpError("accepts types '")
               << types.getValue() << "', expected a list such as "
               << "'i8, i8 -> i32'";
  if (getFreeEpilogues())
    for (StringAttr name : getFreeEpilogues()->getAsRange<StringAttr>())
      if (!::pr::parseEpilogueOp(name.getValue()))
        return emitOpError("has '")
               << name.getValue() << "' for free, which is no epilogue";
  return success();
}

LogicalResult RequireOp::verify() {
  if (getReason().trim().empty())
    return emitOpError("gives no reason");
  return success();
}

LogicalResult DomainOp::verify() {
  auto argument = dyn_cast<BlockArgument>(getDimension());
  if (!argument || argument.getOwner() != (*this)->getBlock())
    return emitOpError("is of a value that is no argument of its mapping");
  int64_t low = getLow(), high = getHigh();
  if (low < 0 || low > high)
    return emitOpError("has the range [")
           << low << ", " << high << "], expected 0 <= low <= high";
  return success();
}

//===----------------------------------------------------------------------===//
// RangeOp
//===----------------------------------------------------------------------===//

LogicalResult RangeOp::verify() {
  if (!getRepeat() != !getStride())
    return emitOpError("needs both 'repeat' and 'stride' or neither");
  return success();
}
