// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/BaseSearch.h"

#include "Model/MaxAffine.h"
#include "Model/TermMatrix.h"
#include "Model/TermSets.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <random>

using namespace pr;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// What the choice between bases is made on at most: it is repeated for each.
static constexpr unsigned kMostFolds = 3;
static constexpr size_t kMostJudged = 800;

/// The fold of each row: groups are shuffled and dealt out.
static std::vector<unsigned> dealFolds(const std::vector<int64_t> &groups,
                                       unsigned folds, uint64_t seed) {
  std::vector<int64_t> distinct = groups;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::mt19937_64 random(seed);
  // Not std::shuffle: its result differs between standard libraries.
  for (size_t i = distinct.size(); i > 1; --i)
    std::swap(distinct[i - 1], distinct[random() % i]);
  std::map<int64_t, unsigned> foldOf;
  for (size_t i = 0; i < distinct.size(); ++i)
    foldOf[distinct[i]] = unsigned(i % folds);
  std::vector<unsigned> result;
  for (int64_t group : groups)
    result.push_back(foldOf[group]);
  return result;
}

/// Enough rows to choose between bases by.
static std::vector<int> thinned(size_t rows) {
  std::vector<int> kept;
  size_t count = std::min(rows, kMostJudged);
  for (size_t i = 0; i < count; ++i)
    kept.push_back(int(i * rows / count));
  return kept;
}

static std::map<LayerCase, double>
meanOfCases(const VectorXd &errors, const std::vector<LayerCase> &cases) {
  std::map<LayerCase, double> sum, count;
  for (size_t i = 0; i < cases.size(); ++i) {
    sum[cases[i]] += errors(i);
    count[cases[i]] += 1;
  }
  for (auto &[layerCase, total] : sum)
    total /= count[layerCase];
  return sum;
}

/// Another branch must lower the error to this share for a further one to be
/// tried.
static constexpr double kBranchGain = 0.99;

/// With so many branches sets are compared first, with up to so many what may
/// be added to them, and so many sets with still more.
static constexpr unsigned kBranchesOfSets = 2;
static constexpr unsigned kBranchesOfAdditions = 4;
static constexpr unsigned kMostAdditions = 2;
static constexpr size_t kMostSets = 2;
/// Of sets whose errors are this close, more branches may change the order.
static constexpr double kHopeful = 1.05;

namespace {
/// One of the bases that were compared, and its weights in each fold: a row for
/// each known term.
struct Attempt {
  BaseCandidate candidate;
  std::vector<BranchWeights> ofFold;
};

/// Compares term sets and numbers of branches by their error on held-out rows.
class BaseSearch {
public:
  BaseSearch(const std::vector<Layer> &layers,
             const std::vector<double> &latencies,
             const std::vector<int64_t> &groups, const Lattice &lattice,
             const BaseFitOptions &options)
      : lattice(lattice), options(options),
        folds(std::clamp(options.folds, 2u, kMostFolds)),
        known(options.terms.empty() ? candidateTerms(lattice) : options.terms) {
    std::vector<unsigned> all = dealFolds(groups, folds, options.seed);
    std::vector<Layer> judged;
    std::vector<double> judgedLatencies;
    for (int row : thinned(layers.size())) {
      foldOf.push_back(all[row]);
      cases.push_back(caseOf(lattice.queryPoint(layers[row])));
      judged.push_back(layers[row]);
      judgedLatencies.push_back(latencies[row]);
    }
    values = relativeTerms(judged, judgedLatencies, lattice, known);
    firsts = firstOfEqualColumns(values);
  }

  std::vector<BaseCandidate> run(bool hasTiles);

private:
  bool compare(const TermSet &set, unsigned branches,
               const Attempt *from = nullptr);
  VectorXd crossValidate(const std::vector<int> &columns, const Attempt *from,
                         Attempt &attempt) const;
  void compareBranches(const TermSet &set, unsigned last);
  const TermSet *bestAddition(const TermSet &beside,
                              const std::vector<TermSet> &additions,
                              unsigned branches);
  void compareSets(std::vector<TermSet> sets, unsigned most);
  void compareAdditions(std::vector<TermSet> &sets, unsigned most);
  double errorOf(const std::string &set) const;
  const Attempt *attemptWith(const std::string &set, unsigned most) const;
  unsigned mostBranchesOf(const std::string &set) const;
  const TermSet &simplest(const std::vector<TermSet> &sets) const;
  std::vector<int> columnsOf(const TermSet &set) const;

