// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fitting a base: max-affine regression with non-negative weights, in relative
// error. For a fixed assignment of layers to branches each branch is a
// non-negative least-squares problem; layers are then given to the branch that
// is slowest for them, until nothing changes (Magnani & Boyd, "Convex piecewise
// linear fitting", 2009). Several starts, because that finds local optima. The
// number of branches and the set of candidate terms are chosen by
// cross-validation over groups of rows. Where that says that layers with
// windows of one element, larger ones and strided ones go ways of their own,
// each such case is fitted by itself.
#ifndef PR_MODEL_BASEFIT_H
#define PR_MODEL_BASEFIT_H

#include "pr/Model/Base.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pr {

/// A term set and a number of branches.
struct BaseShape {
  std::vector<Term> terms;
  unsigned branches = 1;
};

struct BaseFitOptions {
  /// Candidate terms; empty: sets of the kind's candidates are compared.
  std::vector<Term> terms;
  /// Exactly so many branches; 0: 1 to maxBranches are compared.
  unsigned branches = 0;
  /// With terms given: the cases that get branches of their own, and of what.
  /// Without: whether there are any is compared as well.
  std::map<LayerCase, BaseShape> cases;
  unsigned maxBranches = 4;
  unsigned folds = 3; ///< 2 or 3
  uint64_t seed = 0;
  /// Bases to start from as well, such as those fitted to more or other rows.
  std::vector<const Base *> starts;
};

/// One of the alternatives that were compared.
struct BaseCandidate {
  unsigned branches = 1;
  std::string termSet; ///< lean, stepped, all, units ..., given
  std::vector<Term> terms;
  /// Mean absolute log error on held-out groups, each at most 1.
  double error = 0;
  /// The same of the layers of each case.
  std::map<LayerCase, double> errorOfCase = {};
};

struct BaseFit {
  Base base;
  /// Up to the first that is exact. Where there was only one, it was not
  /// cross-validated and its error is 0.
  std::vector<BaseCandidate> compared;
  /// The one taken, fitted to all layers: what answers those without a case of
  /// their own.
  BaseCandidate chosen;
  /// And for those.
  std::map<LayerCase, BaseCandidate> cases;
};

/// Fits the layers' latencies. Rows with equal `groups` are held out together.
/// Errors: no rows, lengths that differ, a latency that is not positive, layers
/// of another kind than the lattice's.
Expected<BaseFit> fitBase(const std::vector<Layer> &layers,
                          const std::vector<double> &latencies,
                          const std::vector<int64_t> &groups,
                          const Lattice &lattice,
                          const BaseFitOptions &options = {});

} // namespace pr

#endif // PR_MODEL_BASEFIT_H
