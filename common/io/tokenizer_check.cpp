#include "io/tokenizer_check.hpp"

#include <cstdint>
#include <cstring>
#include <fmt/format.h>

#include "io/error.hpp"

namespace radixlab {
namespace {

constexpr std::size_t most_pieces = 1'000'000;  // four times the largest vocabulary in use
constexpr std::size_t longest_piece = 8000;     // bytes; as newer versions of the library have it
constexpr std::size_t most_settings = 1 << 20;  // bytes of training settings and self tests, which nothing here uses

/// One field of a Protocol Buffers message: a number, and the bytes of a text or of an inner message.
struct Field {
  std::uint32_t number = 0;
  bool has_bytes = false;
  std::string_view bytes;
};

/// Walks the fields of one message. https://protobuf.dev/programming-guides/encoding
class Message {
 public:
  Message(std::string_view bytes, const std::filesystem::path& name) : rest_(bytes), name_(name) {}

  [[noreturn]] void refuse(std::string_view what) const {
    throw file_error(name_, fmt::format("not a SentencePiece model: {}", what));
  }

  bool next(Field& field) {
    if (rest_.empty()) return false;
    const std::uint64_t tag = varint();
    if (tag > UINT32_MAX) refuse("a field's number has more than 32 bits");  // the library would cut it
    field = {static_cast<std::uint32_t>(tag >> 3), false, {}};
    switch (tag & 7) {
      case 0:
        varint();
        break;
      case 1:
        take(8);
        break;
      case 2:
        field.has_bytes = true;
        field.bytes = take(varint());
        break;
      case 5:
        take(4);
        break;
      default:
        refuse(fmt::format("field {} has the unknown kind {}", field.number, tag & 7));
    }
    return true;
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1).front());
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    refuse("a number has more than 64 bits");
  }

  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) refuse("it ends inside a field (truncated download?)");
    const auto out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }

  std::string_view rest_;
  const std::filesystem::path& name_;
};

/// One unit of the double array that the rules are kept in: a label, where the children begin, whether a rule ends
/// here.
struct Unit {
  std::uint32_t bits;
  bool is_value() const { return bits >> 31; }
  std::uint32_t value() const { return bits & 0x7fffffff; }
  bool ends_rule() const { return bits >> 8 & 1; }
  std::uint32_t offset() const { return bits >> 10 << ((bits >> 9 & 1) * 8); }
};

/// Rules: 4 bytes of length | the double array, 4 bytes a unit | texts, each ended by a zero byte. A unit's children
/// lie at its index ^ its offset ^ any byte, and the place of a rule's text in the unit at index ^ offset: all of them
/// must be inside.
void check_rules(std::string_view rules, const Message& message) {
  std::uint32_t array_bytes = 0;
  if (rules.size() < sizeof array_bytes) message.refuse("its normalisation rules are cut short");
  std::memcpy(&array_bytes, rules.data(), sizeof array_bytes);
  rules.remove_prefix(sizeof array_bytes);
  if (array_bytes >= rules.size() || array_bytes % sizeof(Unit) != 0 || rules.back() != '\0')
    message.refuse("its normalisation rules are cut short");
  const std::string_view array = rules.substr(0, array_bytes), texts = rules.substr(array_bytes);
  const std::size_t units = array.size() / sizeof(Unit);
  const auto unit = [&](std::size_t i) {
    Unit out;
    std::memcpy(&out, array.data() + i * sizeof out, sizeof out);
    return out;
  };
  if (units == 0) message.refuse("its normalisation rules have no root");
  for (std::size_t i = 0; i < units; ++i) {
    const Unit at = unit(i);
    if (at.is_value() && i > 0) continue;
    const std::size_t children = i ^ at.offset();
    if ((children | 0xff) >= units) message.refuse("its normalisation rules lead out of their table");
    if (at.ends_rule() && unit(children).value() >= texts.size())
      message.refuse("its normalisation rules lead out of their texts");
  }
}

void check_normaliser(std::string_view bytes, const std::filesystem::path& name) {
  Message message(bytes, name);
  for (Field field; message.next(field);)
    if (field.number == 2 && field.has_bytes && !field.bytes.empty()) check_rules(field.bytes, message);
}

void check_piece(std::string_view bytes, const std::filesystem::path& name) {
  Message message(bytes, name);
  for (Field field; message.next(field);)
    if (field.number == 1 && field.bytes.size() >= longest_piece)
      message.refuse(fmt::format("a piece of {} bytes, and at most {} are read", grouped(field.bytes.size()),
                                 grouped(longest_piece - 1)));
}

}  // namespace

void check_tokenizer_model(std::string_view model, const std::filesystem::path& name) {
  enum : std::uint32_t { pieces = 1, trainer = 2, normaliser = 3, self_tests = 4, denormaliser = 5 };
  std::size_t piece_count = 0, settings = 0;
  Message message(model, name);
  for (Field field; message.next(field);) {
    if (field.number == pieces) {
      check_piece(field.bytes, name);
      if (++piece_count > most_pieces) message.refuse(fmt::format("more than {} pieces", grouped(most_pieces)));
    } else if (field.number == normaliser || field.number == denormaliser) {
      check_normaliser(field.bytes, name);
    } else if (field.number == trainer || field.number == self_tests) {
      settings += field.bytes.size() + 2;
      if (settings > most_settings)
        message.refuse(fmt::format("more than {} bytes of settings", grouped(most_settings)));
    }
  }
}

}  // namespace radixlab
