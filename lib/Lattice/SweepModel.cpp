// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "SweepModel.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace pr;
using namespace pr::sweep;

double Term::at(int64_t extent) const {
  if (!isStair())
    return double(std::max<int64_t>(0, extent - low));
  return double(-floorDiv(offset - std::clamp(extent, low, high), width));
}

bool sweep::operator==(const Term &a, const Term &b) {
  return a.width == b.width && a.offset == b.offset && a.low == b.low &&
         a.high == b.high;
}

/// Latencies are whole picoseconds or cycles: this much of one is rounding ...
static constexpr double kRounding = 0.3;
/// ... relatively, of latencies of a few cycles too.
static constexpr double kMostRounding = 0.003;
/// Nothing is believed to be more exact, relatively.
static constexpr double kExactness = 1e-6;
/// What is left of a column after the projection, relative: less is nothing.
static constexpr double kIndependent = 1e-9;
/// Squares over those of rounding.
static constexpr double kMostLeft = 1;
/// A range this many times its begin bends in more ways.
static constexpr int64_t kWideRange = 32;

static unsigned numSmooth(Span span) {
  return span.high / std::max<int64_t>(1, span.low) >= kWideRange ? 7 : 4;
}

/// The smooth curve: constants, lines, roots, logarithms, parabolas and what
/// lies between.
static void smoothRow(int64_t extent, Span span,
                      Eigen::Ref<Eigen::VectorXd> row) {
  double x = std::max(0.5, double(extent));
  double z = x / double(span.high), l = std::log(x);
  row(0) = 1;
  row(1) = z;
  row(2) = l;
  row(3) = z * z;
  if (row.size() > 4) {
    row(4) = std::sqrt(z);
    row(5) = z * l;
    row(6) = z * row(4);
  }
}

Model::Model(const std::vector<Point> &points, std::vector<Term> terms,
             Span range)
    : columns(std::move(terms)), span(range) {
  const Eigen::Index n = Eigen::Index(points.size());
  const Eigen::Index smooth = numSmooth(span),
                     p = smooth + Eigen::Index(columns.size());
  Eigen::MatrixXd design(n, p);
  Eigen::VectorXd target(n), row(smooth);
  double floor = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const Point &point = points[size_t(i)];
    double weight = std::sqrt(point.count) / point.latency;
    smoothRow(point.extent, span, row);
    design.row(i).head(smooth) = weight * row.transpose();
    for (size_t j = 0; j < columns.size(); ++j)
      design(i, smooth + Eigen::Index(j)) =
          weight * columns[j].at(point.extent);
    target(i) = std::sqrt(point.count);
    double exactness = std::hypot(
        std::min(kMostRounding, kRounding / point.latency), kExactness);
    floor += point.count * exactness * exactness;
  }
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr;
  qr.setThreshold(1e-10);
  qr.compute(design);
  const Eigen::Index rank = qr.rank();
  basis = qr.householderQ() * Eigen::MatrixXd::Identity(n, rank);
  coefficients = qr.solve(target);
  residual = target - basis * (basis.transpose() * target);
  squares = residual.squaredNorm() + floor;
  freedom = std::max<double>(1, double(n - rank));
  // Errors of the pivoted coefficients: columns of R^-1.
  errors =
      Eigen::VectorXd::Constant(p, std::numeric_limits<double>::infinity());
  Eigen::MatrixXd pivoted = qr.matrixR()
                                .topLeftCorner(rank, rank)
                                .triangularView<Eigen::Upper>()
                                .solve(Eigen::MatrixXd::Identity(rank, rank));
  inverse = Eigen::MatrixXd::Zero(p, rank);
  for (Eigen::Index i = 0; i < rank; ++i) {
    Eigen::Index term = qr.colsPermutation().indices()(i);
    errors(term) = pivoted.row(i).norm() * noise();
    inverse.row(term) = pivoted.row(i);
  }
}

double Model::predict(int64_t extent) const {
  return rowAt(extent).dot(coefficients);
}

double Model::height(unsigned term) const {
  return coefficients(Eigen::Index(numSmooth(span) + term));
}

double Model::significance(unsigned term) const {
  return height(term) / errors(Eigen::Index(numSmooth(span) + term));
}

double Model::noise() const { return std::sqrt(squares / freedom); }

bool Model::isExact() const {
  double left = residual.squaredNorm();
  return left <= kMostLeft * (squares - left);
}

Eigen::VectorXd Model::rowAt(int64_t extent) const {
  const Eigen::Index smooth = numSmooth(span);
  Eigen::VectorXd row(smooth + Eigen::Index(columns.size()));
  smoothRow(extent, span, row.head(smooth));
  for (size_t j = 0; j < columns.size(); ++j)
    row(smooth + Eigen::Index(j)) = columns[j].at(extent);
  return row;
}

Trial::Trial(const std::vector<Point> &points, Model base, const Term &term)
    : model(std::move(base)), column(term),
      uncertain(std::numeric_limits<double>::infinity()) {
  const Eigen::Index n = Eigen::Index(points.size());
  Eigen::VectorXd values(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const Point &point = points[size_t(i)];
    values(i) = std::sqrt(point.count) / point.latency * term.at(point.extent);
  }
  Eigen::VectorXd projection = model.basis.transpose() * values;
  made = model.inverse * projection;
  double whole = values.squaredNorm();
  double left = whole - projection.squaredNorm();
  if (left <= kIndependent * whole)
    return;
  double along = values.dot(model.residual);
  tall = along / left;
  double rest = std::max(model.squares - tall * along,
                         model.squares - model.residual.squaredNorm());
  uncertain = std::sqrt(rest / std::max(1.0, model.freedom - 1) / left);
}

double Trial::shift(int64_t extent) const {
  return column.at(extent) - model.rowAt(extent).dot(made);
}
