// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/BundleFile.h"

#include "pr/Model/ModelBundle.h"
#include "pr/Support/Hash.h"

#include <cstring>
#include <limits>

using namespace pr;

// Numbers lie in the file as in memory.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "bundles are little-endian");

/// As PNG's: a byte no text has, line ends that a text-mode copy would change,
/// and an end-of-file character.
static constexpr char kSignature[8] = {'\x89', 'P',  'R',    'M',
                                       '\r',   '\n', '\x1a', '\n'};

namespace {
struct FileHeader {
  char signature[8];
  uint32_t schema;
  uint32_t reserved;                  ///< 0
  uint64_t size;                      ///< of the whole file
  uint64_t checksumHigh, checksumLow; ///< of everything behind this header
};
static_assert(sizeof(FileHeader) == 40, "no padding in the file");

/// The table, behind the header: a uint64_t count, then these.
struct SectionEntry {
  char name[32];
  uint64_t offset, size;
};
static_assert(sizeof(SectionEntry) == 48, "no padding in the file");
} // namespace

template <typename T>
static void append(std::string &bytes, const T &item) {
  bytes.append(reinterpret_cast<const char *>(&item), sizeof(item));
}

template <typename T>
static T readAt(std::string_view bytes, size_t offset) {
  T item;
  std::memcpy(&item, bytes.data() + offset, sizeof(item));
  return item;
}

std::string BundleFile::write(const Sections &sections, uint32_t schema) {
  std::string table, contents;
  size_t start = sizeof(FileHeader) + sizeof(uint64_t) +
                 sections.size() * sizeof(SectionEntry);
  append(table, uint64_t(sections.size()));
  for (const auto &[name, bytes] : sections) {
    SectionEntry entry{};
    name.copy(entry.name, sizeof(entry.name) - 1);
    entry.offset = start + contents.size();
    entry.size = bytes.size();
    append(table, entry);
    contents += bytes;
  }
  std::string body = table + contents;
  Hash128 checksum = stableHash128(body);
  FileHeader header{};
  std::memcpy(header.signature, kSignature, sizeof(kSignature));
  header.schema = schema;
  header.size = sizeof(FileHeader) + body.size();
  header.checksumHigh = checksum.high;
  header.checksumLow = checksum.low;
  std::string file;
  append(file, header);
  return file + body;
}

static Expected<FileHeader> readHeader(std::string_view bytes) {
  size_t common = std::min(bytes.size(), sizeof(kSignature));
  if (bytes.empty())
    return invalidInput(" is empty");
  if (std::memcmp(bytes.data(), kSignature, common) != 0)
    return invalidInput(" is not a model bundle: it does not begin with the "
                        "signature of one");
  if (bytes.size() < sizeof(FileHeader))
    return invalidInput(" is truncated: " + std::to_string(bytes.size()) +
                        " bytes, not even a header");
  auto header = readAt<FileHeader>(bytes, 0);
  if (header.schema < ModelBundle::kSchema ||
      header.schema > ModelBundle::kNewestSchema)
    return invalidInput(" has schema " + std::to_string(header.schema) +
                        ", but this build reads schemas " +
                        std::to_string(ModelBundle::kSchema) + " to " +
                        std::to_string(ModelBundle::kNewestSchema) +
                        (header.schema > ModelBundle::kNewestSchema
                             ? "; it was made by a newer version"
                             : "; train it again"));
  if (header.size > bytes.size())
    return invalidInput(" is truncated: " + std::to_string(bytes.size()) +
                        " of " + std::to_string(header.size) + " bytes");
  Hash128 found = stableHash128(bytes.substr(sizeof(FileHeader)));
  if (header.size != bytes.size() || header.reserved != 0 ||
      !(found == Hash128{header.checksumHigh, header.checksumLow}))
    return invalidInput(" is corrupt: its checksum is " + toHex(found.high) +
                        ", expected " + toHex(header.checksumHigh));
  return header;
}

Expected<BundleFile> BundleFile::parse(std::string_view bytes) {
  auto header = readHeader(bytes);
  if (!header)
    return header.error();
  // The checksum holds, so what follows was written so; a hostile writer is
  // still not believed.
  Error broken = invalidInput(" is corrupt: its table of sections is not one");
  size_t next = sizeof(FileHeader);
  if (bytes.size() - next < sizeof(uint64_t))
    return broken;
  auto count = readAt<uint64_t>(bytes, next);
  next += sizeof(uint64_t);
  if (count > (bytes.size() - next) / sizeof(SectionEntry))
    return broken;
  BundleFile file;
  file.checksumStart = toHex(header->checksumHigh);
  for (uint64_t i = 0; i < count; ++i, next += sizeof(SectionEntry)) {
    auto entry = readAt<SectionEntry>(bytes, next);
    entry.name[sizeof(entry.name) - 1] = 0;
    if (entry.offset > bytes.size() || entry.size > bytes.size() - entry.offset)
      return broken;
    file.sections.emplace_back(entry.name,
                               bytes.substr(entry.offset, entry.size));
  }
  return file;
}

std::optional<std::string_view> BundleFile::find(std::string_view name) const {
  for (const auto &[candidate, bytes] : sections)
    if (candidate == name)
      return bytes;
  return std::nullopt;
}
