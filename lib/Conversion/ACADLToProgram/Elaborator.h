// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gives every number of an architecture its value for one choice of parameters,
// and builds the object diagram from them.
#ifndef PR_LIB_CONVERSION_ACADLTOPROGRAM_ELABORATOR_H
#define PR_LIB_CONVERSION_ACADLTOPROGRAM_ELABORATOR_H

#include "ProgramTranslator.h"

#include "pr/Arch/ObjectDiagram.h"

#include <map>
#include <string>

namespace mlir::pr::acadl {

class Elaborator {
public:
  explicit Elaborator(ArchitectureOp architecture)
      : architecture(architecture) {}

  /// Parameters left out have their defaults.
  LogicalResult run(const std::map<std::string, int64_t> &parameters);

  const ObjectNames &names() const { return objectNames; }
  /// Every value of the architecture's own block.
  const DenseMap<Value, int64_t> &values() const { return numbers; }
  ::pr::arch::ObjectDiagram takeDiagram() { return std::move(diagram); }
  const std::map<std::string, int64_t> &parameters() const { return chosen; }
  /// In kHz.
  std::optional<int64_t> clock() const { return clockKhz; }

private:
  LogicalResult
  chooseParameters(const std::map<std::string, int64_t> &parameters);
  LogicalResult evaluateBody();
  LogicalResult evaluateClock();
  void collectNames();
  LogicalResult buildStage(StageInterface op);
  LogicalResult buildUnit(UnitInterface op, uint32_t stage);
  LogicalResult buildProcess(ProcessOp op, ::pr::arch::Unit &unit);
  LogicalResult buildSemaphore(SemaphoreOp op);
  LogicalResult buildStorage(StorageInterface op);
  LogicalResult buildMemory(MemoryInterface op, ::pr::arch::Storage &storage);

  /// Sets `result` where the operation states the number; an error where it is
  /// below `minimum`.
  LogicalResult number(Operation *op, Value value, StringRef what,
                       int64_t minimum, int64_t &result);
  LogicalResult instances(Operation *op, ValueRange extents,
                          std::vector<int64_t> &result);
  uint32_t operation(StringRef name);
  std::vector<uint32_t> storages(std::optional<ArrayAttr> names);

  ArchitectureOp architecture;
  ObjectNames objectNames;
  DenseMap<Value, int64_t> numbers;
  std::map<std::string, int64_t> chosen;
  std::optional<int64_t> clockKhz;
  ::pr::arch::ObjectDiagram diagram;
};

} // namespace mlir::pr::acadl

#endif // PR_LIB_CONVERSION_ACADLTOPROGRAM_ELABORATOR_H
