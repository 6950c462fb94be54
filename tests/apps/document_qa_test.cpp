// What doc_qa's verdict rests on: a single wrong bit in a single row must be told.
#include "apps/document_qa.hpp"

#include <bit>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <sstream>

#include "apps/document_qa_damage.hpp"
#include "apps/document_qa_report.hpp"
#include "io/atomic_file.hpp"
#include "io/error.hpp"
#include "llm/cpu_device.hpp"
#include "llm/device_wrapper.hpp"
#include "testing/model_folder.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {
namespace {

class CompareLogits : public testing::Test {
 protected:
  CompareLogits() {
    model_ = std::make_unique<Model>(folder_.path(), DType::f32);
    device_ = std::make_unique<CpuDevice>(*model_, best_isa(), threads_);
    naive_ = runs(0);
    radix_ = runs(32);  // two pages of the prompt were cached
  }

  // A request of 40 + 3 tokens under a manager that had `cached` of them.
  ManagerRuns runs(std::size_t cached) {
    std::vector<TokenId> tokens;
    for (int i = 0; i < 42; ++i) tokens.push_back((i * i + 3) % 200);
    const std::vector<float> hidden = recompute(*device_, tokens);
    ManagerRuns all;
    radixlab::QuestionRun& run = all.runs.emplace_back();
    run.result.output = {7, 8, 9};
    run.result.cached_tokens = cached;
    const auto rest = std::span(hidden).subspan(cached * model_->config().hidden_size);
    run.result.hidden.assign(rest.begin(), rest.end());
    return all;
  }

  bool identical() {
    compare_logits(*device_, naive_, *device_, radix_);
    return radix_.logits_identical();
  }
  std::vector<float>& hidden() { return radix_.runs[0].result.hidden; }

  const ModelFolder folder_;
  ThreadPool threads_{1};
  std::unique_ptr<Model> model_;
  std::unique_ptr<CpuDevice> device_;
  ManagerRuns naive_, radix_;
};

TEST_F(CompareLogits, ComparesTheRowsThatBothComputed) {
  EXPECT_TRUE(identical());
  EXPECT_EQ(radix_.rows_compared(), 10u);
  EXPECT_EQ(radix_.runs[0].first_wrong, std::nullopt);
}

TEST_F(CompareLogits, TellsAChangedRow) {
  hidden().back() = std::nextafter(hidden().back(), 10.0f);
  hidden()[hidden().size() - 2] += 1e-3f;
  EXPECT_FALSE(identical());
  EXPECT_EQ(radix_.runs[0].first_wrong, 41u) << "the last row";
}

TEST_F(CompareLogits, TellsNanEvenWhereBothHaveIt) {
  naive_.runs[0].result.hidden.back() = std::numeric_limits<float>::quiet_NaN();
  hidden().back() = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(identical());
}

TEST_F(CompareLogits, TellsOtherTokens) {
  radix_.runs[0].result.output.back() = 5;
  EXPECT_FALSE(identical());
}

/// Its head is wrong in one bit of one logit of each row; its layers are right.
class WrongHead : public DeviceWrapper {
  using DeviceWrapper::DeviceWrapper;
  void do_logits(std::span<const float> hidden, std::span<float> logits) override {
    DeviceWrapper::do_logits(hidden, logits);
    for (std::size_t last = config().vocab_size - 1; last < logits.size(); last += config().vocab_size)
      logits[last] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(logits[last]) ^ 1u);
  }
};

TEST_F(CompareLogits, TellsAWrongHeadOfEitherDevice) {
  WrongHead wrong(*device_);
  compare_logits(*device_, naive_, wrong, radix_);
  EXPECT_FALSE(radix_.logits_identical());
  EXPECT_EQ(radix_.runs[0].first_wrong, 32u) << "the first row";
  radix_ = runs(32);
  compare_logits(wrong, naive_, *device_, radix_);
  EXPECT_FALSE(radix_.logits_identical());
}

TEST_F(CompareLogits, NothingToCompareIsNoProof) {
  hidden().clear();
  EXPECT_FALSE(identical());
}

TEST(ChooseDamage, TakesAPageFarAway) {
  Snapshot cache;
  cache.nodes.resize(2);
  cache.nodes[0].pages = {7, 3};
  cache.nodes[1].pages = {12, 5};
  EXPECT_EQ(choose_damage(cache, "radix", 3).from, 7u);
  EXPECT_EQ(choose_damage(cache, "radix", 5).from, 12u);
  EXPECT_EQ(choose_damage(cache, "radix", 7).from, 3u);
  EXPECT_EQ(choose_damage(cache, "radix", 12).from, 5u);
}

