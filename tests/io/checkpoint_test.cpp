#include <sys/stat.h>

#include "io/safetensors.hpp"
#include "io/safetensors_writer.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

void write_tensors(const std::filesystem::path& file, const std::vector<TensorInfo>& tensors) {
  SafetensorsWriter writer(file, tensors);
  for (const TensorInfo& tensor : tensors) writer.append(std::vector<std::byte>(tensor.bytes()));
  writer.finish();
}

constexpr auto index_name = "model.safetensors.index.json";

/// Two shards in a folder, and an index with this weight_map.
struct Sharded {
  explicit Sharded(const std::string& weight_map) {
    write_tensors(folder.path() / "one.safetensors", {{"a", DType::f32, {2, 3}}});
    write_tensors(folder.path() / "two.safetensors", {{"b", DType::f16, {5}}, {"i", DType::i64, {1}}});
    folder.write(index_name, R"({"metadata":{"total_size":42},"weight_map":)" + weight_map + "}");
  }
  std::string refused() const {
    return refusal([&] { Checkpoint{folder.path()}; });
  }
  TempFolder folder;
};

TEST(Checkpoint, FindsTensorsInTheirShards) {
  const Sharded files(R"({"a":"one.safetensors","b":"two.safetensors","i":"two.safetensors"})");
  const Checkpoint checkpoint(files.folder.path());
  EXPECT_EQ(checkpoint.files().size(), 2);
  EXPECT_THAT(checkpoint.names(), testing::ElementsAre("a", "b", "i"));
  EXPECT_EQ(checkpoint.total_bytes(), 24 + 10 + 8);
  EXPECT_EQ(checkpoint.at("a", {2, 3}).size(), 6);
  EXPECT_EQ(checkpoint.at("b", {5}).dtype, DType::f16);
  EXPECT_TRUE(checkpoint.contains("i"));
  EXPECT_FALSE(checkpoint.contains("c"));
}

TEST(Checkpoint, SaysWhatWasExpectedAndFound) {
  const Sharded files(R"({"a":"one.safetensors","b":"two.safetensors","i":"two.safetensors"})");
  const Checkpoint checkpoint(files.folder.path());
  EXPECT_EQ(refusal([&] {
              checkpoint.at("c", {2, 3});
            }),
            "model.safetensors.index.json: has no tensor \"c\": expected one of shape [2, 3]");
  EXPECT_EQ(refusal([&] {
              checkpoint.at("a", {3, 2});
            }),
            "one.safetensors: tensor \"a\" has shape [2, 3]: expected [3, 2] from config.json");
  EXPECT_EQ(refusal([&] { checkpoint.at("a", {6}); }),
            "one.safetensors: tensor \"a\" has shape [2, 3]: expected [6] from config.json");
  EXPECT_EQ(refusal([&] { checkpoint.at("i", {1}); }),
            "two.safetensors: tensor \"i\" has dtype I64: expected F32, BF16 or F16");
}

TEST(Checkpoint, PrefersTheSingleFile) {
  const Sharded files(R"({"a":"one.safetensors"})");
  write_tensors(files.folder.path() / "model.safetensors", {{"z", DType::bf16, {2}}});
  EXPECT_THAT(Checkpoint(files.folder.path()).names(), testing::ElementsAre("z"));
}

TEST(Checkpoint, RefusesShardsOutsideItsFolder) {
  for (const char* shard :
       {"../one.safetensors", "/etc/passwd", "sub/one.safetensors", "..", ".", "", "a\\u0000b", "..\\\\x"}) {
    const Sharded files(std::string(R"({"a":")") + shard + "\"}");
    EXPECT_THAT(files.refused(),
                testing::AllOf(testing::StartsWith("model.safetensors.index.json: tensor \"a\" is said to be in "),
                               testing::EndsWith(": expected the name of a file of this folder")))
        << shard;
  }
}

/// As in the cache of Hugging Face, whose folders hold links to files elsewhere.
TEST(Checkpoint, FollowsALinkInItsFolder) {
  const TempFolder elsewhere;
  write_tensors(elsewhere.path() / "blob", {{"z", DType::bf16, {2}}});
  const Sharded files(R"({"z":"link.safetensors"})");
  std::filesystem::create_symlink(elsewhere.path() / "blob", files.folder.path() / "link.safetensors");
  EXPECT_EQ(files.refused(), "");
}

TEST(Checkpoint, RefusesATensorInTwoShards) {
  const Sharded files(R"({"a":"one.safetensors","b":"two.safetensors","i":"two.safetensors"})");
  write_tensors(files.folder.path() / "two.safetensors",
                {{"a", DType::f32, {2, 3}}, {"b", DType::f16, {5}}, {"i", DType::i64, {1}}});
  EXPECT_EQ(files.refused(),
            "two.safetensors: has a tensor \"a\", which model.safetensors.index.json says is in \"one.safetensors\"");
}

TEST(Checkpoint, RefusesWhatIsNoFile) {
  const Sharded files(R"({"a":"sub"})");
  const auto& folder = files.folder.path();
  std::filesystem::create_directory(folder / "sub");
  EXPECT_THAT(files.refused(), testing::EndsWith("sub: is a folder, not a file"));
  const auto index = folder / index_name, single = folder / "model.safetensors";
  std::filesystem::remove(index);
  ASSERT_EQ(::mkfifo(index.c_str(), 0600), 0);
  EXPECT_THAT(files.refused(), testing::EndsWith("model.safetensors.index.json: is not a regular file"));
  std::filesystem::create_symlink(single, single);
  EXPECT_THAT(files.refused(), testing::EndsWith("model.safetensors: Too many levels of symbolic links"));
}

TEST(Checkpoint, RefusesBrokenIndexes) {
  const Sharded empty("{}");
  empty.folder.write(index_name, "");
  EXPECT_THAT(empty.refused(), testing::StartsWith("model.safetensors.index.json: not JSON: "));
  EXPECT_EQ(Sharded("[]").refused(), "model.safetensors.index.json: has no object \"weight_map\"");
  EXPECT_EQ(
      Sharded(R"({"a":7})").refused(),
      "model.safetensors.index.json: tensor \"a\" is said to be in 7: expected the name of a file of this folder");
  EXPECT_EQ(Sharded(R"({"b":"one.safetensors"})").refused(), "one.safetensors: has no tensor \"b\"");
  EXPECT_EQ(Sharded(R"({"a":"one.safetensors","a":"two.safetensors"})").refused(),
            "model.safetensors.index.json: key \"a\" stands twice in one object");
  EXPECT_THAT(Sharded(R"({"a":"three.safetensors"})").refused(), testing::EndsWith("three.safetensors: no such file"));
}

TEST(Checkpoint, SaysWhatIsMissing) {
  const TempFolder folder;
  EXPECT_THAT(refusal([&] { Checkpoint{folder.path()}; }),
              testing::EndsWith(": neither model.safetensors nor model.safetensors.index.json is there"));
  EXPECT_THAT(refusal([&] { Checkpoint{folder.path() / "nowhere"}; }), testing::EndsWith("nowhere: no such folder"));
  std::filesystem::create_directory(folder.path() / "model.safetensors");
  EXPECT_THAT(refusal([&] { Checkpoint{folder.path()}; }),
              testing::EndsWith("model.safetensors: is a folder, not a file"));
}

}  // namespace
}  // namespace radixlab
