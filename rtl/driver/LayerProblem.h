// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers as far as this hardware computes them.
#ifndef SYSTOLIC_LAYERPROBLEM_H
#define SYSTOLIC_LAYERPROBLEM_H

#include "Problem.h"

#include "pr/Lattice/TargetInfo.h"

namespace systolic {

/// The kinds of layer that every configuration runs.
std::vector<pr::KindSupport> supportedKinds();

/// Precondition: the layer is legal by supportedKinds(). Errors: an epilogue or
/// a schedule, of which the hardware has none.
pr::Expected<Problem> toProblem(const pr::Layer &layer);

} // namespace systolic

#endif // SYSTOLIC_LAYERPROBLEM_H
