// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mapping of one kind of layer: a program and where its inputs come from.
#ifndef PR_ARCH_MAPPINGPROGRAM_H
#define PR_ARCH_MAPPINGPROGRAM_H

#include "pr/Arch/Program.h"
#include "pr/Layer/Layer.h"

namespace pr::arch {

/// A number of a layer.
struct LayerProperty {
  enum class Kind : uint8_t {
    Number,   ///< of those a legality rule sees: dimensions, widths of types
    /// Of a dimension in the layer's schedule; 0: none. In a loop nest: what
    /// the levels inside of the outermost one cover, at least 1.
    TileSize,
    /// Of a dimension's loop in the outermost level of the layer's loop nest, 1
    /// for the outermost loop; 0: none.
    NestPosition,
  };
  Kind kind = Kind::Number;
  uint32_t index = 0;
};

struct MappingProgram {
  LayerKind kind = LayerKind::MatMul;
  /// One for each input of the program, and its name.
  std::vector<LayerProperty> properties;
  std::vector<std::string> inputNames;
  Program program;

  /// `numbers`: what legalityValues() says of the layer.
  std::vector<int64_t> inputs(const Layer &layer,
                              const std::vector<int64_t> &numbers) const;
  /// Whether it asks for the order of loops; then a schedule may be a nest.
  bool takesNest() const;
};

} // namespace pr::arch

#endif // PR_ARCH_MAPPINGPROGRAM_H
