// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocks, arithmetic and instructions; loops and decisions are in
// ControlFlow.cpp.
#include "ProgramTranslator.h"

#include "ArithForm.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pr::acadl;
using namespace ::pr::arch;
using ::pr::ExprOp;

std::string mlir::pr::acadl::locationText(Location location) {
  if (auto fused = dyn_cast<FusedLoc>(location))
    if (!fused.getLocations().empty())
      return locationText(fused.getLocations().front());
  if (auto named = dyn_cast<NameLoc>(location))
    return locationText(named.getChildLoc());
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return locationText(call.getCallee());
  if (auto file = dyn_cast<FileLineColLoc>(location))
    return (file.getFilename().getValue() + ":" + Twine(file.getLine()) + ":" +
            Twine(file.getColumn()))
        .str();
  return "unknown location";
}

ProgramTranslator::ProgramTranslator(const ObjectNames &names,
                                     const DenseMap<Value, int64_t> &known)
    : names(names), known(known) {}

//===----------------------------------------------------------------------===//
// Values, blocks, locations
//===----------------------------------------------------------------------===//

ValueId ProgramTranslator::constant(int64_t value) {
  auto [it, isNew] = constants.try_emplace(value, program.numValues);
  if (isNew)
    program.constants.push_back({newValue(), value});
  return it->second;
}

ValueId ProgramTranslator::lookup(Value value) {
  if (auto it = values.find(value); it != values.end())
    return it->second;
  if (auto it = known.find(value); it != known.end())
    return constant(it->second);
  llvm::APInt number;
  if (value.getType().isIntOrIndex() &&
      matchPattern(value, m_ConstantInt(&number)))
    return constant(value.getType().isInteger(1) ? number.getZExtValue()
                                                 : number.getSExtValue());
  if (!std::exchange(hasUnknownValue, true))
    emitError(value.getLoc(), "a value of type ")
        << value.getType() << " has no meaning in a mapping";
  return constant(0);
}

ValueId ProgramTranslator::lookupOptional(Value value) {
  return value ? lookup(value) : kNone;
}

std::vector<ValueId> ProgramTranslator::lookupAll(ValueRange range) {
  std::vector<ValueId> ids;
  for (Value value : range)
    ids.push_back(lookup(value));
  return ids;
}

void ProgramTranslator::addOutput(Value value) {
  program.outputs.push_back(lookup(value));
}

BlockId ProgramTranslator::newBlock() {
  program.blocks.emplace_back();
  return program.blocks.size() - 1;
}

LocationId ProgramTranslator::location(Location location) {
  std::string text = locationText(location);
  auto [it, isNew] = locations.try_emplace(text, program.locations.size());
  if (isNew)
    program.locations.push_back(text);
  return it->second;
}

ValueId ProgramTranslator::compute(ExprOp op, bool naturalsOnly,
                                   ArrayRef<ValueId> operands,
                                   LocationId location) {
  Compute compute{
      op, naturalsOnly, newValue(), {kNone, kNone, kNone}, location};
  llvm::copy(operands, compute.operands.begin());
  program.computes.push_back(compute);
  append(StatementKind::Compute, program.computes.size() - 1);
  return compute.result;
}

LogicalResult ProgramTranslator::translate(Block &block, Location where) {
  location(where);
  for (Value argument : block.getArguments())
    define(argument);
  program.numInputs = block.getNumArguments();
  program.root = newBlock();
  if (failed(translateBlock(block, program.root)))
    return failure();
  if (hasIssued && !program.streams.empty())
    return emitError(where,
                     "some instructions are in streams and some are not");
  return failure(hasUnknownValue);
}

