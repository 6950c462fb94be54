#include "apps/random_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "io/atomic_file.hpp"
#include "io/error.hpp"
#include "io/llama_tensors.hpp"
#include "io/mapped_file.hpp"
#include "io/tokenizer.hpp"
#include "storage/split_mix.hpp"

namespace radixlab {
namespace fs = std::filesystem;
namespace {

/// SplitMix64: 64 new bits a call, good ones for any seed.
struct SplitMix64 {
  std::uint64_t state;
  std::uint64_t operator()() { return split_mix(state += kSplitMixStep); }
};

/// Nearly Gaussian with mean 0: the sum of four 16-bit numbers, in whole numbers, then one rounded multiplication. The
/// standard library's distributions differ from machine to machine; this does not.
struct Noise {
  SplitMix64 bits;
  float scale;
  static constexpr double sum_deviation = 37837.2272;  // sqrt(4 (2^32 - 1) / 12)

  Noise(std::uint64_t seed, double deviation) : bits{seed}, scale(static_cast<float>(deviation / sum_deviation)) {}

  float operator()() {
    const std::uint64_t r = bits();
    const auto sum = (r & 0xffff) + ((r >> 16) & 0xffff) + ((r >> 32) & 0xffff) + (r >> 48);
    return static_cast<float>(static_cast<std::int32_t>(sum) - 131070) * scale;
  }
};

std::uint64_t stream_seed(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return SplitMix64{seed ^ hash}();
}

bool ends_with(const TensorInfo& tensor, std::string_view end) { return std::string_view(tensor.name).ends_with(end); }

/// Standard deviation of a tensor's weights. A linear of deviation 1/sqrt(inputs) keeps the size of what goes through
/// it.
double deviation_of(const TensorInfo& tensor) {
  if (tensor.shape.size() == 1) return 0.1;  // a norm: around 1
  const double keeps = 1.0 / std::sqrt(static_cast<double>(tensor.shape[1]));
  if (ends_with(tensor, "q_proj.weight") || ends_with(tensor, "k_proj.weight")) return keeps * std::sqrt(3.0);
  if (ends_with(tensor, "embed_tokens.weight") || ends_with(tensor, "lm_head.weight")) return keeps * 2.0;
  return keeps;
}

void append_as(DType dtype, std::span<const float> values, SafetensorsWriter& file) {
  if (dtype == DType::f32) return file.append(values);
  std::vector<std::uint16_t> narrow(values.size());
  std::transform(values.begin(), values.end(), narrow.begin(), dtype == DType::bf16 ? f32_to_bf16 : f32_to_f16);
  file.append(std::as_bytes(std::span(narrow)));
}

void write_tensor(const TensorInfo& tensor, std::uint64_t seed, SafetensorsWriter& file,
                  const std::function<void(std::size_t)>& advance) {
  constexpr std::size_t piece = 1 << 16;
  Noise noise(stream_seed(seed, tensor.name), deviation_of(tensor));
  const float mean = tensor.shape.size() == 1 ? 1.0F : 0.0F;
  std::vector<float> values;
  for (std::size_t left = tensor.size(); left > 0; left -= values.size()) {
    values.resize(std::min(left, piece));
    for (float& value : values) value = mean + noise();
    append_as(tensor.dtype, values, file);
    advance(values.size() * dtype_size(tensor.dtype));
  }
}

/// Cuts the tensors into `shards` runs of about equal bytes, none of them empty.
std::vector<std::vector<TensorInfo>> cut(const std::vector<TensorInfo>& tensors, std::size_t shards) {
  if (shards < 1 || shards > tensors.size())
    throw InputError(fmt::format("--shards is {}; expected 1 to {}, the number of tensors", shards, tensors.size()));
  std::size_t total = 0, done = 0;
  for (const TensorInfo& tensor : tensors) total += tensor.bytes();
  std::vector<std::vector<TensorInfo>> runs(1);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const bool full = done >= total / shards * runs.size();
    const bool rest_needed = tensors.size() - i == shards - runs.size();
    if (!runs.back().empty() && runs.size() < shards && (full || rest_needed)) runs.emplace_back();
    runs.back().push_back(tensors[i]);
    done += tensors[i].bytes();
  }
  return runs;
}

void write_weights(const RandomModel& model, const fs::path& folder, const std::function<void(std::size_t)>& advance) {
  const auto runs = cut(llama_tensors(model.config, model.config.dtype.value_or(DType::f32)), model.shards);
  nlohmann::ordered_json weight_map;
  std::size_t total = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto name =
        runs.size() == 1 ? "model.safetensors" : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, runs.size());
    SafetensorsWriter file(folder / name, runs[i]);
    for (const TensorInfo& tensor : runs[i]) {
      write_tensor(tensor, model.seed, file, advance);
      weight_map[tensor.name] = name;
      total += tensor.bytes();
    }
    file.finish();
  }
  if (runs.size() == 1) return;
  const nlohmann::ordered_json index{{"metadata", {{"total_size", total}}}, {"weight_map", weight_map}};
  write_file(folder / "model.safetensors.index.json", index.dump(2) + "\n");
}

