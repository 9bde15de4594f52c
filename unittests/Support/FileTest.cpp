// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Support/File.h"

#include "gtest/gtest.h"

#include <filesystem>

using namespace pr;
namespace fs = std::filesystem;

namespace {
class FileTest : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern =
        (fs::temp_directory_path() / "pr-file-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder); }
  fs::path folder;
};
} // namespace

TEST_F(FileTest, WritesAndReadsBack) {
  std::string path = folder / "data";
  std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(bool(writeFileAtomically(path, bytes)));
  auto read = readFile(path);
  ASSERT_TRUE(bool(read));
  EXPECT_EQ(*read, bytes);
}

TEST_F(FileTest, ReplacesAndLeavesNoTemporary) {
  std::string path = folder / "data";
  ASSERT_TRUE(bool(writeFileAtomically(path, "old")));
  ASSERT_TRUE(bool(writeFileAtomically(path, "new")));
  EXPECT_EQ(*readFile(path), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);
}

TEST_F(FileTest, UnwritablePathIsNamed) {
  std::string path = folder / "absent" / "data";
  auto written = writeFileAtomically(path, "x");
  ASSERT_FALSE(bool(written));
  EXPECT_EQ(written.error().kind, ErrorKind::Io);
  EXPECT_EQ(written.error().message,
            "cannot write '" + path + "': No such file or directory");
}

TEST_F(FileTest, TargetThatIsAFolderIsLeftAlone) {
  fs::path target = folder / "target";
  fs::create_directory(target);
  auto written = writeFileAtomically(target.string(), "x");
  ASSERT_FALSE(bool(written));
  EXPECT_TRUE(fs::is_directory(target));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1)
      << "a temporary file stayed behind";
  EXPECT_FALSE(bool(readFile(target.string())));
}
