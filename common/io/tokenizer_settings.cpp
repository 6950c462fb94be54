#include "io/tokenizer_settings.hpp"

#include <charconv>
#include <fmt/format.h>

#include "io/jsonl.hpp"

namespace radixlab {
namespace {

constexpr const char* config_name = "tokenizer_config.json";
constexpr const char* added_name = "added_tokens.json";
constexpr JsonLimits limits = {.bytes = std::size_t{16} << 20};  // of Llama 3's, with its 256 added tokens: 50 KB

Json read_object(const std::filesystem::path& file) {
  Json object = read_json_file(file, limits);
  if (!object.is_object()) throw file_error(file, fmt::format("is {}; expected an object", shown(object)));
  return object;
}

bool flag(const Json& object, const char* key, bool usual, std::string_view where) {
  const auto at = object.find(key);
  if (at == object.end() || at->is_null()) return usual;
  if (!at->is_boolean())
    throw InputError(fmt::format("{}: \"{}\" is {}; expected true or false", where, key, shown(*at)));
  return at->get<bool>();
}

// A setting that is not followed here, and must be off.
void need_off(const Json& object, const char* key, std::string_view where) {
  if (flag(object, key, false, where))
    throw InputError(
        fmt::format("{}: \"{}\" is true; this tokenizer computes false: give token ids with --tokens", where, key));
}

void add(TokenizerSettings& settings, const std::string& text, TokenId id, std::string_view where) {
  if (text.empty()) throw InputError(fmt::format("{}: token {} has no text", where, id));
  if (id < 0) throw InputError(fmt::format("{}: {} has the id {}; expected one from 0", where, quote(text), id));
  settings.added.insert_or_assign(text, id);
}

void read_added(const Json& tokens, TokenizerSettings& settings) {
  for (const auto& [text, id] : tokens.items())
    add(settings, text, whole_number<TokenId>(id, quote(text).c_str(), added_name), added_name);
}

// {"32000": {"content": "<|im_end|>", "lstrip": false, ...}}
void read_decoder(const Json& tokens, TokenizerSettings& settings) {
  for (const auto& [key, token] : tokens.items()) {
    const std::string where = fmt::format("{}: added_tokens_decoder {}", config_name, quote(key));
    TokenId id = -1;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size())
      throw InputError(where + ": is no id; expected a whole number");
    if (!token.is_object()) throw InputError(fmt::format("{}: is {}; expected an object", where, shown(token)));
    for (const char* key_of_token : {"lstrip", "rstrip", "single_word"}) need_off(token, key_of_token, where);
    add(settings, needed_text(token, "content", where), id, where);
  }
}

}  // namespace

TokenizerSettings read_tokenizer_settings(const std::filesystem::path& folder) {
  TokenizerSettings settings;
  Json config = Json::object();
  if (std::filesystem::exists(folder / config_name)) config = read_object(folder / config_name);
  settings.add_bos = flag(config, "add_bos_token", true, config_name);
  settings.legacy = flag(config, "legacy", true, config_name);
  for (const char* key : {"add_eos_token", "split_special_tokens"}) need_off(config, key, config_name);
  if (const auto tokens = config.find("added_tokens_decoder"); tokens != config.end() && !tokens->is_null()) {
    if (!tokens->is_object())
      throw InputError(
          fmt::format("{}: \"added_tokens_decoder\" is {}; expected an object", config_name, shown(*tokens)));
    read_decoder(*tokens, settings);
  } else if (std::filesystem::exists(folder / added_name)) {
    read_added(read_object(folder / added_name), settings);
  }
  return settings;
}

}  // namespace radixlab
