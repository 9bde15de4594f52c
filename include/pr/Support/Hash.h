// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Hashes that mean the same tomorrow and on another machine (xxHash, XXH3).
// They go into files and into the IR; in-memory tables may use any other hash.
#ifndef PR_SUPPORT_HASH_H
#define PR_SUPPORT_HASH_H

#include <cstdint>
#include <string>
#include <string_view>

namespace pr {

/// 64-bit XXH3 of the bytes.
uint64_t stableHash(std::string_view bytes);

/// 128-bit XXH3 of the bytes: keys of tables that cannot hold what they stand
/// for. Ordered by high, then low.
struct Hash128 {
  uint64_t high = 0, low = 0;
  friend bool operator==(Hash128 a, Hash128 b) {
    return a.high == b.high && a.low == b.low;
  }
  friend bool operator<(Hash128 a, Hash128 b) {
    return a.high != b.high ? a.high < b.high : a.low < b.low;
  }
};
Hash128 stableHash128(std::string_view bytes);

/// 128-bit XXH3 of the bytes as 32 lower-case hexadecimal digits: the checksum
/// of files and descriptions.
std::string stableDigest(std::string_view bytes);

/// 16 lower-case hexadecimal digits.
std::string toHex(uint64_t value);

} // namespace pr

#endif // PR_SUPPORT_HASH_H
