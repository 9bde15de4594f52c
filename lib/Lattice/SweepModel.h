// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The regression behind StepFitter: latency over one dimension as a smooth
// curve plus staircases and kinks, by least squares of relative residuals.
#ifndef PR_LATTICE_SWEEPMODEL_H
#define PR_LATTICE_SWEEPMODEL_H

#include <Eigen/Dense>

#include <cstdint>
#include <optional>
#include <vector>

namespace pr::sweep {

/// One extent; `count` measurements gave the latency.
struct Point {
  int64_t extent = 0;
  double latency = 0;
  double count = 1;
};

/// A column of the regression beside the smooth curve. A staircase has a width;
/// with width 0 the term is a kink: max(0, extent - low).
struct Term {
  int64_t width = 0;
  int64_t offset = 0;
  int64_t low = 0;  ///< the staircase rises at the edges within
  int64_t high = 0; ///< [low, high]
  bool isStair() const { return width > 0; }
  double at(int64_t extent) const;
};
bool operator==(const Term &a, const Term &b);

/// The extents that are of interest.
struct Span {
  int64_t low = 1;
  int64_t high = 1;
};

class Model {
public:
  Model() = default;
  Model(const std::vector<Point> &points, std::vector<Term> terms, Span span);

  double predict(int64_t extent) const;
  const std::vector<Term> &terms() const { return columns; }
  /// Of a term: what latency rises by at an edge, and that over its error.
  double height(unsigned term) const;
  double significance(unsigned term) const;
  /// Relative standard deviation around the fit.
  double noise() const;
  /// Nothing but rounding is left over.
  bool isExact() const;

private:
  friend class Search;
  friend class Trial;
  /// The design's row of an extent, before it is weighted.
  Eigen::VectorXd rowAt(int64_t extent) const;
  std::vector<Term> columns;
  Span span;
  Eigen::VectorXd coefficients, errors;
  Eigen::MatrixXd basis;    ///< orthonormal columns of the fit
  Eigen::MatrixXd inverse;  ///< from the basis to coefficients
  Eigen::VectorXd residual; ///< relative, weighted
  double squares = 0;       ///< of the residual, with the floor of rounding
  double freedom = 1;
};

/// A term that a model has not, weighed as if it had: least squares give it a
/// height, and its error says how much is still open.
class Trial {
public:
  Trial(const std::vector<Point> &points, Model model, const Term &term);

  const Term &term() const { return column; }
  double height() const { return tall; }
  double error() const { return uncertain; }
  double significance() const { return tall / uncertain; }
  /// Of an extent's prediction, for each unit of height: by how much the model
  /// with the term differs from the one that makes up for it by its others.
  double shift(int64_t extent) const;

private:
  Model model;
  Term column;
  Eigen::VectorXd made; ///< the model's coefficients that make up for the term
  double tall = 0, uncertain = 0;
};

/// A term that a model may be given, and how much better it would be: log of
/// the likelihood ratio, less the price of choosing it among all others.
struct Addition {
  Term term;
  double logOdds = 0;
};

/// The best additions to a model, best first.
std::vector<Addition> bestAdditions(const std::vector<Point> &points,
                                    const Model &model, Span span,
                                    const std::vector<int64_t> &candidates,
                                    unsigned most);

/// In nats over what chance gives among all hypotheses.
inline constexpr double kBelieved = 4;
/// The same of a staircase of exact rises, which is one of many tried:
/// irregular rises reach 4 once in forty sweeps.
inline constexpr double kCertain = 5;

/// Of a step's height: where latency falls by more beside it, it is no stair
/// but a saw.
inline constexpr double kMostFall = 0.5;

/// In nats: what a staircase's width and offset cost beforehand. Powers of two
/// without an offset are what hardware is made of.
double stairPrice(int64_t width, int64_t offset);

/// A staircase among the rises between neighbouring extents.
struct Rises {
  Term stair;
  double height = 0;  ///< of the rise at an edge over those beside
  unsigned edges = 0; ///< that rise more than all that was measured beside them
  double logOdds = 0; ///< against chance, less the price
  bool isCertain() const { return edges >= 2 && logOdds >= kCertain; }
};

/// What exact measurements of neighbouring extents show of staircases: those
/// that are certain, and then those that are likely, best first.
std::vector<Rises> stairsOfRises(const std::vector<Point> &points, Span span);

} // namespace pr::sweep

#endif // PR_LATTICE_SWEEPMODEL_H
