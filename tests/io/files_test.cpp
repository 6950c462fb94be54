#include <sys/stat.h>

#include "io/mapped_file.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

TEST(MappedFile, ShowsTheFile) {
  const TempFolder folder;
  MappedFile file(folder.write("a", "some text"));
  EXPECT_EQ(file.text(), "some text");
  const MappedFile moved(std::move(file));
  EXPECT_EQ(moved.text(), "some text");
  EXPECT_EQ(MappedFile(folder.write("empty", "")).text(), "");
}

TEST(MappedFile, RefusesWhatIsNoFile) {
  const TempFolder folder;
  EXPECT_EQ(refusal([&] { MappedFile{folder.path() / "gone"}; }), (folder.path() / "gone").string() + ": no such file");
  EXPECT_THAT(refusal([&] { MappedFile{folder.path()}; }), testing::EndsWith(": is a folder, not a file"));
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal([&] { MappedFile{folder.path() / "pipe"}; }), testing::EndsWith("pipe: is not a regular file"));
}

TEST(MappedFile, CallsAGitLfsPointerOne) {
  const TempFolder folder;
  const auto pointer = folder.write("a", "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 2234600\n");
  EXPECT_EQ(refusal([&] { MappedFile{pointer}; }),
            pointer.string() +
                ": is a Git LFS pointer, not the file that it stands for; `git lfs pull` in its folder fetches that");
  EXPECT_EQ(MappedFile(folder.write("b", "version 2")).text(), "version 2");
}

TEST(AtomicFile, AppearsWholeOrNotAtAll) {
  const TempFolder folder;
  const auto path = folder.write("a", "old");
  {
    AtomicFile file(path);
    file.write("half of the n");
  }
  EXPECT_EQ(MappedFile(path).text(), "old");
  EXPECT_EQ(folder.entries(), 1);
  write_file(path, "new");
  EXPECT_EQ(MappedFile(path).text(), "new");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(AtomicFile, NamesWhatCannotBeWritten) {
  const TempFolder folder;
  EXPECT_THAT(refusal([&] { AtomicFile{folder.path() / "no" / "a"}; }),
              testing::EndsWith("no/a: cannot create it: No such file or directory"));
  std::filesystem::create_directory(folder.path() / "taken");
  EXPECT_THAT(refusal([&] { write_file(folder.path() / "taken", "x"); }),
              testing::HasSubstr("taken: cannot write it: "));
  EXPECT_EQ(folder.entries(), 1);
}

TEST(Error, ShowsNumbersAndTextForPeople) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1310720), "1,310,720");
  EXPECT_EQ(readable_bytes(999), "999 bytes");
  EXPECT_EQ(readable_bytes(1000), "1.0 kB");
  EXPECT_EQ(readable_bytes(999'700), "1.0 MB");
  EXPECT_EQ(readable_bytes(4'400'000'000), "4.4 GB");
  EXPECT_EQ(readable_bytes(498'674'688), "499 MB");
  EXPECT_EQ(quote("a\tb\xff"), "\"a\\x09b\\xff\"");
  EXPECT_EQ(file_error("/folder/x.json", "is odd").what(), std::string("x.json: is odd"));
}

}  // namespace
}  // namespace radixlab
