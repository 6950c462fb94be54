// config.json. First check: it is a JSON object.
#include "io/error.hpp"
#include "io/json.hpp"
#include "io/model_config.hpp"
#include "target.hpp"

namespace radixlab {

namespace {

void read(std::string_view input) try {
  const ModelConfig config = parse_model_config(input, "config.json");
  check_model_config(config, "config.json");
  // A config that was accepted is written and read back alike: nothing of it was misunderstood.
  for (const ConfigStyle style : {ConfigStyle::older, ConfigStyle::newer}) {
    const std::string text = config_text(config, style);
    if (config_text(parse_model_config(text, "its own text"), style) != text)
      throw std::logic_error("a config does not survive its own text: " + text);
  }
} catch (const InputError&) {
}

}  // namespace

bool fuzz::run(std::string_view input, std::ostream*) try {
  read(input);
  return parse_json(input, "config.json").is_object();
} catch (const InputError&) {
  return false;
}

}  // namespace radixlab
