// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/TermMatrix.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd pr::relativeTerms(const std::vector<Layer> &layers,
                           const std::vector<double> &latencies,
                           const Lattice &lattice,
                           const std::vector<Term> &terms) {
  MatrixXd rows(layers.size(), terms.size());
  for (size_t i = 0; i < layers.size(); ++i) {
    WorkTable work = WorkTable::compute(lattice, lattice.queryPoint(layers[i]));
    for (size_t j = 0; j < terms.size(); ++j)
      rows(i, j) = work.value(terms[j]) / latencies[i];
  }
  return rows;
}

std::vector<int> pr::firstOfEqualColumns(const MatrixXd &rows) {
  constexpr double kRounding = 1e-12;
  MatrixXd unit = rows.colwise().normalized();
  std::vector<int> kept, firsts;
  for (int j = 0; j < rows.cols(); ++j) {
    if (rows.col(j).maxCoeff() <= 0) {
      firsts.push_back(-1);
      continue;
    }
    auto equal = std::find_if(kept.begin(), kept.end(), [&](int other) {
      // The first row tells most of them apart.
      return std::abs(unit(0, other) - unit(0, j)) < kRounding &&
             (unit.col(other) - unit.col(j)).norm() < kRounding;
    });
    firsts.push_back(equal == kept.end() ? j : *equal);
    if (firsts.back() == j)
      kept.push_back(j);
  }
  return firsts;
}

std::vector<int> pr::independentColumns(const MatrixXd &rows) {
  std::vector<int> firsts = firstOfEqualColumns(rows), kept;
  for (int j = 0; j < rows.cols(); ++j)
    if (firsts[j] == j)
      kept.push_back(j);
  return kept;
}

MatrixXd pr::selectColumns(const MatrixXd &rows,
                           const std::vector<int> &columns) {
  MatrixXd result(rows.rows(), columns.size());
  for (size_t j = 0; j < columns.size(); ++j)
    result.col(j) = rows.col(columns[j]);
  return result;
}

MatrixXd pr::selectRows(const MatrixXd &rows,
                        const std::vector<int> &selected) {
  MatrixXd result(selected.size(), rows.cols());
  for (size_t i = 0; i < selected.size(); ++i)
    result.row(i) = rows.row(selected[i]);
  return result;
}
