// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Machines and mappings written down in tests, without a file.
#ifndef PR_UNITTESTS_ARCH_SKETCH_H
#define PR_UNITTESTS_ARCH_SKETCH_H

#include "pr/Arch/ObjectDiagram.h"

#include <initializer_list>

namespace pr::arch::test {

/// Cycles (and interval) of an operation: `base + factor * immediate 0`.
struct Cost {
  int64_t base = 1, factor = 0;
};

/// Builds a mapping, statement by statement.
class ProgramSketch {
public:
  explicit ProgramSketch(uint32_t numInputs = 0);

  ValueId constant(int64_t value);
  ValueId compute(ExprOp op, ValueId a, ValueId b, ValueId c = kNone);
  ValueId add(ValueId a, ValueId b) { return compute(ExprOp::Add, a, b); }
  ValueId mul(ValueId a, ValueId b) { return compute(ExprOp::Mul, a, b); }
  ValueId min(ValueId a, ValueId b) { return compute(ExprOp::Min, a, b); }
  ValueId mod(ValueId a, ValueId b) { return compute(ExprOp::Mod, a, b); }

  /// Returns the induction variable.
  ValueId beginLoop(ValueId lower, ValueId upper, ValueId step);
  ValueId beginLoop(int64_t count);
  /// A value carried by the innermost loop so far: its argument.
  ValueId carry(ValueId initial);
  /// `yielded`: one for each carried value.
  void endLoop(std::vector<ValueId> yielded = {});
  void beginIf(ValueId condition);
  void beginElse();
  void endIf();
  void beginStream(uint32_t fetchStage, int64_t priority);
  void endStream();

  Access range(uint32_t storage, ValueId address, int64_t size);
  Access range(uint32_t storage, ValueId address, int64_t size, int64_t repeat,
               int64_t stride);
  void issue(uint32_t operation, std::vector<ValueId> immediates = {},
             std::vector<Access> reads = {}, std::vector<Access> writes = {},
             std::vector<ValueId> at = {});
  void signal(uint32_t semaphore, bool afterCompletion = false);
  void wait(uint32_t semaphore);

  Program take();

private:
  ValueId newValue() { return program.numValues++; }
  BlockId open();
  void append(StatementKind kind, size_t index);
  void markIssues();

  Program program;
  std::vector<BlockId> blocks;
  std::vector<uint32_t> loops, ifs;
};

Program costProgram(uint32_t numImmediates, Cost cycles,
                    const Cost *interval = nullptr);

/// Builds a machine, object by object. Indices as in the ObjectDiagram.
struct MachineSketch {
  ObjectDiagram diagram;

  uint32_t operation(const std::string &name);
  uint32_t fetch(int64_t issueWidth = 1, int64_t latency = 0,
                 int64_t capacity = 0);
  uint32_t pipeline(int64_t latency, int64_t capacity);
  uint32_t execute(int64_t latency = 0, int64_t capacity = 1);
  void forward(uint32_t from, uint32_t to);
  uint32_t unit(uint32_t stage, bool accessesMemory = false);
  void process(uint32_t unit, uint32_t operation, Cost cycles,
               uint32_t numImmediates = 0);
  void process(uint32_t unit, uint32_t operation, Cost cycles, Cost interval,
               uint32_t numImmediates = 0);
  uint32_t registers(int64_t size);
  uint32_t sram(int64_t size, int64_t readLatency, int64_t writeLatency,
                int64_t ports = 1, int64_t portWidth = 1);
  uint32_t semaphore(int64_t initial = 0);
  void connect(uint32_t unit, std::vector<uint32_t> reads,
               std::vector<uint32_t> writes);
};

} // namespace pr::arch::test

#endif // PR_UNITTESTS_ARCH_SKETCH_H
