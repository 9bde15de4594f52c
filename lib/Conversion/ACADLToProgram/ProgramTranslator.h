// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Translates regions of arith, affine, scf and acadl operations into programs.
// What cannot be translated is said by diagnostics at the operation.
#ifndef PR_LIB_CONVERSION_ACADLTOPROGRAM_PROGRAMTRANSLATOR_H
#define PR_LIB_CONVERSION_ACADLTOPROGRAM_PROGRAMTRANSLATOR_H

#include "pr/Arch/Program.h"
#include "pr/Dialect/ACADL/ACADLOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::pr::acadl {

/// Indices of the objects that programs refer to.
struct ObjectNames {
  llvm::StringMap<uint32_t> stages, storages, semaphores, operations;
};

/// "file.mlir:12:5".
std::string locationText(Location location);

/// A condition of a mapping, as it stands in the program.
struct TranslatedRule {
  ::pr::arch::ValueId condition;
  RequireOp op;
};

class ProgramTranslator {
public:
  /// `known`: values from outside the region whose numbers are fixed.
  ProgramTranslator(const ObjectNames &names,
                    const DenseMap<Value, int64_t> &known);

  /// The block's arguments are the program's inputs.
  LogicalResult translate(Block &block, Location location);
  /// Makes the program yield a value of the translated block.
  void addOutput(Value value);
  ::pr::arch::Program take() { return std::move(program); }

  ArrayRef<TranslatedRule> rules() const { return requirements; }
  /// The place of a value in the program; one that has none is an error, said
  /// once.
  ::pr::arch::ValueId lookup(Value value);

private:
  using ValueId = ::pr::arch::ValueId;
  using BlockId = ::pr::arch::BlockId;

  LogicalResult translateBlock(Block &block, BlockId target);
  LogicalResult translateOp(Operation *op);
  LogicalResult translateArithmetic(Operation *op);
  LogicalResult translateCall(func::CallOp call);
  LogicalResult translateApply(affine::AffineApplyOp op);
  LogicalResult translateFor(scf::ForOp op);
  LogicalResult translateAffineFor(affine::AffineForOp op);
  LogicalResult translateWhile(scf::WhileOp op);
  LogicalResult translateIf(scf::IfOp op);
  LogicalResult translateIssue(IssueOp op);
  LogicalResult translateStream(StreamOp op);
  LogicalResult translateSynchronization(Operation *op, StringRef semaphore,
                                         bool afterCompletion);
  template <typename LoopOp>
  LogicalResult translateLoop(LoopOp op, ::pr::arch::Loop loop);

  std::vector<::pr::arch::Access> accesses(ValueRange ranges);
  std::vector<ValueId> lookupAll(ValueRange values);
  ValueId lookupOptional(Value value);
  /// The smallest (largest) result of an affine map applied to operands.
  ValueId applyMap(AffineMap map, ValueRange operands, ::pr::ExprOp combine,
                   ::pr::arch::LocationId location);
  ValueId applyExpr(AffineExpr expr, ArrayRef<ValueId> dims,
                    ArrayRef<ValueId> symbols, ::pr::arch::LocationId location);

  ValueId constant(int64_t value);
  ValueId newValue() { return program.numValues++; }
  ValueId define(Value value) { return values[value] = newValue(); }
  BlockId newBlock();
  void append(::pr::arch::StatementKind kind, size_t index) {
    program.blocks[current].push_back({kind, uint32_t(index)});
  }
  ValueId compute(::pr::ExprOp op, bool naturalsOnly,
                  ArrayRef<ValueId> operands, ::pr::arch::LocationId location);
  ::pr::arch::LocationId location(Location location);

  const ObjectNames &names;
  const DenseMap<Value, int64_t> &known;
  ::pr::arch::Program program;
  BlockId current = 0;
  DenseMap<Value, ValueId> values;
  DenseMap<int64_t, ValueId> constants;
  llvm::StringMap<::pr::arch::LocationId> locations;
  SmallVector<TranslatedRule> requirements;
  /// Functions whose bodies are being translated.
  llvm::SetVector<Operation *> calls;
  /// Whether an instruction was met since this was last reset.
  bool hasIssued = false;
  unsigned whileDepth = 0;
  bool hasUnknownValue = false;
};

} // namespace mlir::pr::acadl

#endif // PR_LIB_CONVERSION_ACADLTOPROGRAM_PROGRAMTRANSLATOR_H
