#include <array>

#include "io/model_config_section.hpp"

namespace radixlab {
namespace {

using Type = RopeScaling::Type;
constexpr std::array<std::pair<Type, std::string_view>, 3> names{
    {{Type::none, "default"}, {Type::linear, "linear"}, {Type::llama3, "llama3"}}};

/// "rope_type", which was "type" at first; both may stand there if they agree.
std::optional<Type> type_of(const Section& rope) {
  std::optional<Type> type;
  for (const char* key : {"rope_type", "type"}) {
    const auto name = rope.text(key);
    if (!name) continue;
    std::optional<Type> found;
    for (const auto& [known, its_name] : names)
      if (its_name == *name) found = known;
    if (!found) rope.refuse(key, quote(*name), "\"default\", \"linear\" and \"llama3\" are computed here");
    if (type && *type != *found)
      rope.refuse(key, quote(*name), fmt::format("but \"rope_type\" is {}", quote(rope_type_name(*type))));
    type = found;
  }
  return type;
}

/// A factor of 1 stretches nothing, with or without a type.
bool is_factor_of_one(const std::string& key, const Json& value) { return key == "factor" && value == Json(1.0); }

/// Settings of a stretched context and no word of the way in which it is.
void refuse_without_type(const Section& rope) {
  for (const char* key : {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}) {
    const Json* value = rope.find(key);
    if (value && !is_factor_of_one(key, *value))
      throw InputError(fmt::format("{}: has \"{}\" but no \"rope_type\"; expected \"linear\" or \"llama3\" beside it",
                                   rope.where(), key));
  }
}

/// A key that belongs to another type is a sign of a mistake, and Hugging Face would only warn.
void refuse_unknown(const Section& rope, Type type) {
  for (const auto& [key, value] : rope.json().items()) {
    if (value.is_null() || is_factor_of_one(key, value)) continue;
    bool known = key == "rope_type" || key == "type" || key == "rope_theta" || key == "partial_rotary_factor";
    if (type != Type::none) known = known || key == "factor" || key == "original_max_position_embeddings";
    if (type == Type::llama3) known = known || key == "low_freq_factor" || key == "high_freq_factor";
    if (!known)
      throw InputError(fmt::format("{}: {} is {}; it is not computed here", rope.where(), quote(key), shown(value)));
  }
  if (const auto part = rope.real("partial_rotary_factor"); part && *part != 1.0)
    rope.refuse("partial_rotary_factor", fmt::format("{}", *part), "this Llama rotates whole heads: expected 1");
}

RopeScaling scaling_of(const Section& rope) {
  RopeScaling scaling;
  const std::optional<Type> type = type_of(rope);
  if (!type) refuse_without_type(rope);
  scaling.type = type.value_or(Type::none);
  refuse_unknown(rope, scaling.type);
  if (scaling.type == Type::none) return scaling;
  scaling.factor = rope.needed_real("factor");
  if (scaling.type == Type::linear) return scaling;
  scaling.low_freq_factor = rope.needed_real("low_freq_factor");
  scaling.high_freq_factor = rope.needed_real("high_freq_factor");
  scaling.original_max_position_embeddings = rope.needed("original_max_position_embeddings");
  return scaling;
}

}  // namespace

std::string_view rope_type_name(Type type) { return names.at(static_cast<std::size_t>(type)).second; }

Rotary rotary_of(const Section& config) {
  std::optional<double> theta = config.real("rope_theta");
  std::optional<RopeScaling> scaling;
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const Json* value = config.find(key);
    if (!value) continue;
    const Section rope(*value, fmt::format("{}: \"{}\"", config.where(), key));
    const RopeScaling found = scaling_of(rope);
    if (scaling && *scaling != found)
      throw InputError(fmt::format("{} says something else than \"rope_scaling\"", rope.where()));
    scaling = found;
    const auto inner = rope.real("rope_theta");
    if (theta && inner && *theta != *inner)
      rope.refuse("rope_theta", fmt::format("{}", *inner), fmt::format("outside of it \"rope_theta\" is {}", *theta));
    if (inner) theta = inner;
  }
  // Hugging Face prefers this key at the top to the one inside.
  const auto original = config.whole("original_max_position_embeddings");
  if (original && scaling && scaling->type == Type::llama3 && *original != scaling->original_max_position_embeddings)
    config.refuse("original_max_position_embeddings", std::to_string(*original),
                  fmt::format("inside of the rotary settings it is {}", scaling->original_max_position_embeddings));
  return {theta.value_or(ModelConfig{}.rope_theta), scaling.value_or(RopeScaling{})};
}

}  // namespace radixlab
