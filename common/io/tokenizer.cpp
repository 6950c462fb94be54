#include "io/tokenizer.hpp"

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include "io/error.hpp"
#include "io/mapped_file.hpp"
#include "io/tokenizer_check.hpp"

namespace radixlab {
namespace {

constexpr std::size_t largest_model = std::size_t{64} << 20;  // 256,000 pieces have 5 MB

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

std::string unknown_id(TokenId id) { return fmt::format("<id {}>", id); }

}  // namespace

struct Tokenizer::Parts {
  sentencepiece::SentencePieceProcessor processor;

  bool knows(TokenId id) const { return id >= 0 && id < processor.GetPieceSize(); }
};

Tokenizer::Tokenizer(const std::filesystem::path& folder)
    : Tokenizer(MappedFile(model_file(folder)).text(), "tokenizer.model") {}

Tokenizer::Tokenizer(std::string_view model, const std::filesystem::path& name) : parts_(std::make_unique<Parts>()) {
  if (model.size() > largest_model)
    throw file_error(
        name, fmt::format("has {} bytes, and at most {} are read", grouped(model.size()), grouped(largest_model)));
  check_tokenizer_model(model, name);
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
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

std::size_t Tokenizer::vocab_size() const { return static_cast<std::size_t>(parts_->processor.GetPieceSize()); }

std::vector<TokenId> Tokenizer::encode(std::string_view text, Bos bos) const {
  std::vector<int> ids;
  const auto status = parts_->processor.Encode({text.data(), text.size()}, &ids);
  if (!status.ok())
    throw InputError(fmt::format("tokenizer.model: cannot encode the text: {}", quote(status.message())));
  std::vector<TokenId> out;
  if (bos == Bos::yes) {
    if (parts_->processor.bos_id() < 0) throw InputError("tokenizer.model: has no piece <s> to start a sequence with");
    out.push_back(parts_->processor.bos_id());
  }
  out.insert(out.end(), ids.begin(), ids.end());
  return out;
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string out;
  std::vector<int> known;
  const auto flush = [&] {
    std::string text;
    const auto status = parts_->processor.Decode(known, &text);
    if (!status.ok()) throw InputError(fmt::format("tokenizer.model: cannot decode: {}", quote(status.message())));
    out += text;
    known.clear();
  };
  for (const TokenId id : ids) {
    if (parts_->knows(id)) {
      known.push_back(id);
      continue;
    }
    flush();
    out += unknown_id(id);
  }
  flush();
  return out;
}

std::string Tokenizer::piece_text(TokenId id) const {
  if (!parts_->knows(id)) return unknown_id(id);
  const std::string& piece = parts_->processor.IdToPiece(id);
  if (parts_->processor.IsByte(id)) {
    const auto byte = static_cast<char>(std::stoi(piece.substr(3, 2), nullptr, 16));  // "<0x0A>"
    return byte >= ' ' && byte <= '~' ? std::string(1, byte) : escaped(byte);
  }
  constexpr std::string_view word_start = "\xe2\x96\x81";  // U+2581, how SentencePiece writes a space
  std::string out;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece.compare(i, word_start.size(), word_start) == 0) {
      out += ' ';
      i += word_start.size() - 1;
    } else {
      out += static_cast<unsigned char>(piece[i]) < ' ' || piece[i] == '\x7f' ? escaped(piece[i])
                                                                              : std::string(1, piece[i]);
    }
  }
  return out;
}

}  // namespace radixlab
