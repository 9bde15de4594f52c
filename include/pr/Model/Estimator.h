// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The question a compiler asks: how long does this layer take on that target?
// Loading a bundle gives an Estimator; asking it is thread-safe, memoized by
// query point, and does not allocate when the answer is cached.
#ifndef PR_MODEL_ESTIMATOR_H
#define PR_MODEL_ESTIMATOR_H

#include "pr/Lattice/TargetInfo.h"
#include "pr/Layer/Layer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace pr {

class ModelBundle;

/// How an estimate came about. None of them is ever silent.
enum class EstimateStatus : uint8_t {
  Measured, ///< the query point is in the exact table
  Predicted,
  Extrapolated, ///< predicted outside the training domain
  Folded, ///< no work of its own; decided by the caller, who names the rule
  Unsupported, ///< no number, but a reason
};
std::string_view toString(EstimateStatus status);
Expected<EstimateStatus> parseEstimateStatus(std::string_view name);

/// Latency of one layer on one target. Picoseconds are absent where the target
/// counts cycles without a known clock, cycles where it has none.
struct Estimate {
  EstimateStatus status = EstimateStatus::Unsupported;
  std::optional<int64_t> timePs, lowerPs, upperPs;
  std::optional<int64_t> cycles, lowerCycles, upperCycles;
  /// Share of the representative's work that is padding, in parts per million.
  int64_t wastePpm = 0;
  /// How many measurements the model was corrected by after its training; 0: by
  /// none, or the estimate is a measurement itself.
  int64_t correctedBy = 0;
};

struct EstimatorOptions {
  /// Nominal coverage of the interval, in percent: 80, 90 or 95.
  int confidencePercent = 90;
  /// Entries kept in the memo table; 0: none.
  size_t cacheCapacity = size_t(1) << 16;
};

/// Cheap to copy: copies share the bundle and the memo table.
class Estimator {
public:
  static Expected<Estimator> load(const std::string &path,
                                  const EstimatorOptions &options = {});
  /// Error: a confidence that is none of the three.
  static Expected<Estimator> create(std::shared_ptr<const ModelBundle> bundle,
                                    const EstimatorOptions &options = {});

  /// Never fails: a layer without an answer has status Unsupported, and
  /// whyNot() gives the reason.
  Estimate estimate(const Layer &layer) const;
  /// The same answers as one by one, faster.
  void estimate(const Layer *layers, size_t count, Estimate *results) const;
  /// The reason of an Unsupported estimate; empty if there is an answer.
  std::string whyNot(const Layer &layer) const;

  Layer representative(const Layer &layer) const;
  Layer queryPoint(const Layer &layer) const;

  const TargetInfo &target() const;
  /// 16 hexadecimal digits of the bundle's checksum.
  const std::string &modelId() const;
  const ModelBundle &bundle() const;

private:
  struct State;
  explicit Estimator(std::shared_ptr<State> state);
  std::shared_ptr<State> state;
};

} // namespace pr

#endif // PR_MODEL_ESTIMATOR_H
