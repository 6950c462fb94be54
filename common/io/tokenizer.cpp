#include "io/tokenizer.hpp"

#include <fmt/format.h>
#include <sentencepiece_processor.h>
#include <utility>

#include "io/error.hpp"
#include "io/mapped_file.hpp"
#include "io/special_tokens.hpp"
#include "io/tokenizer_check.hpp"

namespace radixlab {
namespace {

constexpr std::size_t largest_model = std::size_t{64} << 20;  // 256,000 pieces have 5 MB

constexpr std::string_view word_start = "\xe2\x96\x81";  // U+2581, how SentencePiece writes a space

// Behind a model, tells SentencePiece to put no space in front of what it encodes: normalizer_spec (3) of 2 bytes,
// add_dummy_prefix (3) = 0. A message that comes twice is merged.
constexpr std::string_view no_space_in_front("\x1a\x02\x18\x00", 4);

std::filesystem::path model_file(const std::filesystem::path& folder) {
  auto file = folder / "tokenizer.model";
  if (std::filesystem::exists(file)) return file;
  if (std::filesystem::exists(folder / "tokenizer.json"))
    throw InputError(
        fmt::format("{}: has tokenizer.json but no tokenizer.model, and only SentencePiece is read here: give token "
                    "ids with --tokens",
                    folder.string()));
  throw InputError(fmt::format("{}: has no tokenizer.model: give token ids with --tokens", folder.string()));
}

std::string escaped(char c) {
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  if (c == '\r') return "\\r";
  return fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
}

char byte_of(const std::string& piece) {  // "<0x0A>"
  return static_cast<char>(std::stoi(piece.substr(3, 2), nullptr, 16));
}

std::string with_spaces(std::string piece) {
  for (std::size_t at = 0; (at = piece.find(word_start, at)) != std::string::npos; ++at)
    piece.replace(at, word_start.size(), " ");
  return piece;
}

// A space where a word starts, control characters as `\n` or `\xNN`.
std::string shown_piece(const std::string& piece) {
  std::string out;
  for (const char c : with_spaces(piece))
    out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? escaped(c) : std::string(1, c);
  return out;
}

std::string unknown_id(TokenId id) { return fmt::format("<id {}>", id); }

}  // namespace

struct Tokenizer::Parts {
  TokenizerSettings settings;
  sentencepiece::SentencePieceProcessor processor;
  SpecialTokens specials;
  std::map<TokenId, std::string> added;  // what the model's file does not have under this id

