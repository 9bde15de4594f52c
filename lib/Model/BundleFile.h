// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The container of a bundle: named sections behind a checksum. Private to
// lib/Model.
#ifndef PR_LIB_MODEL_BUNDLEFILE_H
#define PR_LIB_MODEL_BUNDLEFILE_H

#include "pr/Support/Expected.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pr {

class BundleFile {
public:
  using Sections = std::vector<std::pair<std::string, std::string>>;
  /// Precondition: names shorter than 32 bytes.
  static std::string write(const Sections &sections, uint32_t schema);

  /// Views into `bytes`, which must outlive the result. Messages go on a
  /// sentence that begins with the file's name.
  static Expected<BundleFile> parse(std::string_view bytes);

  std::optional<std::string_view> find(std::string_view name) const;
  const std::string &id() const { return checksumStart; }

private:
  std::vector<std::pair<std::string, std::string_view>> sections;
  std::string checksumStart;
};

} // namespace pr

#endif // PR_LIB_MODEL_BUNDLEFILE_H
