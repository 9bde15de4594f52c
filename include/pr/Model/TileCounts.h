// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tiles of a schedule add up to. Seen as a product of [rows, depth]
// and [depth, columns], a layer cut into tiles is T_rows x T_columns x T_depth
// steps, and what a step costs is linear in its rows, columns, depth and the
// elements of its operands, wherever these come from. So the sums of each of
// them over all steps are what a latency is made of, in closed form:
// rows are needed once for each tile of columns and of depth, and so on.
#ifndef PR_MODEL_TILECOUNTS_H
#define PR_MODEL_TILECOUNTS_H

#include "pr/Lattice/Lattice.h"

#include <array>
#include <string_view>

namespace pr {

/// The sums, over all steps, in the order of kTileCountNames. The taps of a
/// window are steps of their own, as are batches and groups. `result`: over the
/// tiles of the result, `first`: of the first tile alone.
inline constexpr unsigned kNumTileCounts = 13;
inline constexpr std::array<std::string_view, kNumTileCounts> kTileCountNames =
    {"tile_steps",          "tile_rows",       "tile_columns",
     "tile_depth",          "tile_input",      "tile_weights",
     "tile_partials",       "tile_results",    "tile_result_rows",
     "tile_result_columns", "first_tile_rows", "first_tile_columns",
     "first_tile_depth"};
using TileCounts = std::array<double, kNumTileCounts>;

/// Whether layers of the kind are such products.
bool hasTileCounts(LayerKind kind);
/// Tile sizes are the schedule's; without one, the widths of the lattice's
/// widest steps. With `positions`, tiles have so many output positions of an
/// image, across its rows. All zero where nothing cuts the layer, or its kind
/// has no such counts.
TileCounts countTiles(const Layer &layer, const Lattice &lattice,
                      int64_t positions = 0);

} // namespace pr

#endif // PR_MODEL_TILECOUNTS_H
