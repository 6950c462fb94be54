#include "io/tokenizer.hpp"

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
  EXPECT_EQ(tokenizer.vocab_size(), 1536);
  EXPECT_THAT(tokenizer.encode("The door of the windmill is silver.\nQuestion: What colour is the door? Answer:",
                               Tokenizer::Bos::yes),
              ElementsAre(1, 296, 501, 283, 267, 562, 277, 954, 1497, 13, 274, 279, 1488, 297, 376, 277, 267, 501, 1500,
                          280, 1488));
  EXPECT_THAT(tokenizer.encode(" two  spaces ", Tokenizer::Bos::no),
              ElementsAre(1474, 262, 1486, 1477, 1474, 432, 1476, 1489, 261, 1474));
  EXPECT_THAT(tokenizer.encode("na\xc3\xafve 12 \xe2\x98\x83\tx", Tokenizer::Bos::no),
              ElementsAre(343, 1476, 198, 178, 504, 1474, 1505, 1522, 1474, 229, 155, 134, 12, 1533));
  EXPECT_THAT(tokenizer.encode("", Tokenizer::Bos::yes), ElementsAre(1));
}

TEST(Tokenizer, EncodesAWholeDocument) {
  std::ifstream file(std::string(checkpoint) + "/documents/harbour.txt");
  std::stringstream document;
  document << file.rdbuf() << "\nQuestion: What is Arden known for? Answer:";
  const auto ids = Tokenizer(checkpoint).encode(document.str(), Tokenizer::Bos::no);
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const TokenId id : ids) hash = (hash ^ static_cast<std::uint64_t>(id)) * 0x100000001b3U;
  EXPECT_EQ(ids.size(), 2006);
  EXPECT_EQ(hash, 0x787a767c67f2f5feU);
}

TEST(Tokenizer, DecodesWhatItEncoded) {
  const Tokenizer tokenizer(checkpoint);
  const std::string text = "na\xc3\xafve 12 \xe2\x98\x83 of Arden\n";
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(text, Tokenizer::Bos::yes)), text);
  const std::vector<TokenId> ids{1536, 501, -1, 283, 2};
  EXPECT_EQ(tokenizer.decode(ids), "<id 1536>door<id -1>of");
  EXPECT_EQ(tokenizer.decode({}), "");
}

TEST(Tokenizer, ShowsPiecesReadably) {
  const Tokenizer tokenizer(checkpoint);
  EXPECT_EQ(tokenizer.piece_text(1), "<s>");
  EXPECT_EQ(tokenizer.piece_text(501), " door");
  EXPECT_EQ(tokenizer.piece_text(274), "Qu");
  EXPECT_EQ(tokenizer.piece_text(1474), " ");
  EXPECT_EQ(tokenizer.piece_text(13), "\\n");
  EXPECT_EQ(tokenizer.piece_text(12), "\\t");
  EXPECT_EQ(tokenizer.piece_text(3), "\\x00");
  EXPECT_EQ(tokenizer.piece_text(198), "\\xC3");
  EXPECT_EQ(tokenizer.piece_text(3 + 'A'), "A");
  EXPECT_EQ(tokenizer.piece_text(1536), "<id 1536>");
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
