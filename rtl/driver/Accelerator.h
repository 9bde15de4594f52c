// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The hardware as the driver sees it: parameters, pins, a clock. One
// implementation per elaborated configuration (VerilatedAccelerator.cpp).
#ifndef SYSTOLIC_ACCELERATOR_H
#define SYSTOLIC_ACCELERATOR_H

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace systolic {

/// Parameters fixed when the hardware was elaborated.
struct Hardware {
  uint32_t rows, cols, width;
  bool weightStationary;
  uint32_t depth, inFlight, queue;
  const char *digest; ///< of the sources

  uint32_t tileM() const { return weightStationary ? depth : rows; }
  uint32_t tileN() const { return cols; }
  uint32_t tileK() const { return weightStationary ? rows : depth; }
};

struct PinsIn {
  bool reset = false;
  bool cfgWrite = false;
  uint8_t cfgAddr = 0;
  uint32_t cfgData = 0;
  bool arReady = false;
  bool rValid = false, rLast = false;
  std::vector<uint8_t> rData;
  bool awReady = false, wReady = false, bValid = false;
};

struct PinsOut {
  bool done = false;
  bool arValid = false;
  uint32_t arAddr = 0;
  uint8_t arLen = 0;
  bool rReady = false;
  bool awValid = false;
  uint32_t awAddr = 0;
  uint8_t awLen = 0;
  bool wValid = false, wLast = false;
  std::vector<uint8_t> wData, wStrobe;
};

class Accelerator {
public:
  virtual ~Accelerator() = default;
  /// Sets the inputs of this cycle and reads the outputs they lead to.
  virtual void settle(const PinsIn &in, PinsOut &out) = 0;
  /// The clock edge that ends the cycle.
  virtual void clock() = 0;
};

Hardware hardware();
std::unique_ptr<Accelerator> createAccelerator();

} // namespace systolic

#endif // SYSTOLIC_ACCELERATOR_H
