// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops, decisions and streams of mappings.
#include "ProgramTranslator.h"

using namespace mlir;
using namespace mlir::pr::acadl;
using namespace ::pr::arch;
using ::pr::ExprOp;

/// `loop` has its bounds; the body, the induction variable and the carried
/// values are those of `op`.
template <typename LoopOp>
LogicalResult ProgramTranslator::translateLoop(LoopOp op, Loop loop) {
  loop.location = location(op.getLoc());
  loop.induction = define(op.getInductionVar());
  for (auto [initial, argument] :
       llvm::zip_equal(op.getInits(), op.getRegionIterArgs()))
    loop.carried.push_back({lookup(initial), define(argument), kNone, kNone});
  loop.body = newBlock();
  bool issuedBefore = std::exchange(hasIssued, false);
  if (failed(translateBlock(*op.getBody(), loop.body)))
    return failure();
  loop.issues = hasIssued;
  hasIssued |= issuedBefore;
  for (auto [carried, yielded, result] : llvm::zip_equal(
           loop.carried, op.getBody()->getTerminator()->getOperands(),
           op->getResults())) {
    carried.yielded = lookup(yielded);
    carried.result = define(result);
  }
  program.loops.push_back(std::move(loop));
  append(StatementKind::Loop, program.loops.size() - 1);
  return success();
}

LogicalResult ProgramTranslator::translateFor(scf::ForOp op) {
  Loop loop;
  loop.lower = lookup(op.getLowerBound());
  loop.upper = lookup(op.getUpperBound());
  loop.step = lookup(op.getStep());
  return translateLoop(op, std::move(loop));
}

LogicalResult ProgramTranslator::translateAffineFor(affine::AffineForOp op) {
  Loop loop;
  LocationId where = location(op.getLoc());
  loop.lower = applyMap(op.getLowerBoundMap(), op.getLowerBoundOperands(),
                        ExprOp::Max, where);
  loop.upper = applyMap(op.getUpperBoundMap(), op.getUpperBoundOperands(),
                        ExprOp::Min, where);
  loop.step = constant(op.getStepAsInt());
  return translateLoop(op, std::move(loop));
}

LogicalResult ProgramTranslator::translateWhile(scf::WhileOp op) {
  While loop;
  loop.location = location(op.getLoc());
  loop.initial = lookupAll(op.getInits());
  for (Value argument : op.getBeforeArguments())
    loop.arguments.push_back(define(argument));
  loop.before = newBlock();
  loop.body = newBlock();
  ++whileDepth;
  if (failed(translateBlock(*op.getBeforeBody(), loop.before)))
    return failure();
  scf::ConditionOp condition = op.getConditionOp();
  loop.condition = lookup(condition.getCondition());
  loop.forwarded = lookupAll(condition.getArgs());
  for (Value argument : op.getAfterArguments())
    loop.bodyArguments.push_back(define(argument));
  if (failed(translateBlock(*op.getAfterBody(), loop.body)))
    return failure();
  --whileDepth;
  loop.yielded = lookupAll(op.getYieldOp().getOperands());
  for (Value result : op.getResults())
    loop.results.push_back(define(result));
  program.whiles.push_back(std::move(loop));
  append(StatementKind::While, program.whiles.size() - 1);
  return success();
}

LogicalResult ProgramTranslator::translateIf(scf::IfOp op) {
  If choice;
  choice.location = location(op.getLoc());
  choice.condition = lookup(op.getCondition());
  choice.thenBlock = newBlock();
  choice.elseBlock = newBlock();
  if (failed(translateBlock(*op.thenBlock(), choice.thenBlock)))
    return failure();
  if (Block *otherwise = op.elseBlock())
    if (failed(translateBlock(*otherwise, choice.elseBlock)))
      return failure();
  if (op.getNumResults() > 0)
    for (auto [result, thenValue, elseValue] :
         llvm::zip_equal(op.getResults(), op.thenYield().getOperands(),
                         op.elseYield().getOperands()))
      choice.merges.push_back(
          {define(result), lookup(thenValue), lookup(elseValue)});
  program.ifs.push_back(std::move(choice));
  append(StatementKind::If, program.ifs.size() - 1);
  return success();
}

LogicalResult ProgramTranslator::translateStream(StreamOp op) {
  Stream stream;
  stream.location = location(op.getLoc());
  stream.fetchStage = names.stages.lookup(op.getFetchStage());
  stream.priority = op.getPriority() ? lookup(op.getPriority()) : constant(0);
  stream.body = newBlock();
  bool issuedBefore = std::exchange(hasIssued, false);
  if (failed(translateBlock(op.getBody().front(), stream.body)))
    return failure();
  hasIssued = issuedBefore;
  program.streams.push_back(stream);
  append(StatementKind::Stream, program.streams.size() - 1);
  return success();
}
