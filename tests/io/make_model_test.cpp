#include <array>
#include <cstdio>
#include <set>
#include <sys/wait.h>

#include "apps/random_model.hpp"
#include "io/llama_tensors.hpp"
#include "io/mapped_file.hpp"
#include "io/safetensors.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

std::uint64_t hash_of(std::span<const std::byte> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const std::byte byte : bytes) hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3U;
  return hash;
}

RandomModel tiny(DType dtype = DType::f32) {
  RandomModel model;
  model.config = *preset_config("tiny");
  model.config.dtype = dtype;
  return model;
}

void write(const RandomModel& model, const std::filesystem::path& folder) {
  write_random_model(model, folder, [](std::size_t) {});
}

std::vector<float> values(const TensorView& tensor) {
  std::vector<float> out(tensor.size());
  widen(tensor, 0, out);
  return out;
}

TEST(RandomModel, IsTheSameOnEveryMachine) {
  const TempFolder folder;
  write(tiny(), folder.path() / "a");
  EXPECT_EQ(hash_of(MappedFile(folder.path() / "a/model.safetensors").bytes()), 0x4476c19c35097515U);
  RandomModel other = tiny();
  other.seed = 1;
  write(other, folder.path() / "b");
  EXPECT_NE(values(Checkpoint(folder.path() / "a").at("model.norm.weight", {42})),
            values(Checkpoint(folder.path() / "b").at("model.norm.weight", {42})));
}

TEST(RandomModel, ShardsHoldTheSameWeights) {
  const TempFolder folder;
  write(tiny(), folder.path() / "whole");
  const Checkpoint whole(folder.path() / "whole");
  for (const std::size_t shards : {2, 3, 30}) {
    RandomModel model = tiny();
    model.shards = shards;
    const auto path = folder.path() / std::to_string(shards);
    write(model, path);
    const Checkpoint cut(path);
    EXPECT_EQ(cut.files().size(), shards);
    ASSERT_EQ(cut.names(), whole.names());
    std::size_t bytes = 0;
    for (const SafetensorsFile& file : cut.files())
      for (const TensorView& tensor : file.tensors()) {
        EXPECT_EQ(hash_of(tensor.bytes), hash_of(whole.files().front().at(tensor.name).bytes)) << tensor.name;
        bytes += tensor.bytes.size();
      }
    EXPECT_EQ(bytes, whole.total_bytes());
  }
}

TEST(RandomModel, NumberTypesDifferByRoundingOnly) {
  const TempFolder folder;
  write(tiny(), folder.path() / "f32");
  const Checkpoint wide(folder.path() / "f32");
  for (const DType dtype : {DType::bf16, DType::f16}) {
    const auto path = folder.path() / dtype_name(dtype);
    write(tiny(dtype), path);
    EXPECT_EQ(read_model_config(path).dtype, dtype);
    const Checkpoint narrow(path);
    for (const TensorView& tensor : narrow.files().front().tensors()) {
      EXPECT_EQ(tensor.dtype, dtype);
      std::vector<float> rounded = values(wide.files().front().at(tensor.name));
      for (float& value : rounded)
        value = dtype == DType::bf16 ? bf16_to_f32(f32_to_bf16(value)) : f16_to_f32(f32_to_f16(value));
      EXPECT_EQ(values(tensor), rounded) << tensor.name;
    }
  }
}

TEST(RandomModel, HasTheTensorsThatItsConfigAsksFor) {
  const TempFolder folder;
  write(tiny(), folder.path() / "a");
  const ModelConfig config = read_model_config(folder.path() / "a");
  const Checkpoint checkpoint(folder.path() / "a");
  std::size_t weights = 0;
  std::set<std::uint64_t> different;
  for (const TensorInfo& tensor : llama_tensors(config, DType::f32)) {
    ASSERT_TRUE(checkpoint.contains(tensor.name));
    const TensorView& view = checkpoint.files().front().at(tensor.name);
    EXPECT_EQ(view.shape, tensor.shape);
    weights += tensor.size();
    different.insert(hash_of(view.bytes.first(64)));
  }
  EXPECT_EQ(weights, config.parameter_count());
  EXPECT_EQ(different.size(), checkpoint.names().size()) << "two tensors start alike";
  EXPECT_EQ(checkpoint.total_bytes(), weights * 4);
}

