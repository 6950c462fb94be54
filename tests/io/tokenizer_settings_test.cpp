// What stands beside tokenizer.model: <s> or none, added tokens, and special tokens in a text.
#include "io/tokenizer_settings.hpp"

#include "io/mapped_file.hpp"
#include "io/special_tokens.hpp"
#include "io/tokenizer.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;

/// The shipped tokenizer in a folder of its own, with other files beside it.
class TokenizerSettingsTest : public testing::Test {
 protected:
  TokenizerSettingsTest() {
    const MappedFile whole("common/llm/checkpoint/tokenizer.model");  // tests run in the repository's root
    folder_.write("tokenizer.model", whole.text());
  }
  void config(std::string_view text) const { folder_.write("tokenizer_config.json", text); }
  void added(std::string_view text) const { folder_.write("added_tokens.json", text); }
  std::vector<TokenId> ids(std::string_view text) const {
    return Tokenizer(folder_.path()).encode(text, Tokenizer::Bos::yes);
  }
  std::string refused() const {
    return refusal([&] { Tokenizer{folder_.path()}; });
  }
  const TempFolder folder_;
};

constexpr std::string_view chat = R"({"<|im_start|>": 2048, "<|im_end|>": 2049})";
constexpr std::string_view chat_and_first = R"({"added_tokens_decoder": {
  "2": {"content": "</s>", "lstrip": false, "rstrip": false, "single_word": false, "normalized": false, "special": true},
  "2048": {"content": "<|im_start|>"}, "2049": {"content": "<|im_end|>"}}, "legacy": false})";

TEST_F(TokenizerSettingsTest, ASequenceStartsAsTheFileSays) {
  EXPECT_THAT(ids("Mira"), ElementsAre(1, 1422));
  config(R"({"add_bos_token": false, "tokenizer_class": "LlamaTokenizer", "legacy": null})");
  EXPECT_THAT(ids("Mira"), ElementsAre(1422));
  config(R"({"add_bos_token": true})");
  EXPECT_THAT(ids("Mira"), ElementsAre(1, 1422));
}

// The ids of these two are those of transformers 4.57: LlamaTokenizer, and LlamaTokenizerFast where legacy is false.
TEST_F(TokenizerSettingsTest, SpecialTokensAreOneId) {
  added(chat);
  EXPECT_THAT(ids("<|im_start|>Mira<|im_end|>"), ElementsAre(1, 2048, 1422, 2049));
  EXPECT_THAT(ids("Mira</s>Mira"), ElementsAre(1, 1422, 2, 1422));
  EXPECT_THAT(ids("Mira</s> Mira<unk>\nMira"), ElementsAre(1, 1422, 2, 1980, 1422, 0, 1980, 113, 2017, 471, 1985));
  EXPECT_THAT(ids(" <s>Mira"), ElementsAre(1, 1980, 1980, 1, 1422));
  EXPECT_THAT(ids("</s>Mira"), ElementsAre(1, 2, 1422));
}

TEST_F(TokenizerSettingsTest, SpecialTokensAreFoundByTheirWholeText) {
  added(chat);
  const Tokenizer tokenizer(folder_.path());
  EXPECT_EQ(tokenizer.special_id("<|im_start|>"), 2048);
  EXPECT_EQ(tokenizer.special_id("</s>"), 2);
  for (const char* text : {"", "Mira", "</s>Mira", "Mira</s>", "<|im_start|><|im_end|>"})
    EXPECT_EQ(tokenizer.special_id(text), std::nullopt) << text;
}

TEST_F(TokenizerSettingsTest, SpecialTokensAreTextInAPlainStretch) {
  added(chat);
  const Tokenizer tokenizer(folder_.path());
  const std::string text = "Mira</s><|im_start|><unk> <s>";
  const auto plain = tokenizer.encode_plain(text);
  for (const TokenId id : plain) EXPECT_TRUE(id > 2 && id < 2048) << id;
  EXPECT_EQ(tokenizer.decode(plain), text);
}

TEST_F(TokenizerSettingsTest, WithoutLegacyTheFirstStretchAloneBeginsWithASpace) {
  config(chat_and_first);
  EXPECT_THAT(ids("Mira"), ElementsAre(1, 1422));
  EXPECT_THAT(ids("<|im_start|>Mira<|im_end|>"), ElementsAre(1, 2048, 2017, 471, 1985, 2049));
  EXPECT_THAT(ids("Mira</s>Mira"), ElementsAre(1, 1422, 2, 2017, 471, 1985));
  EXPECT_THAT(ids("Mira</s> Mira<unk>\nMira"), ElementsAre(1, 1422, 2, 1422, 0, 113, 2017, 471, 1985));
  EXPECT_THAT(ids(" <s>Mira"), ElementsAre(1, 1980, 1, 2017, 471, 1985));
}

