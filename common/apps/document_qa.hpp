/// \file
/// The main job: questions about documents, asked of one model under several cache managers, and the proof that they
/// agree.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/document_qa_input.hpp"
#include "apps/single_runner.hpp"
#include "contract/snapshot.hpp"
#include "io/tokenizer.hpp"

namespace radixlab {

/// How a document and a question become a prompt, and where an answer ends: doc_qa.json beside the model.
struct PromptStyle {
  std::string prompt = "{document}\nQuestion: {question} Answer:";
  std::string stop = "\n";
};

/// doc_qa.json of the directory, or the default where there is none.
PromptStyle read_prompt_style(const std::filesystem::path& directory);

/// A question with its prompt in tokens: what every manager is asked.
struct Ask {
  Question question;
  std::vector<TokenId> prompt;
  bool first_of_document = false;  ///< nothing of this document was seen before: a cold start for any manager
};

std::vector<Ask> make_asks(const std::vector<Question>& questions, const std::vector<Document>& documents,
                           const PromptStyle& style, const Tokenizer& tokenizer);

/// One request under one manager.
struct QuestionRun {
  std::string manager;
  const Ask* ask = nullptr;
  Generation result;
  std::string answer;
  std::optional<bool> correct;  ///< empty where no answer is expected
  std::size_t rows_compared = 0;
  bool logits_identical = true;
  std::optional<std::size_t> first_wrong;  ///< position of the first row whose logits differ
};

/// What a request changed in the cache: before it came, and when it is done.
struct Change {
  const Ask* ask = nullptr;
  Snapshot before, after;
};

/// All requests under one manager, in order.
struct ManagerRuns {
  std::string manager;
  std::vector<QuestionRun> runs;
  std::size_t peak_kv_bytes = 0;
  bool compared = false;             ///< with the first manager of the list
  std::optional<Snapshot> snapshot;  ///< while the last request still holds its lock
  Snapshot at_end;                   ///< when all requests are done
  std::optional<Change> change;      ///< the last one, if the cache has a tree to change
  std::string damage;                ///< what was done to a page on purpose
  std::string explanation;           ///< of the first wrong bit, where logits differ

  std::size_t rows_compared() const;
  bool logits_identical() const;
};

/// Asks everything of `runner`. `after_each` is told the number of requests done.
ManagerRuns ask_all(SingleRunner& runner, const std::string& manager, const std::vector<Ask>& asks,
                    GenerateOptions options, const Tokenizer& tokenizer,
                    const std::function<void(std::size_t)>& after_each);

/// Compares, bit for bit, the logits of all rows that both computed, and the generated ids. Writes the verdict into
/// `runs`. Each side's logits are made by the device that it ran on, so that its head is compared too.
void compare_logits(Device& first_ran_on, const ManagerRuns& first, Device& ran_on, ManagerRuns& runs);

/// "4821" out of " 4821\n": the generated text up to the stop, without blanks around it.
std::string trim_answer(std::string text, const std::string& stop);

}  // namespace radixlab