  const Lattice &lattice;
  const BaseFitOptions &options;
  unsigned folds;
  /// Every term that a set may have, and its values, one row per judged layer.
  std::vector<Term> known;
  MatrixXd values;
  /// Of each column the first that says the same; -1 if it says nothing.
  std::vector<int> firsts;
  std::vector<unsigned> foldOf;
  std::vector<LayerCase> cases;
  /// Not moved as it grows.
  std::deque<Attempt> attempts;
};
} // namespace

/// Those columns of `values` that hold what the set's terms say, each once.
/// Precondition: known terms.
std::vector<int> BaseSearch::columnsOf(const TermSet &set) const {
  std::vector<int> columns;
  for (const Term &term : set.terms) {
    int first =
        firsts[std::find(known.begin(), known.end(), term) - known.begin()];
    if (first >= 0 &&
        std::find(columns.begin(), columns.end(), first) == columns.end())
      columns.push_back(first);
  }
  return columns;
}

/// The absolute log error of each row when it is held out; 0 where there is no
/// other fold. Each is 1 at most: outliers must not decide. Keeps the weights.
VectorXd BaseSearch::crossValidate(const std::vector<int> &columns,
                                   const Attempt *from,
                                   Attempt &attempt) const {
  unsigned branches = attempt.candidate.branches;
  MatrixXd rows = selectColumns(values, columns);
  VectorXd errors = VectorXd::Zero(rows.rows());
  attempt.ofFold.assign(folds, BranchWeights::Zero(values.cols(), branches));
  for (unsigned fold = 0; fold < folds; ++fold) {
    std::vector<int> seen, heldOut;
    for (int i = 0; i < rows.rows(); ++i)
      (foldOf[i] == fold ? heldOut : seen).push_back(i);
    if (seen.empty() || heldOut.empty())
      continue;
    MatrixXd seenRows = selectRows(rows, seen);
    BranchWeights weights =
        from ? extendMaxAffine(seenRows, branches, options.seed,
                               from->ofFold[fold](columns, Eigen::all))
             : fitMaxAffine(seenRows, branches, options.seed);
    VectorXd value = evaluateMaxAffine(selectRows(rows, heldOut), weights);
    errors(heldOut) = value.array().max(1e-3).log().abs().min(1.0);
    attempt.ofFold[fold](columns, Eigen::all) = weights;
  }
  return errors;
}

/// Starts from another attempt where there is one: of fewer terms or branches.
/// Returns whether it is exact, so that nothing else needs to be tried.
bool BaseSearch::compare(const TermSet &set, unsigned branches,
                         const Attempt *from) {
  Attempt attempt{{branches, set.name, set.terms}, {}};
  VectorXd errors = crossValidate(columnsOf(set), from, attempt);
  attempt.candidate.error = errors.mean();
  attempt.candidate.errorOfCase = meanOfCases(errors, cases);
  attempts.push_back(std::move(attempt));
  return attempts.back().candidate.error < kExact;
}

/// The least with any number of branches.
double BaseSearch::errorOf(const std::string &set) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Attempt &attempt : attempts)
    if (attempt.candidate.termSet == set)
      least = std::min(least, attempt.candidate.error);
  return least;
}

/// Of a set, the one of most branches up to a number; null if there is none.
const Attempt *BaseSearch::attemptWith(const std::string &set,
                                       unsigned most) const {
  const Attempt *found = nullptr;
  for (const Attempt &attempt : attempts) {
    const BaseCandidate &candidate = attempt.candidate;
    if (candidate.termSet == set && candidate.branches <= most &&
        (!found || candidate.branches > found->candidate.branches))
      found = &attempt;
  }
  return found;
}

unsigned BaseSearch::mostBranchesOf(const std::string &set) const {
  const Attempt *attempt = attemptWith(set, ~0u);
  return attempt ? attempt->candidate.branches : 0;
}

/// With one more branch than so far, and on as long as that helps: more
/// branches cost most of the time, and seldom help where one did not.
void BaseSearch::compareBranches(const TermSet &set, unsigned last) {
  double best = errorOf(set.name);
  for (unsigned branches = mostBranchesOf(set.name) + 1; branches <= last;
       ++branches) {
    bool isExact = compare(set, branches, attemptWith(set.name, branches));
    double error = attempts.back().candidate.error;
    if (isExact || error > best * kBranchGain)
      return;
    best = error;
  }
}

