// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bases that are compared: term sets and numbers of branches. Private to
// lib/Model.
#ifndef PR_LIB_MODEL_BASESEARCH_H
#define PR_LIB_MODEL_BASESEARCH_H

#include "pr/Model/BaseFit.h"

#include <vector>

namespace pr {

/// Errors that differ by no more than this factor do not tell bases apart: the
/// simpler one is taken.
inline constexpr double kAsGood = 1.02;
/// An error below this is rounding.
inline constexpr double kExact = 1e-9;

/// Alternatives with their error on held-out rows, up to the first that is
/// exact. Precondition: as many latencies and groups as layers, at least one.
std::vector<BaseCandidate> compareBases(const std::vector<Layer> &layers,
                                        const std::vector<double> &latencies,
                                        const std::vector<int64_t> &groups,
                                        const Lattice &lattice,
                                        const BaseFitOptions &options);

} // namespace pr

#endif // PR_LIB_MODEL_BASESEARCH_H
