// generate: answers from a Hugging Face Llama directory, with a cache manager of the ladder: to a prompt, to a file of
// them, or turn by turn.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

#include "apps/generate_report.hpp"
#include "io/atomic_file.hpp"
#include "ladder.hpp"
#include "visualize/dump_tree.hpp"
#include "visualize/render.hpp"

namespace radixlab {
namespace {

void write_tree(const GenerateArguments& o, const Snapshot& cache, std::size_t requests,
                const std::optional<Tokenizer>& tokenizer) {
  DotOptions options;
  options.title = fmt::format("{}: the cache after {} {}{}", o.manager, requests, o.chat ? "turn" : "request",
                              requests == 1 ? "" : "s");
  if (tokenizer) options.token_text = [&](TokenId id) { return tokenizer->piece_text(id); };
  dump_tree(cache, o.dump_tree, options);
}

void write_timeline(const std::filesystem::path& file, const std::vector<TimelineStep>& steps) {
  if (file.extension() == ".txt") return write_file(file, to_text_timeline(steps));
  render(to_dot_timeline(steps), file);
}

Served serve(const GenerateArguments& o, GenerateSetup& setup, const std::function<void(const Answer&)>& told) {
  if constexpr (kBuilt08)
    return serve_in_batch(o, setup, told);
  else
    return serve_alone(o, setup, told);
}

// Of --prompt and --tokens each answer as it comes, up to the first that failed.
Served serve_and_print(const GenerateArguments& o, GenerateSetup& setup) {
  const Tokenizer* const tokenizer = o.is_text() ? &*setup.tokenizer : nullptr;
  return serve(o, setup, [&](const Answer& answer) {
    if (!answer.error.empty()) throw BrokenNumbers(answer.error);
    fmt::print("{}\n", shown_answer(answer, tokenizer));
    fmt::print(stderr, "{}", figures_line(answer, setup.model.type()));
  });
}

// Of --prompts all answers that there are, and a table.
Served serve_and_list(const GenerateArguments& o, GenerateSetup& setup) {
  Served served = serve(o, setup, [](const Answer&) {});
  for (const Answer& answer : served.answers) {
    const std::string number = o.sampling.n > 1 ? fmt::format(".{}", answer.number + 1) : "";
    const std::string text = answer.error.empty() ? shown_answer(answer, &*setup.tokenizer) : "(failed)";
    fmt::print("{}{}: {}\n", answer.request + 1, number, text);
  }
  fmt::print(stderr, "{}", answer_table(served));
  return served;
}

// Where an answer failed, what tells of it; the rows of a broken model are nobody's.
void write_files(const GenerateArguments& o, GenerateSetup& setup, const Served& served) {
  const Tokenizer* const tokenizer = o.is_text() ? &*setup.tokenizer : nullptr;
  if (!o.json.empty())
    write_file(o.json, answers_json(served, tokenizer).dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  if (!o.timeline.empty()) write_timeline(o.timeline, served.timeline);
  const auto failed = std::ranges::find(served.answers, FinishReason::failed, &Answer::finish_reason);
  if (failed != served.answers.end()) throw BrokenNumbers(failed->error);
  if (!o.logits_out.empty()) write_logits(o.logits_out, *setup.device, served.answers);
  if (!o.dump_tree.empty()) write_tree(o, served.cache, setup.prompts.size(), setup.tokenizer);
}

int run(GenerateArguments& o) {
  settle(o);
  GenerateSetup setup(o);
  if constexpr (kBuilt08) {
    if (o.chat) {
      const ChatEnd end = chat(o, setup);
      if (!o.dump_tree.empty()) write_tree(o, end.cache, end.turns, setup.tokenizer);
      return exit_fine;
    }
  }
  const Served served = o.prompts_file.empty() ? serve_and_print(o, setup) : serve_and_list(o, setup);
  write_files(o, setup, served);
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::GenerateArguments arguments;
  return radixlab::run_program(
      "generate", argc, argv, [&](CLI::App& app) { radixlab::add_generate_options(app, arguments); },
      [&] { return radixlab::run(arguments); });
}
