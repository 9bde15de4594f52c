// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a memory access unit cuts runs of words into bursts
// (docs/design/AcadlSemantics.md, section 6).
#ifndef PR_SUPPORT_BURSTS_H
#define PR_SUPPORT_BURSTS_H

#include <cstdint>
#include <vector>

namespace pr {

/// A piece of a run of words that is accessed at once.
struct Piece {
  int64_t address = 0, size = 0;
  int64_t covered = 0; ///< words of the run, from its first on
};

/// The first piece of the run at `address`. `bursts`: the sizes of windows,
/// ascending; none: a run is one piece.
Piece nextPiece(const std::vector<int64_t> &bursts, int64_t address,
                int64_t size);

/// Runs of `size` words, `stride` apart.
struct Runs {
  int64_t address = 0, size = 0, repeat = 1, stride = 0;
};

/// All their pieces, and how many beats of `portWidth` words those take.
struct PieceCount {
  int64_t pieces = 0, beats = 0;
};

/// Whether countPieces() takes them: each divides the largest, which is at most
/// kMostBurst, since as many runs are looked at.
bool areEven(const std::vector<int64_t> &bursts);
inline constexpr int64_t kMostBurst = 4096;

/// Precondition: areEven(bursts), and size, repeat and their product are from 0
/// to 2^40.
PieceCount countPieces(const std::vector<int64_t> &bursts, int64_t portWidth,
                       const Runs &runs);

} // namespace pr

#endif // PR_SUPPORT_BURSTS_H
