#include "io/chat_template.hpp"

#include <fmt/format.h>
#include <stdexcept>
#include <utility>

#include "io/jsonl.hpp"

namespace radixlab {
namespace {

constexpr const char* chat_config = "tokenizer_config.json";
constexpr JsonLimits chat_limits = {.bytes = std::size_t{16} << 20};  // as read_tokenizer_settings has them
constexpr std::string_view known_formats =
    "expected llama2 ([INST] and <<SYS>>), llama3 (<|start_header_id|>) or chatml (<|im_start|>)";
constexpr std::string_view llama2_tags[] = {"[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"};

std::vector<ChatFormat> recognised(std::string_view program) {
  const auto has = [&](std::string_view marker) { return program.find(marker) != std::string_view::npos; };
  std::vector<ChatFormat> found;
  if (has("[INST]") && has("<<SYS>>")) found.push_back(ChatFormat::llama2);
  if (has("<|start_header_id|>")) found.push_back(ChatFormat::llama3);
  if (has("<|im_start|>")) found.push_back(ChatFormat::chatml);
  return found;
}

std::vector<std::string_view> markers_of(const ChatTemplate& chat) {  // the last one ends a turn
  if (chat.format == ChatFormat::llama2) return {"<s>", "</s>"};
  if (chat.format == ChatFormat::llama3)
    return {"<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"};
  if (chat.bos) return {"<s>", "<|im_start|>", "<|im_end|>"};
  return {"<|im_start|>", "<|im_end|>"};
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\n\v\f\r";
  const std::size_t begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(white) - begin + 1));
}

// Collects ids. Between two markers all is one stretch of text, whoever wrote the parts of it: that is how a tokenizer
// reads the text that a template gives.
class TurnWriter {
 public:
  explicit TurnWriter(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  TurnWriter& marker(std::string_view text) {
    flush();
    ids_.push_back(tokenizer_.special_id(text).value());
    return *this;
  }
  TurnWriter& text(std::string_view text) {
    stretch_ += text;
    return *this;
  }
  std::vector<TokenId> take() {
    flush();
    return std::move(ids_);
  }

 private:
  void flush() {
    const auto ids = tokenizer_.encode_plain(std::exchange(stretch_, {}));
    ids_.insert(ids_.end(), ids.begin(), ids.end());
  }

  const Tokenizer& tokenizer_;
  std::string stretch_;
  std::vector<TokenId> ids_;
};

using System = std::optional<std::string>;  // nothing behind the first turn either

void write_llama2(TurnWriter& to, const System& system, std::string_view user) {
  std::string turn(user);
  if (system) turn = fmt::format("<<SYS>>\n{}\n<</SYS>>\n\n{}", *system, user);
  to.marker("<s>").text("[INST] ").text(trimmed(turn)).text(" [/INST]");
}

void write_llama3(TurnWriter& to, const System& system, std::string_view user, bool first) {
  const auto header = [&](std::string_view role) {
    to.marker("<|start_header_id|>").text(role).marker("<|end_header_id|>").text("\n\n");
  };
  if (first) to.marker("<|begin_of_text|>");
  if (system) {
    header("system");
    to.text(trimmed(*system)).marker("<|eot_id|>");
  }
  header("user");
  to.text(trimmed(user)).marker("<|eot_id|>");
  header("assistant");
}

void write_chatml(TurnWriter& to, const System& system, std::string_view user, bool first, bool bos) {
  if (first && bos) to.marker("<s>");
  if (!first) to.text("\n");  // behind the answer's end, which the model writes
  if (system) to.marker("<|im_start|>").text("system\n").text(*system).marker("<|im_end|>").text("\n");
  to.marker("<|im_start|>").text("user\n").text(user).marker("<|im_end|>").text("\n");
  to.marker("<|im_start|>").text("assistant\n");
}

}  // namespace

std::string_view chat_format_name(ChatFormat format) {
  if (format == ChatFormat::llama2) return "llama2";
  return format == ChatFormat::llama3 ? "llama3" : "chatml";
}

ChatTemplate read_chat_template(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / chat_config))
    throw InputError(fmt::format("{}: has no {}, whose \"chat_template\" says how a chat is written; {}",
                                 folder.string(), chat_config, known_formats));
  const Json config = read_json_file(folder / chat_config, chat_limits);
  if (!config.is_object()) throw InputError(fmt::format("{}: is {}; expected an object", chat_config, shown(config)));
  const auto program = optional_text(config, "chat_template", chat_config);
  if (!program) throw InputError(fmt::format("{}: has no \"chat_template\"; {}", chat_config, known_formats));
  const auto found = recognised(*program);
  if (found.empty())
    throw InputError(fmt::format("{}: \"chat_template\" is not known; {}", chat_config, known_formats));
  if (found.size() > 1)
    throw InputError(fmt::format("{}: \"chat_template\" has the markers of {} and {}; {}", chat_config,
                                 chat_format_name(found[0]), chat_format_name(found[1]), known_formats));
  return {found.front(), found.front() != ChatFormat::chatml || program->find("bos_token") != std::string::npos};
}

Chat::Chat(const Tokenizer& tokenizer, ChatTemplate chat_template, std::optional<std::string> system)
    : tokenizer_(&tokenizer), template_(chat_template), system_(std::move(system)) {
  for (const std::string_view marker : markers_of(template_)) {
    const auto id = tokenizer.special_id(marker);
    if (!id)
      throw InputError(fmt::format("a {} chat needs the token {}; expected it among the tokenizer's special tokens",
                                   chat_format_name(template_.format), quote(marker)));
    stop_token_ids_ = {*id};
  }
  if (!system_) return;
  check_text(*system_);
  tokenizer.encode_plain(*system_);  // refuses what user_turn would
}

void Chat::check_text(std::string_view text) const {
  if (template_.format != ChatFormat::llama2) return;
  for (const std::string_view tag : llama2_tags)
    if (text.find(tag) != std::string_view::npos)
      throw InputError(
          fmt::format("a llama2 chat tells turns apart by the text {}; expected a text without it", quote(tag)));
}

std::vector<TokenId> Chat::user_turn(std::string_view text) {
  if (waits_for_answer_) throw std::logic_error("Chat: the user's turn before has no answer");
  check_text(text);
  const bool first = tokens_.empty();
  const System system = first ? system_ : std::nullopt;
  TurnWriter turn(*tokenizer_);
  if (template_.format == ChatFormat::llama2) write_llama2(turn, system, text);
  if (template_.format == ChatFormat::llama3) write_llama3(turn, system, text, first);
  if (template_.format == ChatFormat::chatml) write_chatml(turn, system, text, first, template_.bos);
  std::vector<TokenId> ids = turn.take();
  tokens_.insert(tokens_.end(), ids.begin(), ids.end());
  waits_for_answer_ = true;
  return ids;
}

void Chat::answer(std::span<const TokenId> ids) {
  if (!waits_for_answer_) throw std::logic_error("Chat: an answer needs a turn of the user before it");
  tokens_.insert(tokens_.end(), ids.begin(), ids.end());
  const TokenId end = stop_token_ids_.front();
  if (ids.empty() || ids.back() != end) tokens_.push_back(end);
  waits_for_answer_ = false;
}

}  // namespace radixlab
