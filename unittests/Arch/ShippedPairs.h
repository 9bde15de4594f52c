// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The architectures that come with the project, with random parameters, and
// random layers that they take.
#ifndef PR_UNITTESTS_ARCH_SHIPPEDPAIRS_H
#define PR_UNITTESTS_ARCH_SHIPPEDPAIRS_H

#include "pr/Conversion/ACADLToProgram.h"
#include "pr/Conversion/DescribedTargets.h"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace pr::arch::test {

struct ShippedPair {
  std::string architecture; ///< its name, without parameters
  std::string target;       ///< its name with them
  const ObjectDiagram *diagram = nullptr;
  const Program *program = nullptr;
  Layer layer;
  std::vector<int64_t> inputs;
  /// A dimension is no whole number of the steps that the mapping takes.
  bool ragged = false;
};

class ShippedPairs {
public:
  ShippedPairs();

  /// The same pair for the same seed; nullopt where no legal layer was found.
  /// Valid until the next call.
  std::optional<ShippedPair> draw(uint64_t seed);

private:
  using Imported = mlir::pr::acadl::ImportedArchitecture;
  struct Source {
    std::string name, path, text;
    std::vector<TargetParameter> parameters;
  };
  const Imported *import(const Source &source, uint64_t group);

  std::vector<Source> sources;
  /// Pairs with seeds near each other have the same parameters.
  uint64_t currentGroup = ~uint64_t(0);
  std::map<std::string, std::unique_ptr<Imported>> imported;
};

} // namespace pr::arch::test

#endif // PR_UNITTESTS_ARCH_SHIPPEDPAIRS_H
