// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/TermMatrix.h"

#include <algorithm>

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

std::vector<int> pr::independentColumns(const MatrixXd &rows) {
  std::vector<int> kept;
  for (int j = 0; j < rows.cols(); ++j) {
    if (rows.col(j).maxCoeff() <= 0)
      continue;
    VectorXd column = rows.col(j).normalized();
    bool repeated = std::any_of(kept.begin(), kept.end(), [&](int other) {
      return (rows.col(other).normalized() - column).norm() < 1e-12;
    });
    if (!repeated)
      kept.push_back(j);
  }
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
