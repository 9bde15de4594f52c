// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The smallest program that asks a model: ask MODEL.prm 'LAYER'.
#include "pr/Model/Estimator.h"

#include <iostream>

int main(int argc, char **argv) {
  auto estimator = pr::Estimator::load(argc > 1 ? argv[1] : "");
  auto layer = pr::parseLayer(argc > 2 ? argv[2] : "");
  if (!estimator || !layer) {
    std::cerr << (estimator ? layer.error() : estimator.error()).message << '\n';
    return 1;
  }
  pr::Estimate answer = estimator->estimate(*layer);
  std::cout << toString(answer.status) << ' '
            << (answer.cycles ? std::to_string(*answer.cycles) : estimator->whyNot(*layer))
            << '\n';
}
