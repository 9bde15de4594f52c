// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types as MLIR spells them, without MLIR.
#ifndef PR_LAYER_ELEMENTTYPE_H
#define PR_LAYER_ELEMENTTYPE_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pr {

/// f32, bf16, i8, ui8, index, f8E4M3FN ... Two bytes; compare with ==.
struct ElementType {
  enum class Format : uint8_t {
    Integer,  ///< iN, signless
    Signed,   ///< siN
    Unsigned, ///< uiN
    Index,
    Float, ///< IEEE f16, f32, f64, f80, f128
    BFloat16,
    TF32,
    F8E4M3FN,
    F8E5M2,
    F8E4M3,
    F8E3M4,
    F8E8M0FNU,
    F8E4M3FNUZ,
    F8E5M2FNUZ,
    F8E4M3B11FNUZ,
    F6E2M3FN,
    F6E3M2FN,
    F4E2M1FN,
  };

  Format format = Format::Float;
  /// Storage width; index counts as 64.
  uint8_t bits = 32;

  bool isInteger() const { return format <= Format::Index; }
  bool isFloat() const { return !isInteger(); }

  friend bool operator==(ElementType a, ElementType b) {
    return a.format == b.format && a.bits == b.bits;
  }
  friend bool operator!=(ElementType a, ElementType b) { return !(a == b); }
};

/// nullopt where the text is not a scalar type of the list above, or an
/// integer is wider than 128 bits.
std::optional<ElementType> parseElementType(std::string_view text);
std::string toString(ElementType type);

} // namespace pr

#endif // PR_LAYER_ELEMENTTYPE_H
