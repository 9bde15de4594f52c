// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Support/Hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace pr;

uint64_t pr::stableHash(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::string pr::toHex(uint64_t value) {
  std::string digits(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4)
    digits[i] = "0123456789abcdef"[value & 15];
  return digits;
}

Hash128 pr::stableHash128(std::string_view bytes) {
  XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

std::string pr::stableDigest(std::string_view bytes) {
  Hash128 hash = stableHash128(bytes);
  return toHex(hash.high) + toHex(hash.low);
}
