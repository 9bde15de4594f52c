// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which terms a base may be made of: sets that differ by what they hold a
// machine capable of. Cross-validation chooses between them (BaseFit.h).
#ifndef PR_LIB_MODEL_TERMSETS_H
#define PR_LIB_MODEL_TERMSETS_H

#include "pr/Model/Terms.h"

#include <string>
#include <vector>

namespace pr {

struct TermSet {
  std::string name;
  std::vector<Term> terms;
};

/// Smaller ones first. `hasTiles`: a schedule or steps cut the layers.
std::vector<TermSet> termSets(const Lattice &lattice, bool hasTiles);
/// What some machines have beside: groups of positions, blocks of channels,
/// bands, or memories that are too small for a layer.
std::vector<TermSet> additions(const Lattice &lattice);
/// Both together; what both have once.
TermSet unite(const TermSet &a, const TermSet &b);

} // namespace pr

#endif // PR_LIB_MODEL_TERMSETS_H
