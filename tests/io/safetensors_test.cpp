#include "io/safetensors.hpp"

#include <cmath>
#include <cstring>

#include "io/safetensors_writer.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

/// The bytes of a file with this header and that many zero bytes of data.
std::string file_of(std::string_view header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes.append(header).append(data_bytes, '\0');
}

std::string refused_weights(std::string_view bytes) {
  return refusal([&] { SafetensorsFile(std::as_bytes(std::span(bytes)), "model.safetensors"); });
}

std::string refused_weights(std::string_view header, std::size_t data_bytes) {
  return refused_weights(file_of(header, data_bytes));
}

TEST(Safetensors, ReadsWhatTheWriterWrote) {
  const TempFolder folder;
  const auto path = folder.path() / "model.safetensors";
  const std::vector<float> a{1.5F, -2.0F, 3.25F}, b{0.0F, -0.0F, 1e-40F, INFINITY};
  SafetensorsWriter writer(
      path, {{"b", DType::f32, {2, 2}}, {"none", DType::f32, {0, 7}}, {"a", DType::f32, {3}}, {"one", DType::f32, {}}});
  writer.append(b);
  writer.append(a);
  writer.append(std::vector{9.0F});
  EXPECT_FALSE(std::filesystem::exists(path)) << "visible before it is whole";
  writer.finish();

  const SafetensorsFile file(path);
  EXPECT_EQ(file.tensors().size(), 4);
  EXPECT_THAT(file.at("b").shape, testing::ElementsAre(2, 2));
  std::vector<float> read(4);
  widen(file.at("b"), 0, read);
  EXPECT_EQ(std::memcmp(read.data(), b.data(), sizeof(float) * 4), 0);
  read.resize(2);
  widen(file.at("a"), 1, read);
  EXPECT_THAT(read, testing::ElementsAre(-2.0F, 3.25F));
  EXPECT_EQ(file.at("none").size(), 0);
  EXPECT_EQ(file.at("one").size(), 1);
  EXPECT_EQ(file.find("c"), nullptr);
  EXPECT_EQ(refusal([&] { file.at("c"); }), "model.safetensors: has no tensor \"c\"");
}

TEST(Safetensors, ReadsAFileAsItReadsItsBytes) {
  const TempFolder folder;
  const std::string bytes = file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 5);
  const auto path = folder.write("model.safetensors", bytes);
  EXPECT_EQ(refusal([&] { SafetensorsFile{path}; }), refused_weights(bytes));
  EXPECT_EQ(refused_weights(bytes), "model.safetensors: the last 1 bytes belong to no tensor");
}

TEST(Safetensors, ReadsElementsAtOddAddresses) {
  const TempFolder folder;
  // A header of odd length puts every element at an odd address.
  std::string bytes = file_of(R"({"h":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}})", 0);
  ASSERT_EQ(bytes.size() % 2, 1);
  const std::uint16_t elements[] = {0x3f80, 0xc000, 0x7f80};
  bytes.append(reinterpret_cast<const char*>(elements), sizeof elements);
  const SafetensorsFile file(folder.write("x.safetensors", bytes));
  std::vector<float> read(3);
  widen(file.at("h"), 0, read);
  EXPECT_THAT(read, testing::ElementsAre(1.0F, -2.0F, INFINITY));
}

TEST(Safetensors, WidenStaysInsideTheTensor) {
  const TempFolder folder;
  const SafetensorsFile file(
      folder.write("x.safetensors", file_of(R"({"a":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},
      "i":{"dtype":"I64","shape":[1],"data_offsets":[6,14]}})",
                                            14)));
  std::vector<float> out(2);
  EXPECT_NO_THROW(widen(file.at("a"), 1, out));
  EXPECT_THROW(widen(file.at("a"), 2, out), std::out_of_range);
  EXPECT_THROW(widen(file.at("a"), SIZE_MAX, out), std::out_of_range);
  out.resize(1);
  EXPECT_EQ(refusal([&] { widen(file.at("i"), 0, out); }), "tensor \"i\" is I64: expected F32, BF16 or F16");
}

