// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whole-file reading and writing that loses nothing: a file is written under a
// temporary name, flushed to the disk and renamed, so that a full disk or a
// crash leaves the old file as it was.
#ifndef PR_SUPPORT_FILE_H
#define PR_SUPPORT_FILE_H

#include "pr/Support/Expected.h"

#include <string>
#include <string_view>

namespace pr {

/// The bytes of a file. Errors name the path and the system's reason.
Expected<std::string> readFile(const std::string &path);

/// Replaces the file as one step, or leaves it untouched and says why.
Expected<void> writeFileAtomically(const std::string &path,
                                   std::string_view bytes);

} // namespace pr

#endif // PR_SUPPORT_FILE_H
