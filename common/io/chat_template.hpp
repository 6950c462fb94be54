/// \file
/// Chats: how a model was trained to tell turns apart.
///
/// A chat is kept as token ids. What the model wrote is never turned into text and encoded again: a text has many
/// encodings, a model need not write the usual one, and behind the first id that differs no cached prefix is found.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/cache_manager.hpp"
#include "io/tokenizer.hpp"

namespace radixlab {

/// \verbatim
/// llama2  <s>[INST] <<SYS>>\nSYSTEM\n<</SYS>>\n\nUSER [/INST]ANSWER</s><s>[INST] USER [/INST]ANSWER</s>
/// llama3  <|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nSYSTEM<|eot_id|>
///         <|start_header_id|>user<|end_header_id|>\n\nUSER<|eot_id|>
///         <|start_header_id|>assistant<|end_header_id|>\n\nANSWER<|eot_id|> ...
/// chatml  <|im_start|>system\nSYSTEM<|im_end|>\n<|im_start|>user\nUSER<|im_end|>\n
///         <|im_start|>assistant\nANSWER<|im_end|>\n ...
/// \endverbatim
/// Line breaks that are not written `\n` are none. Without a system text its part is left out; a default one that a
/// template brings along is not known here. llama2 and llama3 drop white space (of ASCII) around a text.
enum class ChatFormat { llama2, llama3, chatml };

std::string_view chat_format_name(ChatFormat format);

struct ChatTemplate {
  ChatFormat format;
  bool bos = true;  ///< chatml alone: whether a chat starts with `<s>`; the other two always start with theirs
};

/// Of "chat_template" in FOLDER/tokenizer_config.json. It is a program; it is not run but recognised by the markers that
/// it contains. Throws InputError, which names the file, the key and the three that are known, if the file or the key is
/// missing or it contains the markers of none or of several.
ChatTemplate read_chat_template(const std::filesystem::path& folder);

/// The turns of one chat: user_turn, answer, user_turn, answer ...
class Chat {
 public:
  /// Borrows the tokenizer, which must outlive it. Throws InputError that names it if one of the template's markers is no
  /// special token of the tokenizer, or as user_turn does.
  Chat(const Tokenizer& tokenizer, ChatTemplate chat_template, std::optional<std::string> system = std::nullopt);

  /// Appends a turn, up to where the answer begins, and returns the ids that it appended. Markers in `text` are text as
  /// any other. Throws InputError where that cannot be (llama2's `[INST]` is no token of its own), and std::logic_error
  /// if the turn before has no answer.
  std::vector<TokenId> user_turn(std::string_view text);

  /// Appends what the model wrote, `ids` as they are, and the end of the turn if it is not the last of them. Throws
  /// std::logic_error if no turn waits for an answer.
  void answer(std::span<const TokenId> ids);

  /// All of it: the prompt of the next answer, once user_turn was called.
  const std::vector<TokenId>& tokens() const { return tokens_; }

  /// After which an answer ends. The model's own, in config.json, come on top.
  const std::vector<TokenId>& stop_token_ids() const { return stop_token_ids_; }

 private:
  void check_text(std::string_view text) const;

  const Tokenizer* tokenizer_;
  ChatTemplate template_;
  std::optional<std::string> system_;
  std::vector<TokenId> stop_token_ids_, tokens_;
  bool waits_for_answer_ = false;
};

}  // namespace radixlab
