#include "apps/generate_report.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "08-engine/timeline_of.hpp"
#include "io/safetensors_writer.hpp"

namespace radixlab {
namespace {

// After its first token; nothing of an answer of one token.
std::optional<double> tokens_a_second(const Generation& g) {
  if (g.output.size() < 2) return std::nullopt;
  return static_cast<double>(g.output.size() - 1) / (g.total_ms - g.first_token_ms) * 1e3;
}

struct Totals {
  RequestFigures figures;
  std::size_t generated = 0;
  double tokens_a_second = 0;
};

Totals totals(const Served& served) {
  Totals all;
  for (const Answer& answer : served.answers) {
    const RequestFigures& f = answer.figures;
    all.figures.num_prompt_tokens += f.num_prompt_tokens;
    all.figures.num_cached_tokens += f.num_cached_tokens;
    all.figures.num_computed_tokens += f.num_computed_tokens;
    all.figures.num_recomputed_tokens += f.num_recomputed_tokens;
    all.figures.num_preemptions += f.num_preemptions;
    all.generated += answer.generation.output.size();
  }
  all.tokens_a_second = static_cast<double>(all.generated) / served.total_ms * 1e3;
  return all;
}

std::string table_row(const std::string& name, const RequestFigures& f, std::size_t generated,
                      const std::string& first_token, const std::string& tokens_a_second) {
  return fmt::format("{:<8}{:>9}{:>9}{:>9}{:>11}{:>10}{:>10}{:>12}{:>10}\n", name, grouped(f.num_prompt_tokens),
                     grouped(f.num_cached_tokens), grouped(f.num_computed_tokens), grouped(f.num_recomputed_tokens),
                     grouped(f.num_preemptions), grouped(generated), first_token, tokens_a_second);
}

Json figures_json(const RequestFigures& f, std::size_t generated) {
  return {{"prompt_tokens", f.num_prompt_tokens},     {"cached_tokens", f.num_cached_tokens},
          {"computed_tokens", f.num_computed_tokens}, {"recomputed_tokens", f.num_recomputed_tokens},
          {"preemptions", f.num_preemptions},         {"generated_tokens", generated}};
}

}  // namespace

std::string shown_answer(const Answer& answer, const Tokenizer* tokenizer) {
  const std::vector<TokenId>& ids = answer.generation.output;
  if (!tokenizer) return fmt::format("{}", fmt::join(ids, " "));
  if (!answer.text) return tokenizer->decode(ids);
  return answer.text->substr(answer.text->starts_with(' '));  // the space in front of a first word: decode drops it too
}

std::string figures_line(const Answer& answer, DType type) {
  const RequestFigures& f = answer.figures;
  std::string line =
      fmt::format("prompt {} tokens: {} cached, {} computed in {}; first token {:.1f} ms", grouped(f.num_prompt_tokens),
                  grouped(f.num_cached_tokens), grouped(f.num_computed_tokens), weight_dtype_name(type),
                  answer.generation.first_token_ms);
  if (const auto speed = tokens_a_second(answer.generation)) line += fmt::format(", then {:.1f} tokens/s", *speed);
  return line + "\n";
}

std::string answer_table(const Served& served) {
  std::string text = fmt::format("{:<8}{:^29}{:>20}\n{:<8}{:>9}{:>9}{:>9}{:>11}{:>10}{:>10}{:>12}{:>10}\n", "",
                                 "prompt tokens", "", "request", "all", "cached", "computed", "recomputed", "preempted",
                                 "generated", "first [ms]", "tokens/s");
  const bool many = std::ranges::any_of(served.answers, [](const Answer& answer) { return answer.number > 0; });
  for (const Answer& answer : served.answers) {
    const Generation& g = answer.generation;
    const auto speed = tokens_a_second(g);
    const bool failed = answer.finish_reason == FinishReason::failed;
    text += table_row(
        many ? fmt::format("{}.{}", answer.request + 1, answer.number + 1) : fmt::format("{}", answer.request + 1),
        answer.figures, g.output.size(), failed ? "failed" : fmt::format("{:.1f}", g.first_token_ms),
        speed ? fmt::format("{:.1f}", *speed) : "-");
  }
  const Totals all = totals(served);
  return text + table_row("all", all.figures, all.generated, "-", fmt::format("{:.1f}", all.tokens_a_second));
}

Json answers_json(const Served& served, const Tokenizer* tokenizer) {
  Json answers = Json::array();
  for (const Answer& answer : served.answers) {
    Json row = figures_json(answer.figures, answer.generation.output.size());
    row["request"] = answer.request + 1;
    row["answer"] = answer.number + 1;
    row["finish_reason"] = finish_word(answer.finish_reason);
    row["error"] = answer.error.empty() ? Json() : Json(answer.error);
    row["text"] = tokenizer ? Json(shown_answer(answer, tokenizer)) : Json();
    row["token_ids"] = answer.generation.output;
    row["first_token_ms"] = answer.generation.first_token_ms;
    row["total_ms"] = answer.generation.total_ms;
    answers.push_back(std::move(row));
  }
  const Totals all = totals(served);
  Json sums = figures_json(all.figures, all.generated);
  sums["total_ms"] = served.total_ms;
  sums["tokens_per_second"] = all.tokens_a_second;
  return {{"answers", std::move(answers)}, {"totals", std::move(sums)}};
}

void write_logits(const std::string& file, Device& device, const std::vector<Answer>& answers) {
  const std::size_t hidden = device.config().hidden_size, vocab = device.config().vocab_size;
  std::vector<TensorInfo> tensors;  // the wider type first, so that all are aligned
  for (std::size_t i = 0; i < answers.size(); ++i) tensors.push_back({"start_" + std::to_string(i), DType::i64, {1}});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::size_t rows = answers[i].generation.hidden.size() / hidden;
    tensors.push_back({"logits_" + std::to_string(i), DType::f32, {rows, vocab}});
  }
  SafetensorsWriter writer(file, tensors);
  for (const Answer& answer : answers) {
    const auto start = static_cast<std::int64_t>(answer.generation.cached_tokens);
    writer.append(std::as_bytes(std::span(&start, 1)));
  }
  std::vector<float> logits(vocab);
  for (const Answer& answer : answers) {
    const std::span<const float> rows = answer.generation.hidden;
    for (std::size_t at = 0; at < rows.size(); at += hidden) {
      device.logits(rows.subspan(at, hidden), logits);
      writer.append(logits);
    }
  }
  writer.finish();
}

}  // namespace radixlab
