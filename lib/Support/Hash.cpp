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

std::string pr::stableDigest(std::string_view bytes) {
  XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return toHex(hash.high64) + toHex(hash.low64);
}
