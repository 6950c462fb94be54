// The course so far: every row of the ladder that is built serves the same four prompts about one document. What it
// computes, finds, copies and holds are facts of the row; how long the first token takes is this machine's.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "apps/single_runner.hpp"
#include "apps/timing.hpp"
#include "io/atomic_file.hpp"
#include "io/json.hpp"
#include "ladder.hpp"
#include "llm/cpu_device.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kDocument = 2000, kQuestion = 30, kPrompts = 4;
constexpr std::size_t kPage = 16, kRow = 2048;  // [tokens] of a page; of a page that is a row (chapter 04)

struct Options {
  EngineOptions engine{.threads = 1};
  std::size_t rounds = 7;
  std::string json, stories;
};

/// A document, and behind it a question of its own for each prompt; ids that every model of the course knows.
std::vector<TokenId> prompt(std::size_t number, std::size_t document, std::size_t question) {
  std::vector<TokenId> tokens(document + question);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    tokens[i] = static_cast<TokenId>(100 + (i < document ? i : i + number * 2 * question) % 1900);
  return tokens;
}

/// What came of the four prompts on one row of the ladder.
class RowRun {
 public:
  RowRun(const Stage& stage, const Model& model, Isa isa, ThreadPool& threads)
      : stage_(stage), page_size_(page_size_for(stage.name, kPage, kRow)), device_(model, isa, threads) {
    device_.make_pool((kPrompts + 1) * (kDocument + kQuestion) / page_size_ + 1 + kPrompts, page_size_);
  }

  /// The first generated token of each prompt.
  std::vector<TokenId> round(bool counted) {
    SingleRunner runner(device_,
                        create_cache_manager(stage_.name, {.page_size = page_size_, .num_pages = device_.num_pages()}));
    const std::size_t copied_before = device_.tokens_copied();
    computed_ = reused_ = 0;
    std::vector<TokenId> said;
    for (std::size_t i = 0; i < kPrompts; ++i) {
      const Generation g = runner.generate(prompt(i, kDocument, kQuestion), {.max_new_tokens = 1});
      computed_ += g.prompt_tokens - g.cached_tokens;
      reused_ += g.cached_tokens;
      if (counted) (i == 0 ? first_ms_ : later_ms_).push_back(g.first_token_ms);
      said.push_back(g.output.front());
    }
    copied_ = device_.tokens_copied() - copied_before;
    held_ = runner.cache().size_info().total_size();
    return said;
  }

  Json figures() const {
    const std::size_t page_bytes = device_.page_bytes(page_size_), token_bytes = page_bytes / page_size_;
    return {{"chapter", stage_.chapter},
            {"manager", stage_.name},
            {"computed", computed_},
            {"reused", reused_},
            {"copied_bytes", copied_ * token_bytes},
            {"held_bytes", held_ * page_bytes},
            {"first_ms", median(first_ms_)},
            {"later_ms", median(later_ms_)}};
  }

 private:
  const Stage& stage_;
  std::size_t page_size_;
  CpuDevice device_;
  std::size_t computed_ = 0, reused_ = 0, copied_ = 0, held_ = 0;
  std::vector<double> first_ms_, later_ms_;
};

Json measure(const Options& o) {
  if (built_stages().empty()) create_cache_manager(kLadder[1].name, {});  // says in which lab it is built
  const DType type = chosen_type(o.engine.dtype, o.engine.model);
  const Model model(o.engine.model, type);
  ThreadPool threads(chosen_threads(o.engine));
  const Isa isa = chosen_isa(o.engine);
  std::vector<std::unique_ptr<RowRun>> rows;
  for (const Stage* const stage : built_stages()) rows.push_back(std::make_unique<RowRun>(*stage, model, isa, threads));
  for (std::size_t round = 0; round <= o.rounds; ++round) {  // round 0 is not counted
    const std::vector<TokenId> said = rows.front()->round(round > 0);
    for (const auto& row : rows)
      if (row != rows.front() && row->round(round > 0) != said)
        throw std::runtime_error("the rows do not generate the same tokens");
  }
  Json told = {{"prompts", kPrompts},
               {"document_tokens", kDocument},
               {"question_tokens", kQuestion},
               {"parameters", model.config().parameter_count()},
               {"dtype", weight_dtype_name(type)},
               {"threads", threads.threads()},
               {"isa", isa_name(isa)},
               {"compiler", RADIXLAB_COMPILER},
               {"rounds", o.rounds},
               {"rows", Json::array()}};
  for (const auto& row : rows) told["rows"].push_back(row->figures());
  return told;
}

void print(const Json& figures) {
  fmt::print("{:<9}{:>10}{:>9}{:>14}{:>14}{:>13}{:>14}\n", "manager", "computed", "reused", "copied [MB]", "held [MB]",
             "first [ms]", "others [ms]");
  for (const Json& row : figures.at("rows")) {
    const auto mb = [&](const char* name) { return row.at(name).get<double>() / 1e6; };
    fmt::print("{:<9}{:>10}{:>9}{:>14.2f}{:>14.2f}{:>13.1f}{:>14.1f}\n", row.at("manager").get<std::string>(),
               row.at("computed").get<std::size_t>(), row.at("reused").get<std::size_t>(), mb("copied_bytes"),
               mb("held_bytes"), row.at("first_ms").get<double>(), row.at("later_ms").get<double>());
  }
}

/// A story each row: a text of 10 tokens is served, then a second one that differs in its last 3. No model.
void write_stories(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const Stage* const stage : built_stages()) {
    const std::size_t page_size = page_size_for(stage->name, 4, 12), pages = stage->whole_texts ? 3 : 8;
    ManagedPool made =
        create_cache_manager(kLadder, stage->name, {.page_size = page_size, .num_pages = pages, .watch = true});
    FakeKv kv(pages, page_size);
    CacheManager desk(*made.manager, *made.source, kv, page_size);
    for (std::size_t i = 0; i < 2; ++i) {
      Request request{.tokens = prompt(i, 7, 3)};
      if (!desk.start(request)) throw std::runtime_error("no room for ten tokens");
      kv.write(request.tokens, request.pages, request.computed);
      request.computed = request.tokens.size();
      desk.finish(request);
    }
    write_file(folder / fmt::format("{}-{}.jsonl", stage->chapter, stage->name), made.story->text());
  }
}

int run(const Options& o) {
  if (!o.stories.empty()) {
    write_stories(o.stories);
    return exit_fine;
  }
  if (o.engine.model.empty())
    throw std::invalid_argument("--model is missing; expected a Hugging Face Llama directory");
  const Json figures = measure(o);
  print(figures);
  if (!o.json.empty()) write_file(o.json, figures.dump(1) + "\n");
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options o;
  const auto setup = [&](CLI::App& app) {
    app.description("Four prompts about one document on every row of the ladder that is built");
    app.footer("Example: course_so_far --model common/llm/checkpoint");
    radixlab::add_engine_options(app, o.engine);
    app.get_option("--model")->required(false);
    app.add_option("--rounds", o.rounds, "Counted rounds")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_option("--json", o.json, "Writes the figures to this file");
    app.add_option("--stories", o.stories, "Writes a small story of each row into this folder, and measures nothing");
  };
  return radixlab::run_program("course_so_far", argc, argv, setup, [&] { return radixlab::run(o); });
}
