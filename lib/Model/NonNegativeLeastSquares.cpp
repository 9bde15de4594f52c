// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/NonNegativeLeastSquares.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include <algorithm>
#include <vector>

using namespace pr;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {
/// A problem with unit columns and as many rows as columns, and its state.
class ActiveSet {
public:
  ActiveSet(MatrixXd matrix, VectorXd target)
      : a(std::move(matrix)), b(std::move(target)), x(VectorXd::Zero(a.cols())),
        passive(a.cols(), false) {}

  VectorXd solve();

private:
  /// The unconstrained solution over the passive columns; 0 elsewhere.
  VectorXd solvePassive() const;
  /// The column whose growth helps most; -1 where none does.
  int findEntering(const std::vector<bool> &rejected) const;
  /// Moves towards the unconstrained solution, dropping columns that reach 0.
  void settle();

  MatrixXd a;
  VectorXd b, x;
  std::vector<bool> passive;
};
} // namespace

VectorXd ActiveSet::solvePassive() const {
  std::vector<int> columns;
  for (int j = 0; j < a.cols(); ++j)
    if (passive[j])
      columns.push_back(j);
  MatrixXd part(a.rows(), columns.size());
  for (size_t j = 0; j < columns.size(); ++j)
    part.col(j) = a.col(columns[j]);
  VectorXd solved = part.colPivHouseholderQr().solve(b);
  VectorXd result = VectorXd::Zero(a.cols());
  for (size_t j = 0; j < columns.size(); ++j)
    result[columns[j]] = solved[j];
  return result;
}

int ActiveSet::findEntering(const std::vector<bool> &rejected) const {
  // Columns have unit length, so the gradient of each is comparable.
  VectorXd gradient = a.transpose() * (b - a * x);
  double threshold = 1e-13 * b.norm();
  int best = -1;
  for (int j = 0; j < a.cols(); ++j)
    if (!passive[j] && !rejected[j] && gradient[j] > threshold &&
        (best < 0 || gradient[j] > gradient[best]))
      best = j;
  return best;
}

void ActiveSet::settle() {
  while (true) {
    VectorXd goal = solvePassive();
    double step = 1;
    for (int j = 0; j < a.cols(); ++j)
      if (passive[j] && goal[j] <= 0)
        step = std::min(step, x[j] / (x[j] - goal[j]));
    x += step * (goal - x);
    if (step == 1)
      return;
    bool any = false;
    for (int j = 0; j < a.cols(); ++j) {
      if (!passive[j])
        continue;
      if (x[j] <= 1e-15 || (goal[j] <= 0 && x[j] <= 1e-12 * x.maxCoeff())) {
        passive[j] = false;
        x[j] = 0;
      }
      any |= passive[j];
    }
    if (!any)
      return;
  }
}

VectorXd ActiveSet::solve() {
  std::vector<bool> rejected(a.cols(), false);
  double residual = b.norm();
  // Each round lowers the residual or rejects a column, so it ends; the limit
  // is for rounding errors near the optimum.
  for (int round = 0, limit = 10 * int(a.cols()) + 10; round < limit; ++round) {
    int entering = findEntering(rejected);
    if (entering < 0)
      break;
    VectorXd oldX = x;
    std::vector<bool> oldPassive = passive;
    passive[entering] = true;
    settle();
    double now = (b - a * x).norm();
    if (now < residual) {
      residual = now;
      rejected.assign(a.cols(), false);
      continue;
    }
    x = std::move(oldX);
    passive = std::move(oldPassive);
    rejected[entering] = true;
  }
  return x;
}

/// The lengths of the columns; 1 for those that are zero.
static VectorXd lengthsOf(const MatrixXd &a) {
  VectorXd lengths = a.colwise().norm();
  for (double &length : lengths)
    length = length > 0 ? length : 1;
  return lengths;
}

namespace {
/// The normal equations of a problem whose columns are taken as if of unit
/// length, of those columns that were positive once: of many only few ever are.
class NormalEquations {
public:
  /// Both must outlive it.
  NormalEquations(const MatrixXd &a, const VectorXd &b)
      : a(a), b(b), inverse(lengthsOf(a).cwiseInverse()),
        place(a.cols(), kUnknown) {}

