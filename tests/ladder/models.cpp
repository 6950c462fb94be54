#include "models.hpp"

#include <map>
#include <stdexcept>

#include "apps/random_model.hpp"

namespace radixlab {
namespace {

struct Shape {
  std::size_t hidden_size, heads, kv_heads, head_dim, intermediate_size, vocab_size;
  bool tied;
};

const std::map<std::string, Shape>& shapes() {
  static const std::map<std::string, Shape> all = {{"group1", {44, 3, 3, 32, 52, 97, true}},
                                                   {"group2", {36, 4, 2, 32, 75, 101, false}},
                                                   {"group5", {50, 5, 1, 20, 61, 89, true}},
                                                   {"group8", {33, 8, 1, 48, 47, 103, false}}};
  return all;
}

}  // namespace

std::vector<std::string> ladder_models() {
  std::vector<std::string> names;
  for (const auto& [name, shape] : shapes()) names.push_back(name);
  return names;
}

void write_ladder_model(const std::string& name, const std::filesystem::path& directory) {
  const auto found = shapes().find(name);
  if (found == shapes().end())
    throw std::invalid_argument("no model \"" + name + "\"; there are group1, group2, group5, group8");
  const Shape& s = found->second;
  RandomModel model;
  model.config = *preset_config("tiny");
  model.seed = 16;
  model.config.vocab_size = s.vocab_size;
  model.config.hidden_size = s.hidden_size;
  model.config.num_hidden_layers = 2;
  model.config.num_attention_heads = s.heads;
  model.config.num_key_value_heads = s.kv_heads;
  model.config.head_dim = s.head_dim;
  model.config.intermediate_size = s.intermediate_size;
  model.config.tie_word_embeddings = s.tied;
  model.config.dtype = DType::f32;
  write_random_model(model, directory, [](std::size_t) {});
}

}  // namespace radixlab