TEST(ChooseDamage, NamesTheCachedPages) {
  Snapshot cache;
  const auto refusal = [&](PageId page) -> std::string {
    try {
      choose_damage(cache, "radix", page);
    } catch (const InputError& error) {
      return error.what();
    }
    return "not refused";
  };
  EXPECT_EQ(refusal(4), "--damage 4: after the first question about each document radix caches nothing");
  cache.nodes.resize(1);
  cache.nodes[0].pages = {4};
  EXPECT_EQ(refusal(4), "--damage 4: no other page is cached by radix to take the KV from");
  cache.nodes[0].pages = {4, 6, 5};
  EXPECT_EQ(refusal(7), "--damage 7: after the first question about each document radix caches the pages 4-6");
}

TEST(PutFirstQuestionsFirst, KeepsTheOrderOtherwise) {
  std::vector<Ask> asks;
  for (const auto& [document, first] : {std::pair("a", true), {"b", false}, {"c", false}, {"d", true}})
    asks.push_back({{document, "", ""}, {}, first});
  EXPECT_EQ(put_first_questions_first(asks), 2u);
  std::string order;
  for (const Ask& ask : asks) order += ask.question.document;
  EXPECT_EQ(order, "adbc");
}

TEST(TrimAnswer, CutsAtTheStop) {
  EXPECT_EQ(trim_answer(" 4821\nQuestion: more", "\n"), "4821");
  EXPECT_EQ(trim_answer(" Maya Thorne \n", "\n"), "Maya Thorne");
  EXPECT_EQ(trim_answer("END", "END"), "");
  EXPECT_EQ(trim_answer(" green", ""), "green");
}

TEST(ReadQuestions, TakesJsonAndPlainLines) {
  const std::vector<Document> documents = {{"a.txt", "A.", "/d/a.txt"}, {"b.txt", "B.", "/d/b.txt"}};
  std::istringstream in("{\"document\": \"b.txt\", \"question\": \"Which?\", \"answer\": \"B\"}\n\nHow?\n");
  const std::vector<Question> questions = read_questions(in, "in", documents);
  ASSERT_EQ(questions.size(), 3u);
  EXPECT_EQ(questions[0].document, "b.txt");
  EXPECT_EQ(questions[0].answer, "B");
  EXPECT_EQ(questions[1].document, "a.txt");
  EXPECT_EQ(questions[2].question, "How?");
}

class ReadDocuments : public testing::Test {
 protected:
  ReadDocuments() {
    for (const char* place : {"a", "b", "b/a"}) {
      std::filesystem::create_directories(folder_ / place);
      write_file(folder_ / place / "doc.txt", std::string(place) + "\r\n\r\n");
    }
    write_file(folder_ / "b" / "other.txt", "other");
  }
  std::vector<Document> read(std::initializer_list<const char*> names) const {
    std::vector<std::filesystem::path> files;
    for (const char* name : names) files.push_back(folder_ / name);
    return read_documents(files);
  }
  // The document that a question about `said` is asked of; or why it is refused.
  static std::string asked(const std::vector<Document>& documents, const std::string& said) try {
    std::istringstream in("\xef\xbb\xbf  {\"document\": \"" + said + "\", \"question\": \"Which?\"}\r\n");
    return read_questions(in, "in", documents).front().document;
  } catch (const InputError& error) {
    return error.what();
  }
  const TemporaryFolder folder_;
};

TEST_F(ReadDocuments, NamesThemByAsManyFoldersAsItTakes) {
  const std::vector<Document> documents = read({"b/../b/./doc.txt", "a/doc.txt", "b/a/doc.txt", "b/other.txt"});
  EXPECT_EQ(documents[0].name, "b/doc.txt");
  EXPECT_THAT(documents[1].name, testing::EndsWith("/a/doc.txt"));
  EXPECT_EQ(documents[2].name, "b/a/doc.txt");
  EXPECT_EQ(documents[3].name, "other.txt");
  EXPECT_EQ(documents[2].text, "b/a");
  for (const Document& document : documents) {
    EXPECT_EQ(asked(documents, document.name), document.name);
    EXPECT_EQ(asked(documents, document.path), document.name);
  }
  EXPECT_EQ(asked(documents, "./b/other.txt"), "other.txt");
}

