// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reference: runs the instructions of a layer through the machine, event by
// event, as docs/design/AcadlSemantics.md says. Moves what can move, and looks
// at nothing again before something has changed.
#ifndef PR_ARCH_EVENTSIMULATOR_H
#define PR_ARCH_EVENTSIMULATOR_H

#include "pr/Arch/Machine.h"
#include "pr/Arch/Timing.h"

namespace pr::arch {

/// `inputs`: the program's. Errors: those of the mapping (Cursor.h) and of its
/// instructions (Machine::decode), a stream that waits for ever, too many
/// instructions.
Expected<Timing> simulate(const Machine &machine, const Program &program,
                          const std::vector<int64_t> &inputs,
                          const EvaluationOptions &options = {});

} // namespace pr::arch

#endif // PR_ARCH_EVENTSIMULATOR_H