LogicalResult ProgramTranslator::translateBlock(Block &block, BlockId target) {
  BlockId outer = std::exchange(current, target);
  for (Operation &op : block)
    if (failed(translateOp(&op)))
      return failure();
  current = outer;
  return success();
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

LogicalResult ProgramTranslator::translateOp(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<scf::ForOp>([&](auto op) { return translateFor(op); })
      .Case<affine::AffineForOp>(
          [&](auto op) { return translateAffineFor(op); })
      .Case<scf::WhileOp>([&](auto op) { return translateWhile(op); })
      .Case<scf::IfOp>([&](auto op) { return translateIf(op); })
      .Case<func::CallOp>([&](auto op) { return translateCall(op); })
      .Case<affine::AffineApplyOp>([&](auto op) { return translateApply(op); })
      .Case<affine::AffineMinOp, affine::AffineMaxOp>([&](auto op) {
        ExprOp combine =
            isa<affine::AffineMinOp>(op) ? ExprOp::Min : ExprOp::Max;
        values[op.getResult()] = applyMap(op.getMap(), op.getOperands(),
                                          combine, location(op.getLoc()));
        return success();
      })
      .Case<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtUIOp>(
          [&](Operation *op) {
            values[op->getResult(0)] = lookup(op->getOperand(0));
            return success();
          })
      .Case<IssueOp>([&](auto op) { return translateIssue(op); })
      .Case<StreamOp>([&](auto op) { return translateStream(op); })
      .Case<SignalOp>([&](auto op) {
        return translateSynchronization(op, op.getSemaphore(),
                                        op.getAfterCompletion());
      })
      .Case<WaitOp>([&](auto op) {
        return translateSynchronization(op, op.getSemaphore(), false);
      })
      .Case<WarmOp>([&](auto op) {
        program.warmings.push_back({accesses(op.getReads()),
                                    accesses(op.getWrites()),
                                    location(op.getLoc())});
        append(StatementKind::Warm, program.warmings.size() - 1);
        return success();
      })
      .Case<RequireOp>([&](auto op) {
        requirements.push_back({lookup(op.getCondition()), op});
        return success();
      })
      // Objects are not part of a program.
      .Case<StageInterface, StorageInterface>(
          [&](Operation *) { return success(); })
      .Case<ParameterOp, ClockOp, SemaphoreOp, MappingOp, func::FuncOp>(
          [&](Operation *) { return success(); })
      // Read where they are used, or at the end of their block.
      .Case<arith::ConstantOp, RangeOp, DomainOp, LatencyOp, scf::YieldOp,
            scf::ConditionOp, affine::AffineYieldOp, func::ReturnOp>(
          [&](Operation *) { return success(); })
      .Default([&](Operation *op) { return translateArithmetic(op); });
}

LogicalResult ProgramTranslator::translateArithmetic(Operation *op) {
  std::optional<ArithForm> form = arithForm(op);
  if (!form)
    return op->emitOpError("has no meaning in a mapping");
  SmallVector<ValueId> operands;
  for (Value operand : op->getOperands())
    operands.push_back(lookup(operand));
  values[op->getResult(0)] =
      compute(form->op, form->naturalsOnly, operands, location(op->getLoc()));
  return success();
}

/// The body of the function takes the place of the call.
LogicalResult ProgramTranslator::translateCall(func::CallOp call) {
  auto architecture = call->getParentOfType<ArchitectureOp>();
  auto function = architecture.lookupSymbol<func::FuncOp>(call.getCallee());
  if (!function || !function.getBody().hasOneBlock())
    return call.emitOpError("calls '@")
           << call.getCallee() << "', expected a function with one block";
  if (!calls.insert(function))
    return call.emitOpError("calls '@")
           << call.getCallee() << "', which it is a part of";
  Block &body = function.getBody().front();
  for (auto [argument, operand] :
       llvm::zip_equal(body.getArguments(), call.getOperands()))
    values[argument] = lookup(operand);
  if (failed(translateBlock(body, current)))
    return failure();
  for (auto [result, returned] :
       llvm::zip_equal(call.getResults(), body.getTerminator()->getOperands()))
    values[result] = lookup(returned);
  calls.pop_back();
  return success();
}

//===----------------------------------------------------------------------===//
// Affine maps
//===----------------------------------------------------------------------===//

LogicalResult ProgramTranslator::translateApply(affine::AffineApplyOp op) {
  values[op.getResult()] = applyMap(op.getAffineMap(), op.getOperands(),
                                    ExprOp::Min, location(op.getLoc()));
  return success();
}

ValueId ProgramTranslator::applyMap(AffineMap map, ValueRange operands,
                                    ExprOp combine, LocationId location) {
  SmallVector<ValueId> ids;
  for (Value operand : operands)
    ids.push_back(lookup(operand));
  ArrayRef<ValueId> dims = ArrayRef(ids).take_front(map.getNumDims());
  ArrayRef<ValueId> symbols = ArrayRef(ids).drop_front(map.getNumDims());
  ValueId result = kNone;
  for (AffineExpr expr : map.getResults()) {
    ValueId next = applyExpr(expr, dims, symbols, location);
    result = result == kNone
                 ? next
                 : compute(combine, false, {result, next}, location);
  }
  return result;
}

static ExprOp affineOp(AffineExprKind kind) {
  switch (kind) {
  case AffineExprKind::Add:
    return ExprOp::Add;
  case AffineExprKind::Mul:
    return ExprOp::Mul;
  case AffineExprKind::Mod:
    return ExprOp::Mod;
  case AffineExprKind::FloorDiv:
    return ExprOp::FloorDiv;
  default:
    return ExprOp::CeilDiv;
  }
}

ValueId ProgramTranslator::applyExpr(AffineExpr expr, ArrayRef<ValueId> dims,
                                     ArrayRef<ValueId> symbols,
                                     LocationId location) {
  if (auto number = dyn_cast<AffineConstantExpr>(expr))
    return constant(number.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  ValueId left = applyExpr(binary.getLHS(), dims, symbols, location);
  ValueId right = applyExpr(binary.getRHS(), dims, symbols, location);
  return compute(affineOp(expr.getKind()), false, {left, right}, location);
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

std::vector<Access> ProgramTranslator::accesses(ValueRange ranges) {
  std::vector<Access> result;
  for (Value value : ranges) {
    auto range = value.getDefiningOp<RangeOp>();
    Access access;
    access.storage = names.storages.lookup(range.getStorage());
    access.at = lookupAll(range.getAt());
    access.address = lookup(range.getAddress());
    access.size = lookup(range.getSize());
    access.repeat = lookupOptional(range.getRepeat());
    access.stride = lookupOptional(range.getStride());
    result.push_back(std::move(access));
  }
  return result;
}

LogicalResult ProgramTranslator::translateIssue(IssueOp op) {
  if (whileDepth > 0)
    return op.emitOpError("is inside 'scf.while', which may compute but not "
                          "issue; use 'scf.for'");
  hasIssued = true;
  Issue issue;
  issue.operation = names.operations.lookup(op.getOpcode());
  issue.immediates = lookupAll(op.getImmediates());
  issue.at = lookupAll(op.getAt());
  issue.reads = accesses(op.getReads());
  issue.writes = accesses(op.getWrites());
  issue.location = location(op.getLoc());
  program.issues.push_back(std::move(issue));
  append(StatementKind::Issue, program.issues.size() - 1);
  return success();
}

LogicalResult
ProgramTranslator::translateSynchronization(Operation *op, StringRef semaphore,
                                            bool afterCompletion) {
  if (whileDepth > 0)
    return op->emitOpError("is inside 'scf.while', which may only compute");
  hasIssued = true;
  program.synchronizations.push_back({names.semaphores.lookup(semaphore),
                                      afterCompletion, location(op->getLoc())});
  append(isa<WaitOp>(op) ? StatementKind::Wait : StatementKind::Signal,
         program.synchronizations.size() - 1);
  return success();
}