TEST(Safetensors, RefusesBrokenFrames) {
  EXPECT_EQ(refused_weights(""),
            "model.safetensors: has 0 bytes: too short for a safetensors file (truncated download?)");
  EXPECT_EQ(refused_weights("1234567"),
            "model.safetensors: has 7 bytes: too short for a safetensors file (truncated download?)");
  EXPECT_EQ(refused_weights(file_of("{}", 0).substr(0, 9)),
            "model.safetensors: header ends at byte 10 but the file has 9 (truncated download?)");
  EXPECT_EQ(
      refused_weights("<html>an error page of a server"),
      "model.safetensors: says that its header has 7,953,707,052,326,742,076 bytes, and at most 16,777,216 are read: "
      "not a safetensors file?");
  EXPECT_EQ(refused_weights(std::string(8, '\xff')).substr(0, 59),
            "model.safetensors: says that its header has 18,446,744,073,");
  EXPECT_EQ(refused_weights("[]", 0), "model.safetensors: header is a list: expected an object");
  EXPECT_THAT(refused_weights("{\"a\":", 0), testing::StartsWith("model.safetensors: header: not JSON: "));
  EXPECT_EQ(refused_weights(std::string(1000, '['), 0),
            "model.safetensors: header: lists and objects are nested more than 8 deep");
}

TEST(Safetensors, RefusesBrokenEntries) {
  const auto tensor = [](std::string_view entry) {
    return refused_weights(std::string("{\"t\":").append(entry) + "}", 8);
  };
  EXPECT_EQ(tensor("7"), "model.safetensors: tensor \"t\" is 7: expected an object");
  EXPECT_EQ(tensor(R"({"shape":[2],"data_offsets":[0,8]})"), "model.safetensors: tensor \"t\" has no \"dtype\"");
  EXPECT_EQ(tensor(R"({"dtype":"F4","shape":[2],"data_offsets":[0,8]})"),
            "model.safetensors: tensor \"t\" has dtype \"F4\", which is not read here");
  EXPECT_EQ(tensor(R"({"dtype":"F32","data_offsets":[0,8]})"), "model.safetensors: tensor \"t\" has no list \"shape\"");
  EXPECT_EQ(tensor(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"),
            "model.safetensors: tensor \"t\" has -2 in its \"shape\": expected a whole number");
  EXPECT_EQ(tensor(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]})"),
            "model.safetensors: tensor \"t\" has 9 dimensions: at most 8 are read");
  EXPECT_EQ(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})"),
            "model.safetensors: tensor \"t\" has \"data_offsets\" that are not [begin, end]");
  EXPECT_EQ(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0.5,8]})"),
            "model.safetensors: tensor \"t\" has 0.5 in its \"data_offsets\": expected a whole number");
  EXPECT_EQ(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"),
            "model.safetensors: tensor \"t\" begins at byte 8 of the data and ends at 0");
  EXPECT_EQ(tensor(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})"),
            "model.safetensors: tensor \"t\" of type F32 and shape [3] needs 12 bytes but its data_offsets span 8");
  EXPECT_EQ(tensor(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})"),
            "model.safetensors: tensor \"t\" has a shape [4294967296, 4294967296] whose size is beyond any memory");
}

TEST(Safetensors, RefusesWhatEndsBehindTheFile) {
  const std::string header =
      R"({"model.layers.3.mlp.up_proj.weight":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})";
  EXPECT_EQ(refused_weights(header, 15),
            "model.safetensors: tensor \"model.layers.3.mlp.up_proj.weight\" ends at byte 111 but the file has 110 "
            "(truncated download?)");
  EXPECT_EQ(refused_weights(
                R"({"t":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,18446744073709551615]}})", 4),
            "model.safetensors: tensor \"t\" ends at byte 18,446,744,073,709,551,615 but the file has 103 (truncated "
            "download?)");
}

