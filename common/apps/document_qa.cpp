#include "apps/document_qa.hpp"

#include <algorithm>

#include "io/jsonl.hpp"
#include "testing/compare.hpp"
#include "visualize/difference.hpp"

namespace radixlab {
namespace {

void replace_all(std::string& text, const std::string& name, const std::string& value) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
}

}  // namespace

PromptStyle read_prompt_style(const std::filesystem::path& directory) {
  PromptStyle style;
  const auto file = directory / "doc_qa.json";
  if (!std::filesystem::exists(file)) return style;
  const Json object = read_json_file(file);
  if (!object.is_object()) throw InputError("doc_qa.json: is " + shown(object) + "; expected an object");
  style.prompt = optional_text(object, "template", "doc_qa.json").value_or(style.prompt);
  style.stop = optional_text(object, "stop", "doc_qa.json").value_or(style.stop);
  return style;
}

std::vector<Ask> make_asks(const std::vector<Question>& questions, const std::vector<Document>& documents,
                           const PromptStyle& style, const Tokenizer& tokenizer) {
  std::vector<Ask> asks;
  for (const Question& q : questions) {
    const auto document = std::ranges::find(documents, q.document, &Document::name);
    std::string text = style.prompt;
    replace_all(text, "{question}", q.question);  // first, so that a document may contain these words
    replace_all(text, "{document}", document->text);
    const bool first = std::ranges::none_of(asks, [&](const Ask& a) { return a.question.document == q.document; });
    asks.push_back({q, tokenizer.encode(text, Tokenizer::Bos::yes), first});
  }
  return asks;
}

ManagerRuns ask_all(SingleRunner& runner, const std::string& manager, const std::vector<Ask>& asks,
                    GenerateOptions options, const Tokenizer& tokenizer,
                    const std::function<void(std::size_t)>& after_each) {
  ManagerRuns all{.manager = manager};
  Snapshot before = runner.cache().snapshot();
  for (const Ask& ask : asks) {
    const bool last = &ask == &asks.back();
    options.name = manager + ", question " + std::to_string(all.runs.size() + 1);
    LiveRequest request(runner, ask.prompt, options);
    bool more = request.step_alone();
    if (last && more) all.snapshot = runner.cache().snapshot();
    while (more) more = request.step_alone();
    Snapshot after = runner.cache().snapshot();
    if (find_difference(before, after).changed()) all.change = {&ask, std::move(before), after};
    before = std::move(after);
    QuestionRun run{.manager = manager, .ask = &ask, .result = request.take()};
    run.answer = tokenizer.decode(run.result.output);
    all.runs.push_back(std::move(run));
    after_each(all.runs.size());
  }
  all.at_end = std::move(before);
  all.peak_kv_bytes = runner.peak_pages() * runner.device().page_bytes(runner.device().page_size());
  return all;
}

void compare_logits(Device& first_ran_on, const ManagerRuns& first, Device& ran_on, ManagerRuns& runs) {
  const std::size_t hidden_size = ran_on.config().hidden_size, vocab = ran_on.config().vocab_size;
  constexpr std::size_t kRows = 32;  // compared at a time: all logits of a long prompt would be a lot of memory
  std::vector<float> ours(kRows * vocab), theirs(kRows * vocab);
  runs.compared = true;
  for (std::size_t i = 0; i < runs.runs.size(); ++i) {
    const Generation& a = first.runs[i].result;
    QuestionRun& run = runs.runs[i];
    const Generation& b = run.result;
    const std::size_t start = std::max(a.cached_tokens, b.cached_tokens);
    const std::size_t end =
        std::min(a.cached_tokens + a.hidden.size() / hidden_size, b.cached_tokens + b.hidden.size() / hidden_size);
    run.logits_identical = a.output == b.output && start < end;
    for (std::size_t row = start; row < end; row += kRows) {
      const std::size_t rows = std::min(kRows, end - row);
      first_ran_on.logits(std::span(a.hidden).subspan((row - a.cached_tokens) * hidden_size, rows * hidden_size),
                          std::span(theirs).first(rows * vocab));
      ran_on.logits(std::span(b.hidden).subspan((row - b.cached_tokens) * hidden_size, rows * hidden_size),
                    std::span(ours).first(rows * vocab));
      const auto wrong = first_difference(std::span(ours).first(rows * vocab), std::span(theirs).first(rows * vocab));
      if (wrong && !run.first_wrong) run.first_wrong = row + *wrong / vocab;
      run.logits_identical &= !wrong;
      run.rows_compared += rows;
    }
  }
}

std::size_t ManagerRuns::rows_compared() const {
  std::size_t rows = 0;
  for (const QuestionRun& run : runs) rows += run.rows_compared;
  return rows;
}

bool ManagerRuns::logits_identical() const { return std::ranges::all_of(runs, &QuestionRun::logits_identical); }

std::string trim_answer(std::string text, const std::string& stop) {
  if (const std::size_t end = stop.empty() ? std::string::npos : text.find(stop); end != std::string::npos)
    text.resize(end);
  const std::size_t begin = text.find_first_not_of(" \n\t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \n\t") + 1 - begin);
}

}  // namespace radixlab
