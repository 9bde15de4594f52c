// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ops of a function while rules fold them: what each rule may ask and do.
#ifndef PR_LIB_ANALYSIS_PROGRAM_H
#define PR_LIB_ANALYSIS_PROGRAM_H

#include "pr/Analysis/LayerAnalysis.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir {
namespace pr {

class Program {
public:
  Program(llvm::ArrayRef<OpDescription *> ops,
          const llvm::DenseMap<Operation *, unsigned> &index,
          const DescribeOptions &options);

  auto ops() { return llvm::make_pointee_range(descriptions); }
  /// Null where the op is not listed.
  OpDescription *find(Operation *op);
  /// The description of the op that defines a value; null for arguments.
  OpDescription *definition(Value value) { return find(value.getDefiningOp()); }
  bool isView(Operation *op);
  /// Whether `a` is listed in front of `b`.
  bool precedes(Operation *a, Operation *b) const;

  void fold(OpDescription &description, StringRef rule,
            Operation *into = nullptr);

  /// The value is the same in every inference: computed from constants alone.
  bool isConstant(Value value) const { return constants.contains(value); }
  /// Computed from constants and parameters alone. The parameters are the
  /// arguments of a function after its first one (docs/FoldingRules.md).
  bool isParameter(Value value) const;

  /// What the target does with a kind; null without target or support.
  const ::pr::KindSupport *support(::pr::LayerKind kind) const;
  bool asQuantized() const { return options.asQuantized; }

private:
  void findConstants();

  llvm::ArrayRef<OpDescription *> descriptions;
  const llvm::DenseMap<Operation *, unsigned> &index;
  const DescribeOptions &options;
  llvm::DenseSet<Value> constants, parameters;
};

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// The number behind a constant scalar or splat, through conversions; nullopt
/// where it is none or not known.
std::optional<double> constantNumber(Value value);

/// The one use of a value that does more than ask for its shape; null where
/// there are several or none.
OpOperand *onlyUse(Value value);

/// Dimensions of the result that an operand of an element-wise or broadcast op
/// varies along; nullopt where they cannot be told.
std::optional<llvm::SmallVector<unsigned>> variesAlong(OpOperand &operand);

/// The operand whose elements a structured op copies to other places (a
/// broadcast, a transpose); null where it does anything else.
OpOperand *copiedOperand(Operation *op);

/// Where dimension `dim` of a value lies in a reshaped one; -1 where it is
/// joined with others or split.
int dimAfterReshape(ArrayRef<int64_t> from, int dim, ArrayRef<int64_t> to);

/// The permutation of a transpose (result dimension i is source dimension
/// permutation[i]), named, generic or tosa; nullopt where the op is none.
std::optional<llvm::SmallVector<int64_t>> permutationOf(Operation *op);

//===----------------------------------------------------------------------===//
// Rules, in the order in which they run (docs/FoldingRules.md)
//===----------------------------------------------------------------------===//

void foldInits(Program &program);
void foldConstantExpressions(Program &program);
void foldWeightLayouts(Program &program);
void foldSlices(Program &program);
void foldPadding(Program &program);
void foldEpilogues(Program &program);
/// Not a rule: tile sizes that an operation has for this target are the
/// schedule of its layer.
void addSchedules(Program &program, const ::pr::TargetInfo &target);
void foldQuantization(Program &program);
void foldLayouts(Program &program);
void mapElementTypes(Program &program);

/// Whether an op is a data_movement layer of this name.
bool isMovement(const OpDescription &description, StringRef name);

/// "conv", "matmul", "pool" ...: how the rules call a layer that others are
/// folded into.
StringRef familyOf(::pr::LayerKind kind);

/// Folds the arithmetic that only prepares `value` (a bias, a scale), as far as
/// nobody else needs it.
void foldPreparation(Program &program, Value value, StringRef rule,
                     Operation *into);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_ANALYSIS_PROGRAM_H