  bool knows(TokenId id) const { return id >= 0 && id < processor.GetPieceSize(); }
  void find_specials();
  void encode_stretch(std::string_view text, bool first, std::vector<TokenId>& out) const;
};

void Tokenizer::Parts::find_specials() {
  for (int id = 0; id < processor.GetPieceSize(); ++id)
    if (processor.IsControl(id) || processor.IsUnknown(id)) specials.add(processor.IdToPiece(id), id);
  for (const auto& [text, id] : settings.added) {
    specials.add(text, id);
    if (!knows(id) || processor.IdToPiece(id) != text) added.emplace(id, text);
  }
}

// Text between two special tokens; `first`: the sequence begins with it.
void Tokenizer::Parts::encode_stretch(std::string_view text, bool first, std::vector<TokenId>& out) const {
  if (text.empty()) return;
  std::string spaced;
  if (!settings.legacy && first && !text.starts_with(' ') && !text.starts_with(word_start))
    text = spaced = std::string(word_start).append(text);
  std::vector<int> ids;
  const auto status = processor.Encode({text.data(), text.size()}, &ids);
  if (!status.ok())
    throw InputError(fmt::format("tokenizer.model: cannot encode the text: {}", quote(status.message())));
  out.insert(out.end(), ids.begin(), ids.end());
}

Tokenizer::Tokenizer(const std::filesystem::path& folder)
    : Tokenizer(MappedFile(model_file(folder)).text(), "tokenizer.model", read_tokenizer_settings(folder)) {}

Tokenizer::Tokenizer(std::string_view model, const std::filesystem::path& name, TokenizerSettings settings)
    : parts_(std::make_unique<Parts>()) {
  parts_->settings = std::move(settings);
  if (model.size() > largest_model)
    throw file_error(
        name, fmt::format("has {} bytes, and at most {} are read", grouped(model.size()), grouped(largest_model)));
  check_tokenizer_model(model, name);
  std::string changed;
  if (!parts_->settings.legacy) model = changed = std::string(model).append(no_space_in_front);
  std::string why = "no pieces";
  bool loaded = false;
  try {
    const auto status = parts_->processor.LoadFromSerializedProto({model.data(), model.size()});
    loaded = status.ok() && parts_->processor.GetPieceSize() > 0;
    if (!status.ok()) why = status.message();  // "" where it would begin with a piece that begins with a zero byte
  } catch (const std::exception& error) {
    why = error.what();
  }
  if (!loaded) throw file_error(name, fmt::format("not a SentencePiece model: {}", quote(why)));
  parts_->find_specials();
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

std::size_t Tokenizer::vocab_size() const { return static_cast<std::size_t>(parts_->processor.GetPieceSize()); }

std::vector<TokenId> Tokenizer::encode(std::string_view text, Bos bos) const {
  std::vector<TokenId> out;
  if (bos == Bos::yes && parts_->settings.add_bos) {
    if (parts_->processor.bos_id() < 0) throw InputError("tokenizer.model: has no piece <s> to start a sequence with");
    out.push_back(parts_->processor.bos_id());
  }
  std::size_t done = 0;
  while (const auto special = parts_->specials.first_in(text.substr(done))) {
    parts_->encode_stretch(text.substr(done, special->at), done == 0, out);
    out.push_back(special->id);
    done += special->at + special->size;
  }
  parts_->encode_stretch(text.substr(done), done == 0, out);
  return out;
}

std::vector<TokenId> Tokenizer::encode_plain(std::string_view text) const {
  std::vector<TokenId> out;
  parts_->encode_stretch(text, false, out);
  for (const TokenId id : out) {  // a file can hold pieces that the library cuts out of any text
    const std::string& piece = parts_->processor.IdToPiece(id);
    if (!parts_->processor.IsUnknown(id) && special_id(piece) == id)
      throw InputError(
          fmt::format("tokenizer.model: makes one token of {} in any text; expected a text without it", quote(piece)));
  }
  return out;
}

std::optional<TokenId> Tokenizer::special_id(std::string_view text) const {
  const auto first = parts_->specials.first_in(text);
  if (!first || first->size != text.size()) return std::nullopt;
  return first->id;
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string out;
  std::vector<int> known;
  const auto flush = [&] {
    std::string text;
    const auto status = parts_->processor.Decode(known, &text);
    if (!status.ok()) throw InputError(fmt::format("tokenizer.model: cannot decode: {}", quote(status.message())));
    const bool drop_space = !parts_->settings.legacy && text.starts_with(' ');  // as the library does otherwise
    out.append(text, drop_space ? 1 : 0);
    known.clear();
  };
  for (const TokenId id : ids) {
    const auto added = parts_->added.find(id);
    if (parts_->knows(id) && added == parts_->added.end()) {
      known.push_back(id);
      continue;
    }
    flush();
    out += added == parts_->added.end() ? unknown_id(id) : added->second;
  }
  flush();
  return out;
}

std::string Tokenizer::token_bytes(TokenId id) const {
  if (const auto added = parts_->added.find(id); added != parts_->added.end()) return added->second;
  if (!parts_->knows(id)) return unknown_id(id);
  if (parts_->processor.IsControl(id)) return "";
  if (parts_->processor.IsUnknown(id)) return decode({&id, 1});
  const std::string& piece = parts_->processor.IdToPiece(id);
  if (parts_->processor.IsByte(id)) return std::string(1, byte_of(piece));
  return with_spaces(piece);
}

std::string Tokenizer::piece_text(TokenId id) const {
  if (const auto added = parts_->added.find(id); added != parts_->added.end()) return shown_piece(added->second);
  if (!parts_->knows(id)) return unknown_id(id);
  const std::string& piece = parts_->processor.IdToPiece(id);
  if (parts_->processor.IsByte(id)) {
    const char byte = byte_of(piece);
    return byte >= ' ' && byte <= '~' ? std::string(1, byte) : escaped(byte);
  }
  return shown_piece(piece);
}

}  // namespace radixlab
