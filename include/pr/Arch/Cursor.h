// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a program, event by event: whoever asks decides what an instruction or
// an iteration means. A simulator takes instructions as it has room for them; a
// dependency graph follows the loops and leaves iterations out.
//
//   Cursor cursor(program, inputs, budget);
//   while (true)
//     switch (cursor.next()) {
//     case Event::Issue: ... cursor.issue(), cursor.value(id) ...
//     case Event::LoopBegin: ... cursor.tripCount() ...
//     case Event::IterationEnd: ... cursor.skipIterations(n) ...
//     case Event::End: return ...
//     case Event::Failed: return cursor.error();
//     }
#ifndef PR_ARCH_CURSOR_H
#define PR_ARCH_CURSOR_H

#include "pr/Arch/Program.h"

namespace pr::arch {

enum class Event : uint8_t {
  Issue,        ///< see issue()
  LoopBegin,    ///< see loop(), tripCount(); only of loops that issue
  IterationEnd, ///< see iteration(): how many are done
  LoopEnd,
  Signal, ///< see synchronization()
  Wait,
  Warm, ///< see warming(); of the first stream alone
  End,
  Failed, ///< see error()
};

/// Statements that may still be run; shared by the cursors of one layer. It
/// turns a mapping that never ends into an error.
struct StepBudget {
  int64_t limit = 100'000'000;
  int64_t used = 0;
};

class Cursor {
public:
  /// `inputs` has program.numInputs numbers. With `stream`, only that stream's
  /// instructions are shown. The program and the budget must outlive the
  /// cursor.
  Cursor(const Program &program, const int64_t *inputs, StepBudget &budget,
         uint32_t stream = 0);

  Event next();
  const Error &error() const { return failure; }

  const Issue &issue() const { return program.issues[eventIndex]; }
  const Synchronization &synchronization() const {
    return program.synchronizations[eventIndex];
  }
  const Warming &warming() const { return program.warmings[eventIndex]; }
  /// The loop of a loop's event.
  const Loop &loop() const { return program.loops[frames.back().index]; }
  int64_t tripCount() const { return frames.back().tripCount; }
  /// Iterations of loop() that are done.
  int64_t iteration() const { return frames.back().iteration; }

  int64_t value(ValueId id) const { return values[id]; }

  /// At LoopBegin or IterationEnd: leaves out the next `count` iterations, no
  /// more than are left. Carried values are computed all the same. False where
  /// that fails, see error().
  bool skipIterations(int64_t count);

private:
  /// A block that is being run. The root block counts as a Stream's.
  struct Frame {
    StatementKind kind;
    uint32_t index; ///< of what opened it
    BlockId block;
    uint32_t position = 0;
    int64_t iteration = 0, tripCount = 0; ///< of a Loop
  };
  /// Whether to go on, or to show `shown`.
  enum class Step : uint8_t { Go, Show };

  Step resume();
  Step runStatement(Statement statement);
  Step endBlock();
  Step endIf();
  Step endWhileBlock();
  Step beginLoop(uint32_t index);
  Step advanceLoop();
  Step endIteration();
  Step finishLoop();

  Step compute(const Compute &compute);
  Step show(Event event, uint32_t index = 0);
  Step fail(LocationId location, ErrorKind kind, const std::string &message);
  bool spendStep(LocationId location);
  void push(StatementKind kind, uint32_t index, BlockId block);
  void copy(const std::vector<ValueId> &from, const std::vector<ValueId> &to);

  const Program &program;
  StepBudget &budget;
  uint32_t stream;
  std::vector<int64_t> values;
  std::vector<int64_t> scratch; ///< for copies that happen all at once
  std::vector<Frame> frames;
  /// The event returned last, and what it is about.
  Event shown = Event::Issue;
  uint32_t eventIndex = 0;
  Error failure;
};

/// Runs a program that issues nothing and returns its outputs.
Expected<std::vector<int64_t>> evaluate(const Program &program,
                                        const std::vector<int64_t> &inputs,
                                        StepBudget &budget);

} // namespace pr::arch

#endif // PR_ARCH_CURSOR_H
