// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model bundle: everything that is known about one target, in one file. It is
// checksummed and versioned, holds no code, and loads in milliseconds. The same
// contents give the same bytes.
//
//   signature, schema, size, checksum | table of sections | sections:
//   meta (JSON), card (JSON), forest:KIND, spread:KIND, exact:KIND,
//   similar:KIND and corrected:KIND (binary)
#ifndef PR_MODEL_MODELBUNDLE_H
#define PR_MODEL_MODELBUNDLE_H

#include "pr/Lattice/TargetInfo.h"
#include "pr/Model/Correction.h"
#include "pr/Model/Domain.h"
#include "pr/Model/ExactTable.h"
#include "pr/Model/Features.h"
#include "pr/Model/Forest.h"
#include "pr/Model/Interval.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace pr {

/// What the measurements of a similar device say of the same layers on this one.
struct SimilarDevice {
  /// Latencies on this device, without a spread of their own.
  ExactTable table;
  /// Of answers half way between these and the model's, of layers held out.
  Interval interval;
};

/// What was learned about one layer kind.
struct KindModel {
  Lattice lattice;
  Base base;
  FeatureSet features; ///< what the forests read; empty without a forest
  Forest forest;       ///< of the log of measured / base; may be empty
  /// Of the log of how large an error is to be expected, up to a factor that
  /// the interval knows; may be empty.
  Forest spread;
  Interval interval;
  Domain domain;
  ExactTable exact;
  /// Where another device's model was the start.
  std::optional<SimilarDevice> similar;
  /// Why there is nothing but the exact table: too few layers were measured.
  /// Empty where there is a base.
  std::string measuredOnly;
  /// By measurements that were made after the training.
  std::optional<Correction> correction;

  bool predicts() const { return measuredOnly.empty(); }
};

/// A model's answer for a query point, in the target's unit.
struct Prediction {
  double latency = 0;
  /// Not calibrated where extrapolated, only wider.
  std::optional<std::pair<double, double>> bounds;
  bool measured = false, extrapolated = false, corrected = false;
};

class ModelBundle {
public:
  static constexpr uint32_t kSchema = 1;
  /// Of bundles with a correction: a reader that knows none must refuse them.
  static constexpr uint32_t kCorrectedSchema = 2;
  /// Of bundles whose bases have cases, corrected or not: likewise.
  static constexpr uint32_t kCasesSchema = 3;
  /// Of bundles that hold what a similar device's measurements say: likewise.
  static constexpr uint32_t kSimilarSchema = 4;
  static constexpr uint32_t kNewestSchema = kSimilarSchema;

  /// Errors name the path and tell a missing, a foreign, a truncated, a corrupt
  /// and a newer file apart.
  static Expected<std::shared_ptr<const ModelBundle>>
  load(const std::string &path);
  /// `name` stands for the path in messages.
  static Expected<std::shared_ptr<const ModelBundle>>
  parse(std::string_view bytes, const std::string &name);

  const TargetInfo &target() const { return targetInfo; }
  /// nullptr where the kind has no model.
  const KindModel *find(LayerKind kind) const;
  const std::map<LayerKind, KindModel> &kinds() const { return models; }
  /// Why a kind has no model; empty where nothing is known about it.
  std::string absentReason(LayerKind kind) const;
  const std::map<LayerKind, std::string> &absentKinds() const { return absent; }
  /// JSON for people: data, errors, lattice, provenance.
  const std::string &card() const { return cardText; }
  /// 16 hexadecimal digits of the checksum.
  const std::string &id() const { return modelId; }

private:
  friend class BundleBuilder;
  TargetInfo targetInfo;
  std::map<LayerKind, KindModel> models;
  std::map<LayerKind, std::string> absent;
  std::string cardText = "{}";
  std::string modelId;
};

/// Puts a bundle together.
class BundleBuilder {
public:
  explicit BundleBuilder(TargetInfo target);
  /// Everything that is in a bundle, to go on from there.
  explicit BundleBuilder(const ModelBundle &start) : bundle(start) {}

  /// Errors: a kind given twice; parts that do not fit each other.
  Expected<void> addKind(KindModel model);
  Expected<void> addAbsentKind(LayerKind kind, std::string reason);
  /// Replaces the kind's correction. Errors: a kind without a model that
  /// predicts; what checkCorrection refuses.
  Expected<void> correct(LayerKind kind, Correction correction);
  /// Error: not a JSON object.
  Expected<void> setCard(std::string json);
  std::string build() const;

private:
  Expected<void> checkNew(LayerKind kind) const;
  ModelBundle bundle;
};

/// A layer as a model knows it: without the epilogue that is free on the
/// target, and with a layout of the training data where the layer states none
/// or the training data did not. `support` may be null.
Layer normalizeForModel(const Layer &layer, const KindSupport *support,
                        const Domain &domain);
/// Predicts normalised query points; `results` has one place each.
/// Precondition: a model that predicts, or layers in its exact table.
void predictQueryPoints(const KindModel &model, const Layer *const *layers,
                        size_t count, int confidencePercent,
                        Prediction *results);
/// The same without the model's correction.
void predictUncorrected(const KindModel &model, const Layer *const *layers,
                        size_t count, int confidencePercent,
                        Prediction *results);

} // namespace pr

#endif // PR_MODEL_MODELBUNDLE_H