void write_config(const RandomModel& model, const fs::path& folder) {
  ModelConfig config = model.config;
  if (model.generation_config) {
    const nlohmann::ordered_json generation{{"do_sample", false}, {"eos_token_id", config.eos_token_ids}};
    write_file(folder / "generation_config.json", generation.dump(2) + "\n");
    config.eos_token_ids = {0};  // a reader that overlooks the other file shows it
  }
  write_file(folder / "config.json", config_text(config, model.style));
}

void copy_tokenizer(const RandomModel& model, const fs::path& folder) {
  if (model.tokenizer.empty()) return;
  write_file(folder / "tokenizer.model", MappedFile(model.tokenizer).text());
  const std::size_t tokens = Tokenizer(folder).vocab_size();
  if (tokens > model.config.vocab_size)
    throw InputError(fmt::format("{}: has {} tokens but the model's vocabulary is {}", model.tokenizer.string(),
                                 grouped(tokens), grouped(model.config.vocab_size)));
}

/// A folder that is filled under another name and then renamed.
class StagedFolder {
 public:
  explicit StagedFolder(const fs::path& target) : target_((target / "").parent_path()), staged_(target_) {
    std::error_code error;
    if (fs::exists(target_, error) && !(fs::is_directory(target_, error) && fs::is_empty(target_, error)))
      throw InputError(fmt::format("{}: is there already: give a new or an empty folder", target_.string()));
    staged_ += fmt::format(".partial-{}", ::getpid());
    if (!fs::create_directories(staged_, error))
      throw InputError(fmt::format("{}: cannot create it: {}", target_.string(), error.message()));
  }
  ~StagedFolder() {
    std::error_code ignored;
    if (!committed_) fs::remove_all(staged_, ignored);
  }
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  const fs::path& path() const { return staged_; }

  void need_space(std::size_t bytes) const {
    const auto free = fs::space(staged_).available;
    if (bytes > free)
      throw InputError(fmt::format("{}: needs {} and the disk has {} left", target_.string(), readable_bytes(bytes),
                                   readable_bytes(free)));
  }

  void commit() {
    fs::rename(staged_, target_);
    committed_ = true;
  }

 private:
  fs::path target_, staged_;
  bool committed_ = false;
};

ModelConfig sizes(std::size_t vocab, std::size_t hidden, std::size_t layers, std::size_t heads, std::size_t kv_heads,
                  std::size_t head_dim, std::size_t intermediate, bool tied) {
  ModelConfig config;
  config.vocab_size = vocab;
  config.hidden_size = hidden;
  config.num_hidden_layers = layers;
  config.num_attention_heads = heads;
  config.num_key_value_heads = kv_heads;
  config.head_dim = head_dim;
  config.intermediate_size = intermediate;
  config.max_position_embeddings = 4096;
  config.rms_norm_eps = 1e-5;
  config.tie_word_embeddings = tied;
  config.bos_token_id = 1;
  config.eos_token_ids = {2};
  return config;
}

}  // namespace

std::vector<std::string> preset_names() { return {"tiny", "15m", "110m", "1b"}; }

std::optional<ModelConfig> preset_config(std::string_view name) {
  if (name == "tiny") return sizes(263, 42, 3, 6, 2, 10, 54, false);
  if (name == "15m") return sizes(4096, 288, 6, 6, 6, 48, 768, true);
  if (name == "110m") return sizes(32000, 768, 12, 12, 4, 64, 2048, false);
  if (name == "1b") return sizes(32000, 2048, 22, 32, 4, 64, 5632, false);
  return std::nullopt;
}

void write_random_model(const RandomModel& model, const fs::path& folder,
                        const std::function<void(std::size_t)>& advance) {
  check_model_config(model.config, "sizes");
  StagedFolder staged(folder);
  staged.need_space(model.config.parameter_count() * dtype_size(model.config.dtype.value_or(DType::f32)));
  copy_tokenizer(model, staged.path());
  write_weights(model, staged.path(), advance);
  write_config(model, staged.path());
  staged.commit();
}

}  // namespace radixlab
