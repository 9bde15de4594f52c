// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic on extents that notices when it leaves the range. Extents come
// from user files: 2^31 * 2^31 * 4 bytes must be an error, not a small number.
#ifndef PR_SUPPORT_CHECKEDMATH_H
#define PR_SUPPORT_CHECKEDMATH_H

#include <cstdint>

namespace pr {

/// The largest count the project works with: sums of a few counts still fit
/// into 64 bits.
inline constexpr int64_t kMaxCount = int64_t(1) << 62;

/// Rounds towards positive infinity. Precondition: divisor > 0.
constexpr int64_t ceilDiv(int64_t value, int64_t divisor) {
  return value / divisor + (value % divisor > 0 ? 1 : 0);
}
/// Rounds towards negative infinity. Precondition: divisor > 0.
constexpr int64_t floorDiv(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/// A number that remembers whether any operation on its way overflowed
/// (left [-kMaxCount, kMaxCount]). An overflown value is sticky.
class Checked {
public:
  constexpr Checked(int64_t value = 0) : number(value), valid(inRange(value)) {}

  friend Checked operator*(Checked a, Checked b) {
    int64_t result = 0;
    bool bad = __builtin_mul_overflow(a.number, b.number, &result);
    return make(result, !bad && a.valid && b.valid);
  }
  friend Checked operator+(Checked a, Checked b) {
    int64_t result = 0;
    bool bad = __builtin_add_overflow(a.number, b.number, &result);
    return make(result, !bad && a.valid && b.valid);
  }
  friend Checked operator-(Checked a, Checked b) {
    int64_t result = 0;
    bool bad = __builtin_sub_overflow(a.number, b.number, &result);
    return make(result, !bad && a.valid && b.valid);
  }

  constexpr bool ok() const { return valid; }
  /// The value; meaningful only when ok().
  constexpr int64_t value() const { return number; }

private:
  static constexpr bool inRange(int64_t v) {
    return v >= -kMaxCount && v <= kMaxCount;
  }
  static constexpr Checked make(int64_t value, bool valid) {
    Checked result(valid ? value : 0);
    result.valid = valid && inRange(value);
    return result;
  }

  int64_t number;
  bool valid;
};

} // namespace pr

#endif // PR_SUPPORT_CHECKEDMATH_H
