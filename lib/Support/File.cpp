// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Support/File.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace pr;

static Error systemError(const std::string &action, const std::string &path) {
  return makeError(ErrorKind::Io, "cannot " + action + " '" + path +
                                      "': " + std::strerror(errno));
}

Expected<std::string> pr::readFile(const std::string &path) {
  struct stat info;
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
    return makeError(ErrorKind::Io,
                     "cannot read '" + path + "': it is a directory");
  std::FILE *file = std::fopen(path.c_str(), "rb");
  if (!file)
    return systemError("read", path);
  std::string bytes;
  char buffer[1 << 16];
  while (size_t count = std::fread(buffer, 1, sizeof(buffer), file))
    bytes.append(buffer, count);
  bool failed = std::ferror(file);
  Error error = failed ? systemError("read", path) : Error{};
  std::fclose(file);
  if (failed)
    return error;
  return bytes;
}

static bool writeAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    bytes.remove_prefix(count);
  }
  return true;
}

/// The permissions a newly created file would have, since mkstemp's are 0600.
static mode_t defaultMode() {
  mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

Expected<void> pr::writeFileAtomically(const std::string &path,
                                       std::string_view bytes) {
  std::string temporary = path + ".XXXXXX";
  int descriptor = ::mkstemp(temporary.data());
  if (descriptor < 0)
    return systemError("write", path);
  bool ok = writeAll(descriptor, bytes) &&
            ::fchmod(descriptor, defaultMode()) == 0 &&
            ::fsync(descriptor) == 0;
  Error error = ok ? Error{} : systemError("write", path);
  ok = ::close(descriptor) == 0 && ok;
  if (ok && ::rename(temporary.c_str(), path.c_str()) == 0)
    return {};
  if (ok)
    error = systemError("write", path);
  ::unlink(temporary.c_str());
  return error;
}
