// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory at the accelerator's port: latency, in-order responses, and for
// tests of robustness varying latency and stalls (docs/design/SystolicArray.md,
// section 6).
#ifndef SYSTOLIC_MEMORY_H
#define SYSTOLIC_MEMORY_H

#include "Accelerator.h"
#include "Random.h"

#include <deque>

namespace systolic {

struct MemoryOptions {
  uint32_t latency = 16;
  uint32_t jitter = 0; ///< up to this many cycles more, per request
  uint32_t stall = 0;  ///< percent of cycles in which a handshake is held back
  uint64_t seed = 1;
};

class Memory {
public:
  Memory(size_t bytes, uint32_t width, const MemoryOptions &options)
      : contents(bytes), width(width), options(options), random(options.seed) {}

  std::vector<uint8_t> contents;

  /// The memory's outputs in a cycle depend on earlier cycles only.
  void drive(uint64_t cycle, PinsIn &in);
  /// Takes what the accelerator presents in that cycle.
  void sample(uint64_t cycle, const PinsIn &in, const PinsOut &out);

  /// Accesses outside the memory and other broken rules; empty when all is
  /// well.
  const std::string &error() const { return problem; }
  /// The last cycle in which anything was transferred.
  uint64_t lastActivity() const { return activity; }

private:
  struct Burst {
    uint64_t address;
    uint32_t beatsLeft;
    uint64_t readyAt;
  };

  uint64_t responseTime(uint64_t cycle);
  bool held() { return options.stall && random.below(100) < options.stall; }
  bool inside(uint64_t address, uint64_t bytes);
  void acceptRead(uint64_t cycle, const PinsOut &out);
  void acceptWriteData(uint64_t cycle, const PinsOut &out);

  uint32_t width;
  MemoryOptions options;
  Random random;
  std::deque<Burst> reads, writes;
  std::deque<uint64_t> responses;
  /// A valid, once given, stays until it is taken.
  bool readShown = false, responseShown = false;
  uint64_t activity = 0;
  std::string problem;
};

} // namespace systolic

#endif // SYSTOLIC_MEMORY_H