TEST(RandomModel, PresetsHaveTheirSizes) {
  EXPECT_EQ(preset_config("15m")->parameter_count(), 7'155'360);
  EXPECT_EQ(preset_config("110m")->parameter_count(), 124'668'672);
  EXPECT_EQ(preset_config("1b")->parameter_count(), 1'100'048'384);
  for (const std::string& name : preset_names()) EXPECT_NO_THROW(check_model_config(*preset_config(name), name));
  EXPECT_EQ(preset_config("2b"), std::nullopt);
}

TEST(RandomModel, LeavesNothingBehindWhenRefused) {
  const TempFolder folder;
  const auto refused = [&](const RandomModel& model, const char* name) {
    return refusal([&] { write(model, folder.path() / name); });
  };
  RandomModel model = tiny();
  model.shards = 31;
  EXPECT_EQ(refused(model, "a"), "--shards is 31; expected 1 to 30, the number of tensors");
  model = tiny();
  model.tokenizer = "common/llm/checkpoint/tokenizer.model";
  EXPECT_THAT(refused(model, "a"),
              testing::EndsWith("tokenizer.model: has 2,048 tokens but the model's vocabulary is 263"));
  model = tiny();
  model.config.head_dim = 3;
  EXPECT_THAT(refused(model, "a"), testing::StartsWith("sizes: \"head_dim\" is 3"));
  model.config = *preset_config("1b");
  model.config.num_hidden_layers = 2000;
  model.config.intermediate_size = 800'000;
  EXPECT_THAT(refused(model, "a"), testing::HasSubstr("needs 39 TB and the disk has "));
  EXPECT_EQ(folder.entries(), 0);

  std::filesystem::create_directory(folder.path() / "empty");
  write(tiny(), folder.path() / "empty");
  EXPECT_THAT(refused(tiny(), "empty"), testing::EndsWith("empty: is there already: give a new or an empty folder"));
  EXPECT_EQ(folder.entries(), 1);
}

struct Ended {
  int code;
  std::string said;  ///< on standard error
};

Ended run(const std::string& arguments) {
  std::FILE* pipe = ::popen((MAKE_MODEL " " + arguments + " 2>&1 >/dev/null").c_str(), "r");
  std::string said;
  std::array<char, 256> piece{};
  while (const auto n = std::fread(piece.data(), 1, piece.size(), pipe)) said.append(piece.data(), n);
  return {WEXITSTATUS(::pclose(pipe)), said};
}

TEST(MakeModel, EndsWithTheRightCode) {
  const TempFolder folder;
  const std::string out = " --out " + (folder.path() / "x").string();
  EXPECT_EQ(run("--help").code, 0);
  const std::pair<std::string, std::string> wrong[] = {
      {"--preset tiny", "make_model: --out is required (make_model --help shows the options)\n"},
      {"--preset tiny --layers -3" + out,
       "make_model: --layers: -3 is not a whole number from 1 up (make_model --help shows the options)\n"},
      {"--preset 3m" + out,
       "make_model: --preset: 3m not in {tiny,15m,110m,1b} (make_model --help shows the options)\n"},
      {"--preset tiny --colour red" + out,
       "make_model: The following arguments were not expected: red --colour (make_model --help shows the options)\n"},
      {"--hidden-size 64" + out,
       "make_model: give --preset, or all of --vocab-size --hidden-size --layers --heads --intermediate-size\n"},
      {"--preset tiny --kv-heads 4" + out,
       "make_model: sizes: \"num_attention_heads\" is 6; expected a multiple of \"num_key_value_heads\" (4)\n"},
      {"--preset tiny --rope-scaling yarn:4" + out,
       "make_model: --rope-scaling is \"yarn:4\"; expected linear:4 or llama3:8,1,4,8192, for example\n"},
      {"--preset tiny --rope-scaling llama3:8,1,4" + out,
       "make_model: --rope-scaling is \"llama3:8,1,4\"; expected linear:4 or llama3:8,1,4,8192, for example\n"},
      {"--preset tiny --rope-scaling llama3:8,4,1,64" + out,
       "make_model: sizes: rotary \"high_freq_factor\" is 1; expected more than \"low_freq_factor\" (4), up to 1e6\n"},
      {"--preset tiny --rope-scaling linear:nan" + out,
       "make_model: sizes: rotary \"factor\" is nan; expected 1 to 1e6\n"},
      {"--preset tiny --eos 1,x" + out,
       "make_model: --eos: x is not a whole number from 0 up (make_model --help shows the options)\n"},
      {"--preset tiny --tokenizer nowhere" + out, "make_model: nowhere: no such file\n"},
  };
  for (const auto& [arguments, message] : wrong) {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.code, 2) << arguments;
    EXPECT_EQ(ended.said, message);
  }
  EXPECT_EQ(folder.entries(), 0);
}

TEST(MakeModel, TakesSizesOverThePreset) {
  const TempFolder folder;
  const auto make = [&](const std::string& name, const std::string& arguments) {
    const Ended ended = run(arguments + " --out " + (folder.path() / name).string());
    EXPECT_EQ(ended.code, 0) << ended.said;
    EXPECT_EQ(ended.said, "") << "a progress bar where there is no terminal";
    return read_model_config(folder.path() / name);
  };
  const ModelConfig changed =
      make("a", "--preset tiny --layers 1 --heads 7 --kv-heads 7 --tie --rope-theta 1e6 --config-style new");
  EXPECT_EQ(changed.num_hidden_layers, 1);
  EXPECT_EQ(changed.head_dim, 6) << "hidden size / heads, since they changed";
  EXPECT_TRUE(changed.tie_word_embeddings);
  EXPECT_EQ(changed.rope_theta, 1e6);
  EXPECT_FALSE(Checkpoint(folder.path() / "a").contains("lm_head.weight"));

  const ModelConfig stretched =
      make("c", "--preset tiny --rope-scaling llama3:8,1.5,4,64 --eos 5,7 --generation-config --shards 3");
  EXPECT_EQ(stretched.rope_scaling, (RopeScaling{RopeScaling::Type::llama3, 8, 1.5, 4, 64}));
  EXPECT_THAT(stretched.eos_token_ids, testing::ElementsAre(5, 7));
  EXPECT_EQ(Checkpoint(folder.path() / "c").files().size(), 3);
  const ModelConfig linear = make("d", "--preset tiny --rope-scaling linear:2.5 --config-style new");
  EXPECT_EQ(linear.rope_scaling, (RopeScaling{.type = RopeScaling::Type::linear, .factor = 2.5}));
  EXPECT_THAT(linear.eos_token_ids, testing::ElementsAre(2));

  const ModelConfig own =
      make("b",
           "--vocab-size 2052 --hidden-size 24 --layers 1 --heads 4 --intermediate-size 20 --dtype bfloat16 "
           "--tokenizer common/llm/checkpoint/tokenizer.model");
  EXPECT_EQ(own.num_key_value_heads, 4);
  EXPECT_EQ(own.dtype, DType::bf16);
  EXPECT_EQ(MappedFile(folder.path() / "b/tokenizer.model").text(),
            MappedFile("common/llm/checkpoint/tokenizer.model").text());
}

}  // namespace
}  // namespace radixlab
