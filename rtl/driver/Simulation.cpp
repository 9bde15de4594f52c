// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Simulation.h"
#include "Job.h"

#include <chrono>

using namespace systolic;

namespace {

constexpr uint8_t kStartRegister = 63;

/// The accelerator and its memory, clocked together.
class Bench {
public:
  Bench(Memory &memory, const Hardware &hw, const SimulationOptions &options)
      : accelerator(createAccelerator()), memory(memory),
        maxCycles(options.maxCycles),
        // Longer than anything the hardware does without using its memory.
        patience(1000 + 100 * (options.memory.latency + options.memory.jitter) +
                 4 * (hw.rows + hw.cols + hw.depth)) {
    in.rData.resize(hw.width);
    reset();
  }

  void configure(const std::vector<uint32_t> &registers) {
    for (size_t i = 0; i < registers.size(); ++i)
      write(uint8_t(i), registers[i]);
  }

  /// Starts the job and runs it to its end; the number of the cycle in which it
  /// is done, the start being cycle 0.
  uint64_t run(std::string &error) {
    write(kStartRegister, 1); // cycle 0
    for (uint64_t cycle = 1;; ++cycle) {
      memory.drive(cycle, in);
      accelerator->settle(in, out);
      memory.sample(cycle, in, out);
      if (!memory.error().empty())
        error = memory.error();
      else if (cycle >= maxCycles)
        error = "not done after " + std::to_string(cycle) + " cycles";
      else if (cycle > memory.lastActivity() + patience)
        error = "no memory access for " + std::to_string(patience) +
                " cycles: the hardware hangs";
      if (out.done || !error.empty())
        return cycle;
      accelerator->clock();
    }
  }

private:
  void step() {
    accelerator->settle(in, out);
    accelerator->clock();
  }
  void reset() {
    in.reset = true;
    step();
    step();
    in.reset = false;
  }
  void write(uint8_t address, uint32_t value) {
    in.cfgWrite = true;
    in.cfgAddr = address;
    in.cfgData = value;
    step();
    in.cfgWrite = false;
  }

  std::unique_ptr<Accelerator> accelerator;
  Memory &memory;
  PinsIn in;
  PinsOut out;
  uint64_t maxCycles, patience;
};

/// Names the first wrong element.
std::string compare(const std::vector<int32_t> &expected,
                    const std::vector<int32_t> &found) {
  size_t wrong = 0, first = 0;
  for (size_t i = expected.size(); i-- > 0;)
    if (expected[i] != found[i]) {
      ++wrong;
      first = i;
    }
  if (!wrong)
    return "";
  return "wrong result: " + std::to_string(wrong) + " of " +
         std::to_string(expected.size()) + " elements differ, the first is " +
         std::to_string(first) + ": expected " +
         std::to_string(expected[first]) + ", found " +
         std::to_string(found[first]);
}

} // namespace

Outcome systolic::simulate(const Hardware &hw, const Problem &problem,
                           uint64_t dataSeed,
                           const SimulationOptions &options) {
  Outcome outcome;
  Job job(hw, problem);
  if (job.memoryBytes() > options.maxBytes) {
    outcome.error = "the layer's operands need " +
                    std::to_string(job.memoryBytes()) + " bytes, at most " +
                    std::to_string(options.maxBytes) + " are simulated";
    return outcome;
  }

  Tensors tensors = Tensors::random(problem, dataSeed);
  // What nobody wrote is not zero, so that a padding or a missed write shows.
  Memory memory(job.memoryBytes(), hw.width, options.memory);
  Random junk(~dataSeed);
  for (uint8_t &byte : memory.contents)
    byte = uint8_t(junk.next());
  job.placeOperands(tensors, memory.contents);

  auto begin = std::chrono::steady_clock::now();
  Bench bench(memory, hw, options);
  bench.configure(job.registers());
  outcome.cycles = bench.run(outcome.error);
  outcome.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  if (!outcome.error.empty())
    return outcome;

  std::vector<int32_t> expected = reference(problem, tensors);
  outcome.error = compare(expected, job.takeResult(memory.contents));
  outcome.checkedElements = expected.size();
  return outcome;
}
