// A tokenizer.model is checked before SentencePiece, which trusts it, is given it.
#include "io/tokenizer_check.hpp"

#include "io/tokenizer.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out += static_cast<char>(value);
}

/// A field that holds bytes: a text, or an inner message.
std::string field(std::uint64_t number, const std::string& bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string piece(const std::string& text, int type = 1) {
  return field(1, field(1, text) + varint(3 << 3) + varint(static_cast<std::uint64_t>(type)));
}

/// The least model that SentencePiece loads, and more behind it.
std::string model(const std::string& more = "") { return piece("<unk>", 2) + piece("a") + piece("b") + more; }

std::string units(const std::vector<std::uint32_t>& array) {
  std::string bytes;
  for (const std::uint32_t& unit : array) bytes.append(reinterpret_cast<const char*>(&unit), sizeof(unit));
  return bytes;
}

/// Normalisation rules with this double array, in the field of the normaliser (3) or of the denormaliser (5).
std::string rules(const std::vector<std::uint32_t>& array, const std::string& texts, int where = 3) {
  return model(field(static_cast<std::uint64_t>(where),
                     field(2, units({static_cast<std::uint32_t>(array.size() * 4)}) + units(array) + texts)));
}

std::string refused_tokenizer(const std::string& bytes) {
  return refusal([&] { Tokenizer(bytes, "tokenizer.model").encode("abba", Tokenizer::Bos::no); });
}

std::string not_a_model(const std::string& why) { return "tokenizer.model: not a SentencePiece model: " + why; }

TEST(TokenizerCheck, ReadsAModelOfThreePieces) {
  const Tokenizer tokenizer(model(), "tokenizer.model");
  EXPECT_EQ(tokenizer.vocab_size(), 3);
  EXPECT_THAT(tokenizer.encode("b", Tokenizer::Bos::no), testing::ElementsAre(0, 2));
}

TEST(TokenizerCheck, LeavesTheFormatToTheLibrary) {
  for (const std::string& bytes :
       {piece("a"), model(piece("a")), model(piece("")), model(piece("<0x7>", 6)), model(piece("<unk>", 2))})
    EXPECT_THAT(refused_tokenizer(bytes), testing::StartsWith(not_a_model("\"")));
}

/// Found by fuzz_tokenizer: the library's reason began with a zero byte, was empty and taken for none.
TEST(TokenizerCheck, RefusesWithoutAReasonAndInOneLine) {
  const std::string zeros(2, '\0');
  testing::internal::CaptureStderr();
  EXPECT_EQ(refused_tokenizer(model(piece(zeros) + piece(zeros))), not_a_model("\"\""));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(TokenizerCheck, RefusesBrokenFrames) {
  EXPECT_EQ(refused_tokenizer("no model at all"), not_a_model("field 13 has the unknown kind 6"));
  EXPECT_EQ(refused_tokenizer(model().substr(0, 20)), not_a_model("it ends inside a field (truncated download?)"));
  EXPECT_EQ(refused_tokenizer(model("\x1a\xff\xff\xff\xff\x0f")),
            not_a_model("it ends inside a field (truncated download?)"));
  EXPECT_EQ(refused_tokenizer(model(std::string(11, '\xff'))), not_a_model("a number has more than 64 bits"));
  EXPECT_EQ(refused_tokenizer(model("\x9a\x80\x80\x80\x10")), not_a_model("a field's number has more than 32 bits"));
}

/// The library builds its trie with a call a character: 100 KB are a stack overflow.
TEST(TokenizerCheck, RefusesAPieceThatOverflowsTheStack) {
  EXPECT_EQ(refused_tokenizer(model(piece(std::string(7999, 'x')))), "");
  EXPECT_EQ(refused_tokenizer(model(piece(std::string(2'000'000, 'x')))),
            not_a_model("a piece of 2,000,000 bytes, and at most 7,999 are read"));
}

/// Two bytes in the file, a hundred in memory.
TEST(TokenizerCheck, RefusesWhatGrowsInMemory) {
  std::string many, settings;
  for (int i = 0; i <= 1'000'000; ++i) many += field(1, "");
  EXPECT_EQ(refused_tokenizer(many), not_a_model("more than 1,000,000 pieces"));
  for (int i = 0; i < 200'000; ++i) settings += field(4, "");
  for (int i = 0; i < 400'000; ++i) settings += field(1, "");
  EXPECT_EQ(refused_tokenizer(model(field(2, settings) + field(2, settings))),
            not_a_model("more than 1,048,576 bytes of settings"));
}

/// The library follows a rule's units and texts wherever they lead.
TEST(TokenizerCheck, RefusesRulesThatLeadOutOfTheFile) {
  constexpr std::uint32_t ends_rule = 1U << 8, value = 1U << 31;
  std::vector<std::uint32_t> array(512);
  array[0] = 256U << 10;                                          // the root's children: 256 ^ byte
  array[256 ^ 'a'] = (511U ^ 256 ^ 'a') << 10 | ends_rule | 'a';  // "a" is replaced by the text that unit 511 names
  array[511] = value | 1;
  for (const int where : {3, 5}) {
    const auto changed = [&](std::size_t i, std::uint32_t unit, const std::string& texts = std::string("x\0b", 4)) {
      auto copy = array;
      copy[i] = unit;
      return refused_tokenizer(rules(copy, texts, where));
    };
    EXPECT_EQ(changed(511, value | 2), "");
    EXPECT_EQ(changed(511, value | 4), not_a_model("its normalisation rules lead out of their texts"));
    EXPECT_EQ(changed(511, value | 0x7fffffff), not_a_model("its normalisation rules lead out of their texts"));
    EXPECT_EQ(changed(0, 512U << 10), not_a_model("its normalisation rules lead out of their table"));
    EXPECT_EQ(changed(0, 0xffffffff), not_a_model("its normalisation rules lead out of their table"));
    EXPECT_EQ(changed(511, value | 1, "x"), not_a_model("its normalisation rules are cut short"));
    EXPECT_EQ(changed(511, value | 1, ""), not_a_model("its normalisation rules are cut short"));
  }
  EXPECT_EQ(refused_tokenizer(rules({}, std::string(4, '\0'))), not_a_model("its normalisation rules have no root"));
  EXPECT_EQ(refused_tokenizer(rules(std::vector<std::uint32_t>(255), std::string(1, '\0'))),
            not_a_model("its normalisation rules lead out of their table"));
  EXPECT_EQ(refused_tokenizer(model(field(3, field(2, "xy")))), not_a_model("its normalisation rules are cut short"));
  EXPECT_EQ(refused_tokenizer(model(field(3, field(2, units({0xffffffff}) + std::string(100, '\0'))))),
            not_a_model("its normalisation rules are cut short"));
}

}  // namespace
}  // namespace radixlab
