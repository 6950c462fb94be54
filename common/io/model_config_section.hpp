/// \file
/// What the files that read config.json share: an object of it with typed values by key, and the two parts of the
/// reading that have files of their own.
#pragma once

#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

#include "io/json.hpp"
#include "io/model_config.hpp"

namespace radixlab {

/// One object of config.json: typed values by key, null counting as absent as it does for Hugging Face.
class Section {
 public:
  Section(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) throw InputError(fmt::format("{} is {}: expected an object", where_, shown(json)));
  }

  const Json* find(const char* key) const {
    const auto at = json_.find(key);
    return at == json_.end() || at->is_null() ? nullptr : &*at;
  }

  [[noreturn]] void refuse(std::string_view key, std::string_view found, std::string_view expected) const {
    throw InputError(fmt::format("{}: \"{}\" is {}; {}", where_, key, found, expected));
  }

  std::optional<std::size_t> whole(const char* key) const {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_number_unsigned()) refuse(key, shown(*value), "expected a whole number");
    return value->get<std::size_t>();
  }

  std::size_t needed(const char* key) const {
    const auto value = whole(key);
    if (!value) throw InputError(fmt::format("{}: has no \"{}\"", where_, key));
    return *value;
  }

  std::optional<double> real(const char* key) const {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_number()) refuse(key, shown(*value), "expected a number");
    return value->get<double>();
  }

  double needed_real(const char* key) const {
    const auto value = real(key);
    if (!value) throw InputError(fmt::format("{}: has no \"{}\"", where_, key));
    return *value;
  }

  bool flag(const char* key) const {
    const Json* value = find(key);
    if (value && !value->is_boolean()) refuse(key, shown(*value), "expected true or false");
    return value && value->get<bool>();
  }

  std::optional<std::string> text(const char* key) const {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_string()) refuse(key, shown(*value), "expected a text");
    return value->get<std::string>();
  }

  const Json& json() const { return json_; }
  const std::string& where() const { return where_; }

 private:
  const Json& json_;
  std::string where_;
};

/// Refuses by name every setting that changes numbers and is not computed here: other architectures, biases,
/// multipliers, soft caps, windows, quantization.
void refuse_other_numbers(const Section& config);

struct Rotary {
  double theta;
  RopeScaling scaling;
};

/// From rope_theta and rope_scaling (older), rope_parameters (newer), or both where they agree.
Rotary rotary_of(const Section& config);

}  // namespace radixlab
