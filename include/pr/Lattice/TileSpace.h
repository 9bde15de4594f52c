// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tile sizes that a layer may be given on a target: the one place that says
// which are worth asking about and which are legal.
//
// Sizes are those at which something can change: powers of two, divisors, the
// sizes that cut a dimension into equal parts, multiples of the target's steps,
// the largest that a rule allows, the whole extent. Whether a combination is
// legal, the target's rules say, capacities among them. Combinations that cut
// the layer into more than 32 times as many tiles as a legal one are not worth
// asking about.
#ifndef PR_LATTICE_TILESPACE_H
#define PR_LATTICE_TILESPACE_H

#include "pr/Lattice/TargetInfo.h"

namespace pr {

/// The layer with each of the legal schedules, in a fixed order: at most
/// `most` of them (at least one), thinned out evenly where there are more. A
/// schedule gives every dimension of KindSupport::tileDims a size of at most
/// its extent. What the layer's own schedule says is not looked at.
///
/// Errors, all of kind Unsupported: the target cannot run the layer; it takes
/// no tile sizes of this kind; no combination is legal.
Expected<std::vector<Layer>> tileCandidates(const TargetInfo &target,
                                            const Layer &layer, size_t most);

/// The layer with one tile size for each of the kind's tiled dimensions.
Layer withTiles(const Layer &layer, const std::vector<unsigned> &dims,
                const int64_t *sizes);

} // namespace pr

#endif // PR_LATTICE_TILESPACE_H
