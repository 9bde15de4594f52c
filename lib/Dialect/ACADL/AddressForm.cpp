// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AddressForm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::pr::acadl;

bool AddressForm::varies(Value value) {
  auto [it, isNew] = known.try_emplace(value, false);
  if (!isNew)
    return it->second;
  bool result = variesAnew(value);
  known[value] = result;
  return result;
}

bool AddressForm::variesAnew(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argumentVaries(argument);
  Operation *op = value.getDefiningOp();
  auto vary = [this](Value operand) { return varies(operand); };
  if (llvm::any_of(op->getOperands(), vary))
    return true;
  // A loop or a decision also depends on what its regions read.
  llvm::SetVector<Value> read;
  getUsedValuesDefinedAbove(op->getRegions(), read);
  return llvm::any_of(read, vary);
}

bool AddressForm::argumentVaries(BlockArgument argument) {
  Operation *parent = argument.getOwner()->getParentOp();
  if (isa<LoopLikeOpInterface>(parent)) {
    // `scf.while` computes; what it starts from decides.
    if (parent->getNumRegions() == 1)
      return true;
    return llvm::any_of(parent->getOperands(),
                        [this](Value operand) { return varies(operand); });
  }
  if (isa<FunctionOpInterface>(parent))
    return parameterVaries(parent, argument.getArgNumber());
  return false;
}

/// What any call hands over counts: the function takes the place of each.
bool AddressForm::parameterVaries(Operation *function, unsigned index) {
  auto uses = SymbolTable::getSymbolUses(function, architecture);
  return uses && llvm::any_of(*uses, [&](SymbolTable::SymbolUse use) {
           auto call = dyn_cast<CallOpInterface>(use.getUser());
           return call && index < call.getArgOperands().size() &&
                  varies(call.getArgOperands()[index]);
         });
}

Operation *AddressForm::findNonAffine(Value address) {
  Operation *op = address.getDefiningOp();
  // Loops, decisions and calls are pieces of their own.
  if (!op || op->getNumRegions() > 0 || isa<CallOpInterface>(op) ||
      !fine.insert(address).second)
    return nullptr;
  bool isProduct = isa<arith::MulIOp>(op);
  bool isDivision = isa<arith::DivUIOp, arith::DivSIOp, arith::CeilDivUIOp,
                        arith::CeilDivSIOp, arith::FloorDivSIOp, arith::RemUIOp,
                        arith::RemSIOp>(op);
  if ((isDivision && varies(op->getOperand(1))) ||
      (isProduct && varies(op->getOperand(0)) && varies(op->getOperand(1))))
    return op;
  for (Value operand : op->getOperands())
    if (Operation *found = findNonAffine(operand))
      return found;
  return nullptr;
}
