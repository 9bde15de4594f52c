// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The verilated hardware of one configuration, which the build gives by macros.
#include "Accelerator.h"
#include "Vsystolic_top.h"
#include "verilated.h"

#include <algorithm>
#include <cstring>

using namespace systolic;

namespace {

/// Ports are integers up to 64 bits and arrays of words beyond; either way
/// their bytes lie in order on a little-endian host.
template <typename Port>
void copyTo(Port &port, const std::vector<uint8_t> &bytes) {
  std::memcpy(&port, bytes.data(), std::min(bytes.size(), sizeof(port)));
}
template <typename Port>
void copyFrom(const Port &port, std::vector<uint8_t> &bytes) {
  std::memcpy(bytes.data(), &port, std::min(bytes.size(), sizeof(port)));
}

class VerilatedAccelerator : public Accelerator {
public:
  VerilatedAccelerator() : top(&context) { top.clk = 0; }
  ~VerilatedAccelerator() override { top.final(); }

  void settle(const PinsIn &in, PinsOut &out) override {
    drive(in);
    top.eval();
    sample(out);
  }

  void clock() override {
    top.clk = 1;
    top.eval();
    top.clk = 0;
  }

private:
  void drive(const PinsIn &in) {
    top.rst = in.reset;
    top.cfg_write = in.cfgWrite;
    top.cfg_addr = in.cfgAddr;
    top.cfg_data = in.cfgData;
    top.m_ar_ready = in.arReady;
    top.m_r_valid = in.rValid;
    top.m_r_last = in.rLast;
    copyTo(top.m_r_data, in.rData);
    top.m_aw_ready = in.awReady;
    top.m_w_ready = in.wReady;
    top.m_b_valid = in.bValid;
  }

  void sample(PinsOut &out) const {
    out.done = top.done;
    out.arValid = top.m_ar_valid;
    out.arAddr = top.m_ar_addr;
    out.arLen = top.m_ar_len;
    out.rReady = top.m_r_ready;
    out.awValid = top.m_aw_valid;
    out.awAddr = top.m_aw_addr;
    out.awLen = top.m_aw_len;
    out.wValid = top.m_w_valid;
    out.wLast = top.m_w_last;
    if (!out.wValid)
      return;
    out.wData.resize(PR_WIDTH);
    out.wStrobe.resize((PR_WIDTH + 7) / 8);
    copyFrom(top.m_w_data, out.wData);
    copyFrom(top.m_w_strb, out.wStrobe);
  }

  VerilatedContext context;
  Vsystolic_top top;
};

} // namespace

Hardware systolic::hardware() {
  return {PR_ROWS,  PR_COLS,     PR_WIDTH, PR_WEIGHT_STATIONARY != 0,
          PR_DEPTH, PR_INFLIGHT, PR_QUEUE, PR_DIGEST};
}

std::unique_ptr<Accelerator> systolic::createAccelerator() {
  return std::make_unique<VerilatedAccelerator>();
}