  /// From any x >= 0.
  VectorXd solve(const VectorXd &start);

private:
  static constexpr int kUnknown = -1;
  /// Below what anyone could tell; keeps equal columns from each other.
  static constexpr double kRidge = 1e-10;
  /// A start with more positive columns is no start: to take them out again,
  /// one by one, takes longer than to find the few that stay.
  static constexpr int kMostStarting = 64;

  void makePassive(int column);
  /// The products of a column with itself and those known before it.
  void learn(int column);
  /// The place of the column whose growth helps most; -1 where none does.
  int findEntering() const;
  /// Moves towards the unconstrained solution, dropping columns that reach 0.
  void settle();
  void dropZeros();

  const MatrixXd &a;
  const VectorXd &b;
  /// Of the lengths of the columns.
  VectorXd inverse;
  VectorXd x;
  /// Of each column among the known ones.
  std::vector<int> place;
  std::vector<int> known, passive;
  /// Products of known columns with each other and with b; larger than needed.
  MatrixXd gram;
  VectorXd product;
};
} // namespace

void NormalEquations::learn(int column) {
  int last = int(known.size());
  place[column] = last;
  known.push_back(column);
  if (last >= product.size()) {
    gram.conservativeResize(2 * last + 16, 2 * last + 16);
    product.conservativeResize(2 * last + 16);
  }
  for (int i = 0; i <= last; ++i)
    gram(i, last) = gram(last, i) = a.col(known[i]).dot(a.col(column)) *
                                    inverse[known[i]] * inverse[column];
  gram(last, last) += kRidge;
  product[last] = a.col(column).dot(b) * inverse[column];
}

void NormalEquations::makePassive(int column) {
  if (place[column] == kUnknown)
    learn(column);
  passive.push_back(column);
}

int NormalEquations::findEntering() const {
  VectorXd rest = b;
  for (int j : passive)
    rest -= a.col(j) * (x[j] * inverse[j]);
  VectorXd gradient = (a.transpose() * rest).cwiseProduct(inverse);
  for (int j : passive)
    gradient[j] = 0;
  int best = 0;
  return gradient.maxCoeff(&best) > 1e-9 * b.norm() ? best : -1;
}

void NormalEquations::dropZeros() {
  auto leaves = [&](int j) {
    if (x[j] > 1e-12)
      return false;
    x[j] = 0;
    return true;
  };
  passive.erase(std::remove_if(passive.begin(), passive.end(), leaves),
                passive.end());
}

void NormalEquations::settle() {
  std::vector<int> places;
  while (!passive.empty()) {
    places.clear();
    for (int j : passive)
      places.push_back(place[j]);
    VectorXd goal = gram(places, places).llt().solve(product(places));
    double step = 1;
    for (size_t i = 0; i < passive.size(); ++i)
      if (double now = x[passive[i]]; goal[i] <= 0)
        step = std::min(step, now / (now - goal[i]));
    for (size_t i = 0; i < passive.size(); ++i)
      x[passive[i]] += step * (goal[i] - x[passive[i]]);
    if (step == 1)
      return;
    dropZeros();
  }
}

VectorXd NormalEquations::solve(const VectorXd &start) {
  x = VectorXd::Zero(a.cols());
  if ((start.array() > 0).count() <= kMostStarting)
    x = start.cwiseQuotient(inverse);
  for (int j = 0; j < x.size(); ++j)
    if (x[j] > 0)
      makePassive(j);
  settle();
  for (int round = 0; round < 3 * x.size(); ++round) {
    int entering = findEntering();
    if (entering < 0)
      break;
    makePassive(entering);
    settle();
    if (x[entering] == 0)
      break; // nothing helps but rounding errors
  }
  return x.cwiseProduct(inverse);
}

VectorXd pr::solveNonNegativeFast(const MatrixXd &a, const VectorXd &b,
                                  const VectorXd &start) {
  return NormalEquations(a, b).solve(start);
}

VectorXd pr::solveNonNegative(const MatrixXd &a, const VectorXd &b) {
  VectorXd norms = lengthsOf(a);
  MatrixXd scaled = a * norms.cwiseInverse().asDiagonal();
  VectorXd target = b;
  if (a.rows() > a.cols()) {
    Eigen::HouseholderQR<MatrixXd> qr(scaled);
    target = (qr.householderQ().adjoint() * b).head(a.cols());
    scaled = qr.matrixQR().topRows(a.cols()).triangularView<Eigen::Upper>();
  }
  return ActiveSet(std::move(scaled), std::move(target))
      .solve()
      .cwiseQuotient(norms);
}
