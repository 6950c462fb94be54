#include "io/tokenizer.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "io/mapped_file.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;

constexpr auto checkpoint = "common/llm/checkpoint";  // tests run in the repository's root

// The expected ids are those of SentencePiece's own Python package.
TEST(Tokenizer, EncodesAsSentencePieceDoes) {
  const Tokenizer tokenizer(checkpoint);
  EXPECT_EQ(tokenizer.vocab_size(), 2048);
  EXPECT_THAT(tokenizer.encode("The door of the windmill is silver.\nQuestion: What colour is the door? Answer:",
                               Tokenizer::Bos::yes),
              ElementsAre(1, 410, 605, 380, 366, 719, 367, 1066, 2004, 113, 374, 376, 1994, 390, 467, 367, 366, 605,
                          2001, 378, 1994));
  EXPECT_THAT(tokenizer.encode(" two  spaces ", Tokenizer::Bos::no),
              ElementsAre(1980, 1134, 1982, 1980, 658, 1225, 362, 1980));
  EXPECT_THAT(tokenizer.encode("na\xc3\xafve 12 \xe2\x98\x83\tx", Tokenizer::Bos::no),
              ElementsAre(443, 1985, 298, 278, 567, 1980, 15, 1980, 329, 255, 234, 112, 2020));
  EXPECT_THAT(tokenizer.encode("", Tokenizer::Bos::yes), ElementsAre(1));
}

TEST(Tokenizer, EncodesAWholeDocument) {
  std::ifstream file(std::filesystem::path(checkpoint) / "documents/harbour.txt");
  std::stringstream document;
  document << file.rdbuf() << "\nQuestion: What is Arden known for? Answer:";
  const auto ids = Tokenizer(checkpoint).encode(document.str(), Tokenizer::Bos::no);
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const TokenId id : ids) hash = (hash ^ static_cast<std::uint64_t>(id)) * 0x100000001b3U;
  EXPECT_EQ(ids.size(), 2007);
  EXPECT_EQ(hash, 0x37f6fecd969f5986U);
}

TEST(Tokenizer, DecodesWhatItEncoded) {
  const Tokenizer tokenizer(checkpoint);
  const std::string text = "na\xc3\xafve 12 \xe2\x98\x83 of Arden\n";
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(text, Tokenizer::Bos::yes)), text);
  const std::vector<TokenId> ids{2048, 605, -1, 380, 2};
  EXPECT_EQ(tokenizer.decode(ids), "<id 2048>door<id -1>of");
  EXPECT_EQ(tokenizer.decode({}), "");
}

std::string bytes_of(const Tokenizer& tokenizer, std::span<const TokenId> ids) {
  std::string text;
  for (const TokenId id : ids) text += tokenizer.token_bytes(id);
  return text;
}

TEST(Tokenizer, GivesEachTokensBytes) {
  const Tokenizer tokenizer(checkpoint);
  EXPECT_EQ(tokenizer.token_bytes(0), " \xe2\x81\x87 ");
  EXPECT_EQ(tokenizer.token_bytes(1), "");
  EXPECT_EQ(tokenizer.token_bytes(2), "");
  EXPECT_EQ(tokenizer.token_bytes(605), " door");
  EXPECT_EQ(tokenizer.token_bytes(374), "Qu");
  EXPECT_EQ(tokenizer.token_bytes(113), "\n");
  EXPECT_EQ(tokenizer.token_bytes(103), std::string(1, '\0'));
  EXPECT_EQ(tokenizer.token_bytes(298), "\xC3") << "the first of the two bytes of a character";
  EXPECT_EQ(tokenizer.token_bytes(2048), "<id 2048>");
  EXPECT_EQ(tokenizer.token_bytes(-7), "<id -7>");
}

TEST(Tokenizer, GivesTheTextTokenByToken) {
  const Tokenizer tokenizer(checkpoint);
  std::ifstream file(std::filesystem::path(checkpoint) / "documents/harbour.txt");
  std::stringstream document;
  document << file.rdbuf() << " two  spaces, na\xc3\xafve \xe2\x98\x83\tx </s> 12\n";
  const auto ids = tokenizer.encode(document.str(), Tokenizer::Bos::yes);
  EXPECT_EQ(bytes_of(tokenizer, ids), " " + tokenizer.decode(ids));

  std::vector<TokenId> words;  // all that are no bytes, as a model without training might write them
  for (TokenId id = 0; id < static_cast<TokenId>(tokenizer.vocab_size()); ++id)
    if (id < 103 || id > 103 + 255) words.push_back(id);
  EXPECT_EQ(bytes_of(tokenizer, words), tokenizer.decode(words)) << "<unk>, the first, begins with a space of its own";
}

TEST(Tokenizer, GivesAnAddedTokensText) {
  const TokenizerSettings settings{.added = {{"</s>", 2}, {"<|im_end|>", 2048}}};
  const MappedFile model(std::string(checkpoint) + "/tokenizer.model");
  const Tokenizer tokenizer(model.text(), "tokenizer.model", settings);
  EXPECT_EQ(bytes_of(tokenizer, std::vector<TokenId>{605, 2048, 605, 2}), " door<|im_end|> door");
}

TEST(Tokenizer, ShowsPiecesReadably) {
  const Tokenizer tokenizer(checkpoint);
  EXPECT_EQ(tokenizer.piece_text(1), "<s>");
  EXPECT_EQ(tokenizer.piece_text(605), " door");
  EXPECT_EQ(tokenizer.piece_text(374), "Qu");
  EXPECT_EQ(tokenizer.piece_text(1980), " ");
  EXPECT_EQ(tokenizer.piece_text(113), "\\n");
  EXPECT_EQ(tokenizer.piece_text(112), "\\t");
  EXPECT_EQ(tokenizer.piece_text(103), "\\x00");
  EXPECT_EQ(tokenizer.piece_text(298), "\\xC3");
  EXPECT_EQ(tokenizer.piece_text(103 + 'A'), "A");
  EXPECT_EQ(tokenizer.piece_text(2048), "<id 2048>");
  EXPECT_EQ(tokenizer.piece_text(-7), "<id -7>");
}

TEST(Tokenizer, SaysWhatToDoWithoutAModel) {
  const TempFolder folder;
  const auto load = [&] { Tokenizer{folder.path()}; };
  EXPECT_EQ(refusal(load), folder.path().string() + ": has no tokenizer.model: give token ids with --tokens");
  folder.write("tokenizer.json", "{}");
  EXPECT_EQ(refusal(load), folder.path().string() +
                               ": has tokenizer.json but no tokenizer.model, and only SentencePiece is read "
                               "here: give token ids with --tokens");
}

TEST(Tokenizer, RefusesDamagedModels) {
  const MappedFile whole(std::string(checkpoint) + "/tokenizer.model");
  for (const std::string& text :
       {std::string(), std::string("no model at all"), std::string(whole.text().substr(0, 5000))}) {
    const TempFolder folder;
    folder.write("tokenizer.model", text);
    testing::internal::CaptureStderr();
    EXPECT_THAT(refusal([&] { Tokenizer{folder.path()}; }),
                testing::StartsWith("tokenizer.model: not a SentencePiece model: "));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "the library's own log would be a second line";
  }
}

}  // namespace
}  // namespace radixlab
