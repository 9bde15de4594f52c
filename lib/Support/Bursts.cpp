// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Support/Bursts.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <numeric>

using namespace pr;

Piece pr::nextPiece(const std::vector<int64_t> &bursts, int64_t address,
                    int64_t size) {
  Piece best{address, size, size};
  if (bursts.empty())
    return best;
  best.covered = 0;
  for (int64_t burst : bursts) {
    int64_t begin = address - address % burst;
    int64_t covered = std::min(size, begin + burst - address);
    if (covered > best.covered)
      best = {begin, burst, covered};
  }
  return best;
}

bool pr::areEven(const std::vector<int64_t> &bursts) {
  return std::is_sorted(bursts.begin(), bursts.end()) &&
         std::all_of(bursts.begin(), bursts.end(), [&](int64_t burst) {
           return burst >= 1 && bursts.back() <= kMostBurst &&
                  bursts.back() % burst == 0;
         });
}

/// From a multiple of the largest burst on all pieces are of that size, up to
/// the last.
static PieceCount countPiecesOfRun(const std::vector<int64_t> &bursts,
                                   int64_t portWidth, int64_t address,
                                   int64_t size) {
  PieceCount count;
  int64_t most = bursts.back();
  while (size > 0) {
    if (address % most == 0 && size > most) {
      int64_t whole = size / most;
      count.pieces += whole;
      count.beats += whole * ceilDiv(most, portWidth);
      address += whole * most;
      size -= whole * most;
      continue;
    }
    Piece piece = nextPiece(bursts, address, size);
    ++count.pieces;
    count.beats += ceilDiv(piece.size, portWidth);
    address += piece.covered;
    size -= piece.covered;
  }
  return count;
}

PieceCount pr::countPieces(const std::vector<int64_t> &bursts,
                           int64_t portWidth, const Runs &runs) {
  if (bursts.empty())
    return {runs.repeat, runs.repeat * ceilDiv(runs.size, portWidth)};
  // Where a run begins in a window repeats itself.
  int64_t most = bursts.back();
  int64_t stride = (runs.stride % most + most) % most;
  int64_t period = most / std::gcd(stride, most);
  int64_t rounds = runs.repeat / period, left = runs.repeat % period;
  int64_t address = (runs.address % most + most) % most;
  PieceCount all;
  for (int64_t i = 0; i < std::min(runs.repeat, period); ++i) {
    PieceCount one = countPiecesOfRun(bursts, portWidth,
                                      (address + i * stride) % most, runs.size);
    int64_t times = rounds + (i < left ? 1 : 0);
    all.pieces += times * one.pieces;
    all.beats += times * one.beats;
  }
  return all;
}
