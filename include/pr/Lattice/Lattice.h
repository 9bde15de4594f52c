// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The staircase of one layer kind on one target, and the two ways of rounding a
// layer up on it: to its representative (every step: where one measures, what
// advice speaks of) and to its query point (flat steps only: what the exact
// table and the cache are keyed by).
//
// A step of width w and offset d has the plateaus (d + (i-1)w, d + iw]; the
// last point of plateau i, d + iw, is the representative (METHOD A.1.1: the
// step model f(x) = a + floor((x - d - 1) / w) h).
#ifndef PR_LATTICE_LATTICE_H
#define PR_LATTICE_LATTICE_H

#include "pr/Lattice/UnitWork.h"
#include "pr/Layer/Layer.h"

#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace pr {

/// What a layer occupies on a target. Each has its own work, and its own steps.
enum class Resource : uint8_t { Compute, Output, Weights, Input, Launch };
inline constexpr unsigned kNumResources = 5;
std::string_view toString(Resource resource);
Expected<Resource> parseResource(std::string_view name);

/// Whether latency stays constant between two edges.
enum class Plateau : uint8_t {
  Unknown, ///< not yet measured at both ends
  Flat,
  Ramps,
};
std::string_view toString(Plateau plateau);
Expected<Plateau> parsePlateau(std::string_view name);

/// How a step came to be known.
enum class Knowledge : uint8_t {
  White,  ///< derived from a description and confirmed on it
  Gray,   ///< a candidate confirmed by measuring both sides of edges
  Black,  ///< found by a sweep
  Stated, ///< given by the user
};
std::string_view toString(Knowledge knowledge);
Expected<Knowledge> parseKnowledge(std::string_view name);

struct Step {
  unsigned dim = 0; ///< index into the kind's dimensions
  int64_t width = 1;
  int64_t offset = 0;
  /// The extents over which the step holds, both included.
  int64_t regionLow = 1;
  int64_t regionHigh = std::numeric_limits<int64_t>::max();
  Resource resource = Resource::Compute;
  Plateau plateau = Plateau::Unknown;
  Knowledge knowledge = Knowledge::Stated;
  /// One sentence: where the step comes from.
  std::string evidence;

  bool covers(int64_t extent) const {
    return extent >= regionLow && extent <= regionHigh;
  }
  /// The last point of the plateau that holds `extent`, within the region;
  /// `extent` itself where the step does not cover it.
  int64_t lastPoint(int64_t extent) const;
};
bool operator==(const Step &a, const Step &b);

/// Whether a dimension may have a step: it is an extent, an output, a kernel or
/// a count, and no number of groups. Strides, dilations, padding and options
/// cannot be rounded up: the layer would be another one.
bool mayHaveSteps(const DimInfo &dim);
/// Whether the work that waste() speaks of grows in proportion to a dimension.
bool scalesWork(LayerKind kind, unsigned dim);

/// A dimension's room to grow at no cost.
struct Headroom {
  unsigned dim = 0;
  int64_t extent = 0;    ///< the layer's
  int64_t lastPoint = 0; ///< the largest that costs the same
};

/// All steps of one (target, layer kind). A plain value.
///
/// Rounding gives canonical, valid layers: with groups, a number of channels is
/// rounded to the last multiple of the groups on its plateau; a layer whose
/// rounded work leaves 62 bits is not rounded at all. Steps of width 1 say that
/// there is no stair, and round nothing. A dimension whose tile size the
/// layer's schedule gives is not rounded: the steps are those of the target's
/// own tiles.
struct Lattice {
  LayerKind kind = LayerKind::MatMul;
  std::vector<Step> steps;
  /// Largest legal extent of each dimension; 0: unlimited. Rounding up never
  /// passes it.
  std::array<int64_t, kMaxDims> maximum{};
  /// What a description says of the work of the target's units; null where
  /// there is none. Shared by copies, never changed.
  std::shared_ptr<const UnitWork> unitWork;

  /// Every stepped dimension at the last point of its plateau. Where several
  /// steps cover one dimension, the nearest edge ends the plateau.
  Layer representative(const Layer &layer) const;
  /// Dimensions whose steps are all flat rounded up, the others as they are.
  Layer queryPoint(const Layer &layer) const;
  /// The steps of one resource alone, flat or not: what its work terms count.
  /// Not a layer to run, so it may pass the legal maximum.
  Layer roundedFor(Resource resource, const Layer &layer) const;
  /// Share of the representative's work that is padding: 0 .. 1. The work is
  /// macs where the kind has any, output elements otherwise.
  double waste(const Layer &layer) const;
  /// Of the flat steps: growing within a plateau that may ramp is not free.
  std::vector<Headroom> headroom(const Layer &layer) const;
  /// No dimension has a step wider than 1.
  bool isTrivial() const;
  bool hasSteps(Resource resource) const;

  /// JSON text and back (docs/Formats.md): {"kind", "steps", "maximum",
  /// "unit_work"}.
  std::string toJson() const;
  static Expected<Lattice> fromJson(std::string_view json);
};
/// Of steps and maxima; what units work is no part of the staircase.
bool operator==(const Lattice &a, const Lattice &b);
/// A step on a dimension of the kind that may have one, of width 1 or more,
/// over a region that is not empty.
Expected<void> checkLattice(const Lattice &lattice);

} // namespace pr

#endif // PR_LATTICE_LATTICE_H