TEST(Safetensors, RefusesOverlapHolesAndDuplicates) {
  const auto two = [](std::string_view name, std::string_view offsets, std::size_t bytes) {
    return refused_weights(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},")" + std::string(name) +
                               R"(":{"dtype":"U8","shape":[4],"data_offsets":)" + std::string(offsets) + "}}",
                           bytes);
  };
  EXPECT_EQ(two("b", "[4,8]", 8), "");
  EXPECT_EQ(two("b", "[3,7]", 7),
            "model.safetensors: tensors \"a\" and \"b\" overlap: the second begins at byte 3 of the data, the first "
            "ends at 4");
  EXPECT_EQ(two("b", "[0,4]", 4),
            "model.safetensors: tensors \"a\" and \"b\" overlap: the second begins at byte 0 of the data, the first "
            "ends at 4");
  EXPECT_EQ(two("b", "[6,10]", 10),
            "model.safetensors: bytes 4 to 6 of the data, before tensor \"b\", belong to no tensor");
  EXPECT_EQ(two("b", "[4,8]", 11), "model.safetensors: the last 3 bytes belong to no tensor");
  EXPECT_EQ(two("a", "[4,8]", 8), "model.safetensors: header: key \"a\" stands twice in one object");
}

TEST(Safetensors, NamesCannotBreakTheMessage) {
  const std::string name = "a\\n\\u001b[31m\\\"" + std::string(300, 'x');
  const std::string said =
      refused_weights("{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9]}}", 4);
  EXPECT_THAT(said, testing::HasSubstr("tensor \"a\\x0a\\x1b[31m\"xxx"));
  EXPECT_LT(said.size(), 250);
  EXPECT_EQ(said.find('\n'), said.npos);
}

/// Four hundred damaged copies of a good file: each is read whole or refused, and no byte outside it is touched.
TEST(Safetensors, SurvivesDamage) {
  const TempFolder folder;
  SafetensorsWriter writer(folder.path() / "good",
                           {{"a", DType::f32, {2, 3}}, {"b", DType::bf16, {5}}, {"c", DType::f16, {1}}});
  writer.append(std::vector<std::byte>(24 + 10 + 2));
  writer.finish();
  const std::string good(MappedFile(folder.path() / "good").text());
  std::uint64_t random = 1;
  const auto below = [&](std::size_t n) {
    return (random = random * 6364136223846793005U + 1442695040888963407U) / 65536 % n;
  };
  int read = 0, refused_count = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bad = good;
    for (std::size_t changes = 1 + below(3); changes > 0; --changes)
      bad[below(bad.size())] = "0123456789[]{},:\"\xff\0e-"[below(22)];
    if (below(4) == 0) bad.resize(below(bad.size()));
    const std::string said = refusal([&] {
      const SafetensorsFile tensors(std::as_bytes(std::span(bad)), "bad");
      for (const TensorView& tensor : tensors.tensors())
        if (is_weight_type(tensor.dtype)) {
          std::vector<float> out(tensor.size());
          widen(tensor, 0, out);
        }
    });
    ++(said.empty() ? read : refused_count);
  }
  EXPECT_GT(read, 20);
  EXPECT_GT(refused_count, 200);
}

TEST(SafetensorsWriter, LeavesNothingBehindUnlessFinished) {
  const TempFolder folder;
  {
    SafetensorsWriter writer(folder.path() / "x.safetensors", {{"a", DType::f32, {2}}});
    writer.append(std::vector{1.0F});
    EXPECT_THROW(writer.finish(), std::logic_error) << "a tensor is not complete";
    EXPECT_THROW(writer.append(std::vector{1.0F, 2.0F}), std::logic_error) << "more than was said";
  }
  EXPECT_EQ(folder.entries(), 0);
  EXPECT_THROW(SafetensorsWriter(folder.path() / "y", {{"a", DType::f32, {1}}, {"a", DType::f32, {1}}}),
               std::logic_error);
  EXPECT_EQ(folder.entries(), 0);
}

}  // namespace
}  // namespace radixlab
