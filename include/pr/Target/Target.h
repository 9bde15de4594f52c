// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A target: something that can measure a layer.
#ifndef PR_TARGET_TARGET_H
#define PR_TARGET_TARGET_H

#include "pr/Lattice/TargetInfo.h"
#include "pr/Layer/Layer.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pr {

/// Latency of one layer on one target, or the reason why there is none. One
/// line of pr-bench-opt's output.
struct Measurement {
  bool ok = false;
  std::string error; ///< when not ok
  std::optional<int64_t> timePs, cycles, p10Ps, p90Ps;
  int64_t samples = 0;
  /// What the number depends on: CPU, thread pinning, kernel, drift ... (JSON
  /// values as text, keys sorted).
  std::map<std::string, std::string> conditions;
};

struct MeasureOptions {
  /// Interleaved passes over a block and samples per pass (wall clocks only).
  int passes = 3;
  int samplesPerPass = 15;
  /// Layers whose passes are interleaved. A block's results become final, and
  /// safe from a kill, when its last pass is over.
  int blockSize = 48;
  /// One layer may take this long before its worker is restarted.
  double timeoutSeconds = 30;
  /// Verify generated code against a reference on small shapes first.
  bool checkResults = true;
};

/// Called for each layer as its result becomes final, in input order.
using MeasurementSink =
    std::function<void(size_t index, const Measurement &measurement)>;
/// Progress of a batch: steps done and steps in all (passes times layers).
using ProgressSink = std::function<void(size_t done, size_t total)>;

class DescribedTarget;

class Target {
public:
  virtual ~Target() = default;
  virtual const TargetInfo &info() const = 0;
  /// Itself, where its insides can be looked at; nullptr otherwise.
  virtual const DescribedTarget *asDescribed() const { return nullptr; }
  /// Measures a batch; one bad layer is one failed measurement, never a lost
  /// batch. Every index is reported exactly once, in input order.
  virtual void measure(const std::vector<Layer> &layers,
                       const MeasureOptions &options,
                       const MeasurementSink &sink,
                       const ProgressSink &progress) = 0;
};

/// "name" or "name[rows=32,cols=32]" or "file.mlir[...]" taken apart. Errors:
/// an empty name, a bracket that does not close, a parameter without an integer
/// or given twice.
struct TargetSpec {
  std::string name;
  std::map<std::string, int64_t> parameters;
};
Expected<TargetSpec> parseTargetSpec(std::string_view text);

/// One JSON object of pr-bench-opt's output, without the line end: keys schema,
/// target, layer, key, status, time_ps, cycles, p10_ps, p90_ps, samples,
/// conditions, error, in this order and always all of them; null where there is
/// nothing to say.
std::string toJsonLine(const TargetInfo &target, const Layer &layer,
                       const Measurement &measurement);
/// The line of an input that is no layer at all.
std::string errorJsonLine(const TargetInfo &target, std::string_view input,
                          std::string_view error);

} // namespace pr

#endif // PR_TARGET_TARGET_H