TEST_F(ReadDocuments, AQuestionAboutOneOfTwoIsRefused) {
  const std::vector<Document> documents = read({"a/doc.txt", "b/doc.txt"});
  EXPECT_EQ(asked(documents, "doc.txt"),
            "in:1: asks about \"doc.txt\", which may be \"a/doc.txt\" or \"b/doc.txt\": expected one of these names");
  for (const char* none : {"c/doc.txt", "oc.txt", "", "a", "doc.tx"})
    EXPECT_THAT(asked(documents, none), testing::HasSubstr("which is none of the --document files")) << none;
}

TEST_F(ReadDocuments, AskAPlainLineOfEach) {
  std::istringstream in("Which?\n");
  const std::vector<Question> questions = read_questions(in, "in", read({"a/doc.txt", "b/doc.txt"}));
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_EQ(questions[0].document, "a/doc.txt");
  EXPECT_EQ(questions[1].document, "b/doc.txt");
}

TEST_F(ReadDocuments, TwiceTheSameIsRefused) {
  EXPECT_THROW(read({"a/doc.txt", "b/doc.txt", "b/../a/doc.txt"}), InputError);
}

TEST(ReadPromptStyle, OtherKeysThanTextAreRefused) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_prompt_style(folder.path()).stop, "\n");  // the default, where there is no file
  write_file(folder / "doc_qa.json", "{\"template\": 5}");
  EXPECT_THROW(read_prompt_style(folder.path()), InputError);
  write_file(folder / "doc_qa.json", "[]");
  EXPECT_THROW(read_prompt_style(folder.path()), InputError);
}

ManagerRuns timed(const char* manager, bool compared, std::initializer_list<std::pair<double, double>> requests,
                  std::size_t cached = 0) {
  ManagerRuns runs{.manager = manager};
  runs.compared = compared;
  static const Ask ask;
  for (const auto& [first_token, total] : requests) {
    QuestionRun& run = runs.runs.emplace_back();
    run.ask = &ask;
    run.result.first_token_ms = first_token, run.result.total_ms = total;
    run.result.prompt_tokens = 100, run.result.cached_tokens = cached;
  }
  return runs;
}

TEST(TimeLines, DrawReadingAndWritingOnOneScale) {
  const std::vector<ManagerRuns> all = {timed("naive", false, {{800, 1000}, {900, 1000}}),
                                        timed("radix", true, {{800, 1000}, {0, 250}}, 16),
                                        timed("stock", false, {{9000, 9900}})};
  EXPECT_EQ(time_lines(all),
            "time line, # reading the prompt, . writing the answer; a character is 50 ms\n"
            "naive   ################....##################..   2.00 s\n"
            "radix   ################.........                  1.25 s  1.6x, 37.5 % saved\n");
}

TEST(TimeLines, OfNoTimeAreEmpty) {
  const std::string lines = time_lines({timed("naive", false, {{0, 0}})});
  EXPECT_EQ(lines.substr(lines.find('\n') + 1), "naive   " + std::string(41, ' ') + "  < 1 ms\n");
}

TEST(TimeLines, SayWhatIsTooShortToTell) {
  const std::vector<ManagerRuns> all = {timed("naive", false, {{1.5, 2}}), timed("radix", true, {{0.5, 0.9}}, 16)};
  EXPECT_EQ(time_lines(all),
            "time line, # reading the prompt, . writing the answer; a character is < 1 ms\n"
            "naive   ##############################..........   2.0 ms\n"
            "radix   ##########........                         < 1 ms  2.2x, 55.0 % saved\n");
}

TEST(TimeLines, WhereNothingIsCachedNothingIsSaved) {
  std::vector<ManagerRuns> all = {timed("naive", false, {{800, 1000}}), timed("radix", true, {{400, 500}})};
  EXPECT_THAT(time_lines(all), testing::EndsWith("  0.50 s  nothing cached\n"));
  EXPECT_THAT(manager_table(all), testing::Not(testing::HasSubstr("2.0x")));
  all[1].runs[0].result.cached_tokens = 16;
  EXPECT_THAT(time_lines(all), testing::EndsWith("  0.50 s  2.0x, 50.0 % saved\n"));
  EXPECT_THAT(manager_table(all), testing::HasSubstr("2.0x"));
}

}  // namespace
}  // namespace radixlab
