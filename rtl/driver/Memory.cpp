// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Memory.h"

#include <algorithm>

using namespace systolic;

uint64_t Memory::responseTime(uint64_t cycle) {
  uint64_t extra = options.jitter ? random.below(options.jitter + 1) : 0;
  return cycle + options.latency + extra;
}

bool Memory::inside(uint64_t address, uint64_t bytes) {
  if (address + bytes <= contents.size())
    return true;
  if (problem.empty())
    problem = "access outside the memory at address " + std::to_string(address);
  return false;
}

void Memory::drive(uint64_t cycle, PinsIn &in) {
  in.arReady = !held();
  in.awReady = !held();
  in.wReady = !held();

  if (!readShown)
    readShown = !reads.empty() && reads.front().readyAt <= cycle && !held();
  in.rValid = readShown;
  if (readShown) {
    const Burst &burst = reads.front();
    in.rLast = burst.beatsLeft == 1;
    std::copy_n(contents.begin() + burst.address, width, in.rData.begin());
  }

  if (!responseShown)
    responseShown = !responses.empty() && responses.front() <= cycle && !held();
  in.bValid = responseShown;
}

void Memory::sample(uint64_t cycle, const PinsIn &in, const PinsOut &out) {
  if (in.rValid && out.rReady) {
    readShown = false;
    activity = cycle;
    Burst &burst = reads.front();
    burst.address += width;
    if (--burst.beatsLeft == 0)
      reads.pop_front();
  }
  if (in.bValid) {
    responseShown = false;
    activity = cycle;
    responses.pop_front();
  }
  if (out.arValid && in.arReady)
    acceptRead(cycle, out);
  if (out.wValid && in.wReady)
    acceptWriteData(cycle, out);
  if (out.awValid && in.awReady)
    writes.push_back({out.awAddr, uint32_t(out.awLen) + 1, 0});
}

void Memory::acceptRead(uint64_t cycle, const PinsOut &out) {
  uint32_t beats = uint32_t(out.arLen) + 1;
  if (inside(out.arAddr, uint64_t(beats) * width))
    reads.push_back({out.arAddr, beats, responseTime(cycle)});
}

void Memory::acceptWriteData(uint64_t cycle, const PinsOut &out) {
  activity = cycle;
  if (writes.empty()) {
    problem = "write data without an address";
    return;
  }
  Burst &burst = writes.front();
  if (!inside(burst.address, width))
    return;
  for (uint32_t i = 0; i < width; ++i)
    if (out.wStrobe[i / 8] >> (i % 8) & 1)
      contents[burst.address + i] = out.wData[i];
  burst.address += width;
  --burst.beatsLeft;
  if ((burst.beatsLeft == 0) != out.wLast)
    problem = "a write burst's length and its last beat differ";
  if (burst.beatsLeft == 0) {
    writes.pop_front();
    responses.push_back(responseTime(cycle));
  }
}