TEST_F(TokenizerSettingsTest, AddedTokensHaveTheirText) {
  for (const bool legacy : {true, false}) {
    if (legacy) {
      added(R"({"<|im_start|>": 2048, "<|im_end|>": 2049, "\n": 1422})");
    } else {
      config(R"({"legacy": false, "added_tokens_decoder": {"2048": {"content": "<|im_start|>"},
                 "2049": {"content": "<|im_end|>"}, "1422": {"content": "\n"}, "2": {"content": "</s>"}}})");
    }
    const Tokenizer tokenizer(folder_.path());
    const std::vector<TokenId> ids{1, 2048, 605, 380, 2, 1422, 2049, 2050};
    EXPECT_EQ(tokenizer.decode(ids), "<|im_start|>door of\n<|im_end|><id 2050>");
    EXPECT_EQ(tokenizer.piece_text(2049), "<|im_end|>");
    EXPECT_EQ(tokenizer.piece_text(1422), "\\n");
    EXPECT_EQ(tokenizer.piece_text(2), "</s>");
    EXPECT_EQ(tokenizer.vocab_size(), 2048);
  }
}

TEST_F(TokenizerSettingsTest, TheDecoderHoldsWhereBothNameTokens) {
  added(R"({"<|im_start|>": 7})");
  EXPECT_THAT(ids("<|im_start|>"), ElementsAre(1, 7));
  config(chat_and_first);
  EXPECT_THAT(ids("<|im_start|>"), ElementsAre(1, 2048));
}

TEST_F(TokenizerSettingsTest, WhatGivesOtherIdsIsRefused) {
  for (const char* key : {"add_eos_token", "split_special_tokens"}) {
    config(std::string("{\"") + key + "\": false}");
    EXPECT_EQ(refused(), "");
    config(std::string("{\"") + key + "\": true}");
    EXPECT_EQ(refused(), std::string("tokenizer_config.json: \"") + key +
                             "\" is true; this tokenizer computes false: give token ids with --tokens");
  }
  for (const char* key : {"lstrip", "rstrip", "single_word"}) {
    config(std::string(R"({"added_tokens_decoder": {"9": {"content": "x", ")") + key + "\": true}}}");
    EXPECT_THAT(refused(), testing::StartsWith(std::string("tokenizer_config.json: added_tokens_decoder \"9\": \"") +
                                               key + "\" is true; "));
  }
}

TEST_F(TokenizerSettingsTest, WhatIsMalformedIsRefused) {
  for (const auto& [text, says] :
       {std::pair("[]", "is a list; expected an object"),
        {R"({"add_bos_token": 1})", "\"add_bos_token\" is 1; expected true or false"},
        {R"({"added_tokens_decoder": []})", "\"added_tokens_decoder\" is a list; expected an object"},
        {R"({"added_tokens_decoder": {"9x": {"content": "x"}}})", "\"9x\": is no id; expected a whole number"},
        {R"({"added_tokens_decoder": {"9": 7}})", "\"9\": is 7; expected an object"},
        {R"({"added_tokens_decoder": {"9": {}}})", "\"9\": has no \"content\""},
        {R"({"added_tokens_decoder": {"-1": {"content": "x"}}})", "\"x\" has the id -1; expected one from 0"},
        {R"({"added_tokens_decoder": {"9": {"content": ""}}})", "token 9 has no text"}}) {
    config(text);
    EXPECT_THAT(refused(), testing::StartsWith("tokenizer_config.json: "));
    EXPECT_THAT(refused(), testing::EndsWith(says));
  }
  config("{}");
  for (const auto& [text, says] :
       {std::pair("7", "is 7; expected an object"), {R"({"x": "y"})", "\"y\"; expected a whole number"}}) {
    added(text);
    EXPECT_THAT(refused(), testing::AllOf(testing::StartsWith("added_tokens.json: "), testing::HasSubstr(says)));
  }
}

TEST(SpecialTokens, TheFirstAndOfThoseTheLongest) {
  SpecialTokens specials;
  EXPECT_FALSE(specials.first_in("<a>"));
  specials.add("", 1);
  specials.add("<a", 2);
  specials.add("<a>>", 3);
  specials.add("a", 4);
  for (const auto& [text, at, size, id] :
       {std::tuple("<a>>", 0u, 4u, 3), {"..<a>", 2u, 2u, 2}, {"<<a", 1u, 2u, 2}, {"ba<a>>", 1u, 1u, 4}}) {
    const auto found = specials.first_in(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->at, at) << text;
    EXPECT_EQ(found->size, size) << text;
    EXPECT_EQ(found->id, id) << text;
  }
  EXPECT_FALSE(specials.first_in("<<>> b"));
}

}  // namespace
}  // namespace radixlab
