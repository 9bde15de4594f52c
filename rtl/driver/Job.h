// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a problem's tensors lie in memory, and the register values that make
// the hardware compute it.
#ifndef SYSTOLIC_JOB_H
#define SYSTOLIC_JOB_H

#include "Accelerator.h"
#include "Problem.h"

namespace systolic {

class Job {
public:
  Job(const Hardware &hardware, const Problem &problem);

  int64_t memoryBytes() const { return cBase + cBytes; }
  /// In the order of the hardware's registers (job_t in systolic_pkg.sv).
  std::vector<uint32_t> registers() const;

  void placeOperands(const Tensors &tensors,
                     std::vector<uint8_t> &memory) const;
  std::vector<int32_t> takeResult(const std::vector<uint8_t> &memory) const;

private:
  int64_t pixelAddress(int64_t group, int64_t image, int64_t y,
                       int64_t x) const;

  Hardware hw;
  Problem p;
  // Pitches and sizes in bytes.
  int64_t tileK, tileN, tileC; ///< of a tile of channels, of n in B, in C
  int64_t pixel, pictureRow, picture, groupA;
  int64_t rowB, groupB;
  int64_t rowC, groupC;
  int64_t bBase, cBase, cBytes; ///< A lies at 0
};

} // namespace systolic

#endif // SYSTOLIC_JOB_H