/// The simplest that is as good as the best.
const TermSet &BaseSearch::simplest(const std::vector<TermSet> &sets) const {
  const TermSet *found = nullptr;
  double best = std::numeric_limits<double>::infinity();
  for (const TermSet &set : sets)
    best = std::min(best, errorOf(set.name));
  for (const TermSet &set : sets)
    if (errorOf(set.name) <= best * kAsGood &&
        (!found || set.terms.size() < found->terms.size()))
      found = &set;
  return *found;
}

/// Which of the additions explains most beside these terms; null if all are
/// among them.
const TermSet *BaseSearch::bestAddition(const TermSet &beside,
                                        const std::vector<TermSet> &additions,
                                        unsigned branches) {
  const TermSet *best = nullptr;
  size_t independent = columnsOf(beside).size();
  const Attempt *from = attemptWith(beside.name, branches);
  double least = std::numeric_limits<double>::infinity();
  for (const TermSet &addition : additions) {
    TermSet united = unite(beside, addition);
    if (columnsOf(united).size() == independent)
      continue; // it is among them, or says the same of these layers
    compare(united, branches, from);
    if (double error = errorOf(united.name); error < least) {
      least = error;
      best = &addition;
    }
  }
  return best;
}

/// Adds what explains most to the best set, and to few terms: first one, then
/// a second one. An engine may fetch in groups of another size than it computes
/// in.
void BaseSearch::compareAdditions(std::vector<TermSet> &sets, unsigned most) {
  TermSet full = simplest(sets);
  TermSet few = sets[0];
  // What an engine does in groups shows where the others do not hide it.
  compareBranches(full, std::min(most, kBranchesOfAdditions));
  unsigned branches = std::clamp(mostBranchesOf(full.name), kBranchesOfSets,
                                 kBranchesOfAdditions);
  std::vector<TermSet> possible = additions(lattice);
  for (unsigned together = 1; together <= kMostAdditions; ++together) {
    const TermSet *addition = bestAddition(full, possible, branches);
    if (!addition)
      return;
    const Attempt *from = attemptWith(few.name, branches);
    few = unite(few, *addition);
    full = unite(full, *addition);
    compare(few, branches, from);
    sets.insert(sets.end(), {few, full});
  }
}

/// Sets by themselves, then what may be added to them, then more branches of
/// the best; up to the first that is exact.
void BaseSearch::compareSets(std::vector<TermSet> sets, unsigned most) {
  // The simplest machines first: one bottleneck, or none of its parts unknown.
  for (unsigned branches : {1u, kBranchesOfSets})
    for (const TermSet &set : sets)
      if (compare(set, branches, attemptWith(set.name, branches)))
        return;
  compareAdditions(sets, most);
  std::stable_sort(sets.begin(), sets.end(),
                   [&](const TermSet &a, const TermSet &b) {
                     return errorOf(a.name) < errorOf(b.name);
                   });
  double best = errorOf(sets[0].name);
  for (size_t i = 0; i < std::min(sets.size(), kMostSets); ++i)
    if (errorOf(sets[i].name) <= best * kHopeful)
      compareBranches(sets[i], most);
}

std::vector<BaseCandidate> BaseSearch::run(bool hasTiles) {
  unsigned most =
      options.branches ? options.branches : std::max(1u, options.maxBranches);
  std::vector<TermSet> sets =
      options.terms.empty() ? termSets(lattice, hasTiles)
                            : std::vector<TermSet>{{"given", options.terms}};
  if (!options.terms.empty()) {
    compareBranches(sets[0], most);
  } else if (options.branches || most == 1) {
    for (const TermSet &set : sets)
      if (compare(set, most))
        break;
  } else {
    compareSets(std::move(sets), most);
  }
  std::vector<BaseCandidate> compared;
  for (Attempt &attempt : attempts)
    compared.push_back(std::move(attempt.candidate));
  return compared;
}

std::vector<BaseCandidate>
pr::compareBases(const std::vector<Layer> &layers,
                 const std::vector<double> &latencies,
                 const std::vector<int64_t> &groups, const Lattice &lattice,
                 const BaseFitOptions &options) {
  if (!options.terms.empty() && options.branches)
    return {{options.branches, "given", options.terms, 0}};
  bool hasTiles =
      !lattice.isTrivial() ||
      std::any_of(layers.begin(), layers.end(), [](const Layer &layer) {
        return !layer.schedule.tile.empty();
      });
  return BaseSearch(layers, latencies, groups, lattice, options).run(hasTiles);
}
