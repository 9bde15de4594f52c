// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is left of a mapping when MLIR is gone: a tree of blocks with loops,
// decisions, arithmetic and instructions. It is made once per architecture and
// run once per layer (Cursor.h). Latencies are programs too, without
// instructions.
//
// Every number is an int64_t in a numbered place: inputs first, then one place
// for each value, written by the one statement that defines it before any other
// reads it.
#ifndef PR_ARCH_PROGRAM_H
#define PR_ARCH_PROGRAM_H

#include "pr/Layer/Expr.h"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pr::arch {

using ValueId = uint32_t;
using BlockId = uint32_t;
/// Index into Program::locations.
using LocationId = uint32_t;
inline constexpr uint32_t kNone = ~uint32_t(0);

/// result = op(operands).
struct Compute {
  ExprOp op = ExprOp::Add;
  /// From an unsigned operation: refuses negative operands, for which it would
  /// mean something else.
  bool naturalsOnly = false;
  ValueId result = kNone;
  std::array<ValueId, 3> operands = {kNone, kNone, kNone};
  LocationId location = 0;
};

/// Words of a storage (index into ObjectDiagram::storages): `size` from
/// `address` on, `repeat` times, the starts `stride` apart.
struct Access {
  uint32_t storage = 0;
  std::vector<ValueId> at;
  ValueId address = kNone, size = kNone;
  ValueId repeat = kNone, stride = kNone; ///< kNone: once
};

/// One instruction.
struct Issue {
  uint32_t operation = 0; ///< index into ObjectDiagram::operations
  std::vector<ValueId> immediates;
  std::vector<ValueId> at;
  std::vector<Access> reads, writes;
  LocationId location = 0;
};

/// A value that goes from one iteration into the next.
struct Carried {
  ValueId initial = kNone;  ///< before the first iteration
  ValueId argument = kNone; ///< within an iteration
  ValueId yielded = kNone;  ///< what the next one gets
  ValueId result = kNone;   ///< after the last one
};

/// `induction` counts from `lower` to below `upper` in steps of `step` > 0.
struct Loop {
  ValueId lower = kNone, upper = kNone, step = kNone;
  ValueId induction = kNone;
  std::vector<Carried> carried;
  BlockId body = 0;
  bool issues = false; ///< an instruction, signal or wait is inside
  LocationId location = 0;
};

/// Computes, never issues. `before` runs until `condition` is false; while it
/// is true, `forwarded` enters `body`, whose `yielded` re-enters `before`.
struct While {
  std::vector<ValueId> initial, arguments; ///< of `before`
  BlockId before = 0;
  ValueId condition = kNone;
  std::vector<ValueId> forwarded, bodyArguments, yielded, results;
  BlockId body = 0;
  LocationId location = 0;
};

struct If {
  struct Merge {
    ValueId result = kNone, thenValue = kNone, elseValue = kNone;
  };
  ValueId condition = kNone;
  BlockId thenBlock = 0, elseBlock = 0;
  std::vector<Merge> merges;
  LocationId location = 0;
};

/// A signal to, or a wait for, a semaphore (index into
/// ObjectDiagram::semaphores).
struct Synchronization {
  uint32_t semaphore = 0;
  bool afterCompletion = false; ///< of a signal
  LocationId location = 0;
};

/// Words that have gone through caches before the layer begins.
struct Warming {
  std::vector<Access> reads, writes;
  LocationId location = 0;
};

/// Instructions that one fetch stage issues beside those of other streams.
struct Stream {
  uint32_t fetchStage = 0; ///< index into ObjectDiagram::stages
  ValueId priority = kNone;
  BlockId body = 0;
  LocationId location = 0;
};

enum class StatementKind : uint8_t {
  Compute,
  Issue,
  Loop,
  While,
  If,
  Signal,
  Wait,
  Stream, ///< in the root block only
  Warm,   ///< likewise
};

/// Index into the program's list of that kind.
struct Statement {
  StatementKind kind;
  uint32_t index;
};

struct Program {
  uint32_t numInputs = 0;
  uint32_t numValues = 0;
  std::vector<std::pair<ValueId, int64_t>> constants;

  std::vector<Compute> computes;
  std::vector<Issue> issues;
  std::vector<Loop> loops;
  std::vector<While> whiles;
  std::vector<If> ifs;
  std::vector<Synchronization> synchronizations;
  std::vector<Warming> warmings;
  /// Empty where the program is one stream, of the only fetch stage. Otherwise
  /// the root block computes, warms and holds streams, and issues nothing
  /// itself.
  std::vector<Stream> streams;

  std::vector<std::vector<Statement>> blocks;
  BlockId root = 0;
  /// What the program yields: the latency and the interval of an operation.
  std::vector<ValueId> outputs;
  /// "file.mlir:12:5"; entry 0 is of the program as a whole.
  std::vector<std::string> locations;

  /// Drops computations whose results nobody reads.
  void removeDeadComputes();
};

/// The expression that computes `value`, where the root block's arithmetic
/// alone does; `inputs` are those of the program. Errors: the value comes out
/// of a loop or a decision, or the expression is too large.
Expected<Expr> toExpr(const Program &program, ValueId value,
                      const std::vector<Expr> &inputs);

} // namespace pr::arch

#endif // PR_ARCH_PROGRAM_H
