// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known about a target before anything is measured: its clock, the
// layers it can run, what it fuses for free, its steps. A described target
// derives it from its acadl file; others state it. It travels in every model
// bundle, so that annotating needs no description.
#ifndef PR_LATTICE_TARGETINFO_H
#define PR_LATTICE_TARGETINFO_H

#include "pr/Lattice/Lattice.h"
#include "pr/Layer/Expr.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pr {

/// A condition that a layer must meet. Variables of the expression: the kind's
/// dimensions by name (options as their index), then `operand0_bits`,
/// `operand1_bits`, `result0_bits` (0 where absent), `is_float` (1 if the first
/// operand is a float), and `tile_D` for each dimension D, the tile size that
/// the layer's schedule gives it (0: none).
struct LegalityRule {
  Expr condition;
  /// Said when the condition does not hold: "the kernel must be odd".
  std::string reason;
};
/// Names, in order, of the variables above.
std::vector<std::string> legalityVariables(LayerKind kind);
/// Their values, in the same order.
std::vector<int64_t> legalityValues(const Layer &layer);
/// Where `tile_D` of dimension `dim` is among them.
unsigned tileVariable(LayerKind kind, unsigned dim);
/// What the schedule of a layer says of a dimension; 0: nothing.
int64_t tileSize(const Layer &layer, unsigned dim);

/// What a target does with one layer kind.
struct KindSupport {
  LayerKind kind = LayerKind::MatMul;
  /// Accepted element types, each printed as "i8, i8 -> i32"; empty: any.
  std::vector<std::string> types;
  std::vector<LegalityRule> rules;
  /// Epilogue operations that cost nothing behind this kind.
  std::vector<EpilogueOp> freeEpilogue;
  /// The dimensions of which a schedule may give the tile size, in order; empty
  /// where nothing is known of schedules. What sizes are legal, the rules say
  /// (TileSpace.h).
  std::vector<unsigned> tileDims;
  /// Steps known beforehand, and the legal maxima.
  Lattice lattice;
  /// Smallest and largest extent of each dimension that a campaign should draw
  /// when the user names no range; {0, 0}: the dimension's default.
  std::array<std::pair<int64_t, int64_t>, kMaxDims> domain{};
};

struct TargetInfo {
  /// With parameters where they differ from the defaults: "systolic[rows=32]".
  std::string name;
  std::map<std::string, int64_t> parameters;
  /// stableDigest of the description; empty where there is none.
  std::string descriptionHash;
  /// Clock in kHz; nullopt where latency is not counted in cycles, or where no
  /// clock is known.
  std::optional<int64_t> clockKhz;
  bool countsCycles = false;
  std::vector<KindSupport> kinds;

  const KindSupport *find(LayerKind kind) const;
  /// Success, or kind Unsupported with the reason in words of the user.
  Expected<void> checkLegal(const Layer &layer) const;

  /// JSON text and back (docs/Formats.md). fromJson refuses unknown schemas.
  std::string toJson() const;
  static Expected<TargetInfo> fromJson(std::string_view json);
};

/// Picoseconds of a number of cycles, rounded to nearest. Precondition: clock
/// known and the product fits.
std::optional<int64_t> cyclesToPicoseconds(int64_t cycles,
                                           std::optional<int64_t> clockKhz);

} // namespace pr

#endif // PR_LATTICE_TARGETINFO_H
