// doc_qa: the main job. Questions about documents, answered under several cache managers, with the logits compared.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

#include "apps/cli.hpp"
#include "apps/devices.hpp"
#include "apps/document_qa_damage.hpp"
#include "apps/document_qa_report.hpp"
#include "apps/engine_options.hpp"
#include "apps/first_wrong_bit.hpp"
#include "apps/progress.hpp"
#include "io/atomic_file.hpp"
#include "ladder.hpp"
#include "testing/fake_kv.hpp"
#include "visualize/difference.hpp"
#include "visualize/dump_tree.hpp"
#include "visualize/render.hpp"
#ifdef RADIXLAB_WITH_STOCK
#include "apps/stock_runs.hpp"
#endif

namespace radixlab {
namespace {

constexpr const char* kUsualManagers[] = {"naive", "radix"};

struct Options {
  EngineOptions engine;
  std::vector<std::string> documents, managers;
  std::string questions = "-", json, pictures, dump_tree, prompt, stop;
  std::size_t max_new_tokens = 16;
  std::optional<PageId> damage;
  std::optional<std::uint64_t> shuffle;
  bool stock = false, quiet = false;
};

void add_options(CLI::App& app, Options& o) {
  std::ranges::copy_if(kUsualManagers, std::back_inserter(o.managers), [](auto name) { return !lab_of_missing(name); });
  app.description("Asks questions about documents under several cache managers and compares every logit.");
  add_engine_options(app, o.engine);
  app.add_option("--document", o.documents, "Text files that are asked about")->required()->check(CLI::ExistingFile);
  app.add_option("--questions", o.questions,
                 "JSONL {\"document\",\"question\",\"answer\"?}, or plain lines asked of every document; a document is "
                 "the end of "
                 "its path; - is standard input")
      ->capture_default_str();
  app.add_option("--shuffle", o.shuffle, "Asks in a random order, another one for each number")->check(whole_number(0));
  app.add_option("--managers", o.managers, "Rows of the ladder, the first is what the others are compared with")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--max-new-tokens", o.max_new_tokens, "Tokens of an answer at most")->check(CLI::Range(1, 1 << 20));
  app.add_option("--template", o.prompt,
                 "Prompt with {document} and {question}; default: doc_qa.json beside the model");
  app.add_option("--stop", o.stop, "Text that ends an answer; default: doc_qa.json beside the model");
  app.add_option("--json", o.json, "Writes the runs to this file");
  app.add_option(
         "--damage", o.damage,
         "After the first question about each document, overwrites this page of the second manager's cache with "
         "another cached page; the run then explains the first wrong bit and exits with 1")
      ->check(whole_number(0));
  app.add_option("--out", o.pictures, "Folder for the pictures of the cache (DOT, SVG, PNG)");
  add_dump_tree_option(app, o.dump_tree,
                       "what is cached when all is answered, with several managers each to a file of its own: "
                       "tree-radix.svg for tree.svg");
#ifdef RADIXLAB_WITH_STOCK
  app.add_flag("--stock", o.stock, "Also times the same model by LibTorch's usual operators, recomputing everything");
#endif
  app.add_flag("--quiet", o.quiet, "Leaves the answers out");
  app.footer(
      "Example: doc_qa --model common/llm/checkpoint --document common/llm/checkpoint/documents/*.txt \\\n"
      "                --questions common/llm/checkpoint/documents/questions.jsonl");
}

std::vector<Ask> read_asks(const Options& o, const Tokenizer& tokenizer, const PromptStyle& style) {
  const std::vector<Document> documents = read_documents({o.documents.begin(), o.documents.end()});
  std::ifstream file;
  if (o.questions != "-") file.open(o.questions);
  if (!file) throw InputError(o.questions + ": cannot be read");
  std::vector<Question> questions = o.questions == "-" ? read_questions(std::cin, "standard input", documents)
                                                       : read_questions(file, o.questions, documents);
  if (o.shuffle) std::ranges::shuffle(questions, std::mt19937_64(*o.shuffle));
  return make_asks(questions, documents, style, tokenizer);
}

// Judges the answers: the text up to the stop must be the expected one.
void mark(ManagerRuns& runs, const std::string& stop) {
  for (QuestionRun& run : runs.runs) {
    run.answer = trim_answer(run.answer, stop);
    if (!run.ask->question.answer.empty()) run.correct = run.answer == run.ask->question.answer;
  }
}

// Pictures of each manager that holds anything: while the last request still has its lock, and what it changed.
std::vector<std::string> draw(const std::vector<ManagerRuns>& all, const std::string& folder,
                              const Tokenizer& tokenizer) {
  std::vector<std::string> files;
  std::filesystem::create_directories(folder);
  const auto draw_one = [&](const std::string& name, const std::string& dot) {
    for (const char* ending : {".dot", ".svg", ".png"}) {
      if (std::string_view(ending) != ".dot" && !can_render()) {
        fmt::print(stderr, "doc_qa: no {} picture: the program dot is missing (package graphviz)\n", ending);
        continue;
      }
      files.push_back((std::filesystem::path(folder) / (name + ending)).string());
      render(dot, files.back());
    }
  };
  for (const ManagerRuns& runs : all) {
    const auto quoted = [](const Ask& ask) { return "\"" + ask.question.question + "\""; };
    DotOptions options{.token_text = [&](TokenId id) { return tokenizer.piece_text(id); }};
    options.title = runs.manager + ": the cache while " + quoted(*runs.runs.back().ask) + " is answered";
    if (runs.snapshot && !runs.snapshot->nodes.empty())
      draw_one(runs.manager + "-tree", to_dot(*runs.snapshot, options));
    if (!runs.change) continue;
    options.title = runs.manager + ": what " + quoted(*runs.change->ask) + " changed";
    draw_one(runs.manager + "-difference", to_dot_difference(runs.change->before, runs.change->after, options));
  }
  return files;
}

// What each manager holds at the end; returns the files.
std::vector<std::string> dump_trees(const std::vector<ManagerRuns>& all, const Options& o, const Tokenizer& tokenizer) {
  std::vector<std::string> files;
  const std::filesystem::path wanted = o.dump_tree;
  for (const ManagerRuns& runs : std::span(all).first(o.managers.size())) {  // without stock, which caches nothing
    std::filesystem::path file = wanted;
    if (o.managers.size() > 1)
      file.replace_filename(wanted.stem().string() + "-" + runs.manager + wanted.extension().string());
    DotOptions options{.token_text = [&](TokenId id) { return tokenizer.piece_text(id); }};
    options.title = fmt::format("{}: the cache after {} question{}", runs.manager, runs.runs.size(),
                                runs.runs.size() == 1 ? "" : "s");
    dump_tree(runs.at_end, file, options);
    files.push_back(file.string());
  }
  return files;
}

// What every manager is asked, and what computes it.
struct Job {
  const Options& o;
  const Model& model;
  Isa isa;
  ThreadPool& threads;
  Device& device;
  const Tokenizer& tokenizer;
  const std::vector<Ask>& asks;
  std::size_t damage_after;  // so many questions
  GenerateOptions options;
};

// `explain`: under the watch of FirstWrongBit, and for nothing but its explanation.
ManagerRuns ask_manager(const std::string& manager, const Job& job, std::optional<PageId> damage, bool explain) {
  EngineOptions o = job.o.engine;
  std::size_t tokens = 0, longest = 0, done = 0;
  for (const Ask& ask : job.asks) longest = std::max(longest, ask.prompt.size() + job.o.max_new_tokens);
  o.page_size = page_size_for(manager, o.page_size, longest);
  for (const Ask& ask : job.asks) tokens += ask.prompt.size() + job.o.max_new_tokens + o.page_size;
  const std::size_t pages = pages_for(o, job.device, tokens);
  job.device.make_pool(pages, o.page_size);
  std::optional<FirstWrongBit> watch;
  ManagedPool cache = create_cache_manager(manager, {.page_size = o.page_size, .num_pages = pages});
  auto source = std::make_unique<OnGive>(*cache.source, [&](PageId page) {
    if (watch) watch->ledger().free(page);
  });
  OnCopy device(job.device, [&](const PageCopy& copy) {
    if (watch) watch->ledger().copy(copy.from, copy.to, copy.tokens);
  });
  SingleRunner runner(device, {std::move(cache.manager), std::move(source), nullptr, cache.make_desk});
  for (const Ask& ask : job.asks) {
    try {
      device.check_fits(ask.prompt.size(), job.options.max_new_tokens);
    } catch (const std::invalid_argument& error) {
      throw InputError(ask.question.document + ": " + error.what());
    }
  }
  GenerateOptions options = job.options;
  if (explain) {
    watch.emplace(job.model, job.isa, job.threads, device, [&](TokenId id) { return job.tokenizer.piece_text(id); });
    options.before_step = [&](const Request& request, std::size_t n) {
      watch->before_step(fmt::format("question {}", done + 1), request, n);
    };
  }
  std::string damaged;
  Progress progress(explain ? "explaining" : manager, job.asks.size());
  if (job.device.tokens_computed() == 0) {
    // The first touch of weights and work space costs time that is no manager's: outside the clock.
    recompute(job.device, job.asks.front().prompt);
    job.device.make_pool(pages, o.page_size);
  }
  ManagerRuns runs = ask_all(runner, manager, job.asks, options, job.tokenizer, [&](std::size_t asked) {
    progress.advance_to(done = asked);
    if (!damage || done != job.damage_after) return;
    const auto [page, from] = choose_damage(runner.cache().snapshot(), manager, *damage);
    device.copy_kv(from, page, device.page_size());
    damaged =
        fmt::format("damage: after question {}, page {} of {} holds the KV of page {}", done, page, manager, from);
  });
  runs.damage = damaged;
  if (watch) runs.explanation = watch->text();
  return runs;
}

// The one token that is the stop, if it is one; a longer stop is cut off the text afterwards.
std::optional<TokenId> stop_token(const std::string& stop, const Tokenizer& tokenizer) {
  const std::vector<TokenId> ids = tokenizer.encode("\n" + stop, Tokenizer::Bos::no);
  if (stop.empty() || ids.empty() || tokenizer.decode(std::span(ids).last(1)) != stop) return {};
  return ids.back();
}

// The usual managers that this build does not have yet.
std::string lines_of_labs_to_do() {
  std::string lines;
  for (const char* name : kUsualManagers)
    if (const char* lab = lab_of_missing(name)) lines += fmt::format("{:<8}is built in lab {}\n", name, lab);
  return lines;
}

int run(const Options& o) {
  if (o.managers.size() < (o.damage ? 2u : o.stock ? 0u : 1u))
    for (const char* name : kUsualManagers)
      if (lab_of_missing(name)) create_cache_manager(name, {});  // says in which lab it is built
  if (!o.json.empty()) check_output_file(o.json);
  const Isa isa = chosen_isa(o.engine);
  const Tokenizer tokenizer(o.engine.model);
  PromptStyle style = read_prompt_style(o.engine.model);
  if (!o.prompt.empty()) style.prompt = o.prompt;
  if (!o.stop.empty()) style.stop = o.stop;
  std::vector<Ask> asks = read_asks(o, tokenizer, style);
  const std::size_t damage_after = o.damage ? put_first_questions_first(asks) : 0;
  if (o.damage && o.managers.size() < 2)
    throw InputError("--damage: nothing to compare with; expected two --managers, such as naive,radix");
  for (const std::string& manager : o.managers)
    create_cache_manager(manager, {});  // a wrong name is told before the work
  const Model model(o.engine.model, chosen_type(o.engine.dtype, o.engine.model));
  const std::size_t num_threads = chosen_threads(o.engine);
  ThreadPool threads(num_threads);
  const std::unique_ptr<Device> owned = make_device(o.engine.device, model, isa, threads);
  Device& device = *owned;

  GenerateOptions options{.max_new_tokens = o.max_new_tokens, .chunk = o.engine.chunk};
  options.stop_tokens = model.config().eos_token_ids;
  if (const auto stop = stop_token(style.stop, tokenizer)) options.stop_tokens.push_back(*stop);
  options.keep_hidden = true;
  const Job job{o, model, isa, threads, device, tokenizer, asks, damage_after, options};
  std::vector<ManagerRuns> all;
  for (const std::string& manager : o.managers) {
    const std::optional<PageId> damage = all.size() == 1 ? o.damage : std::nullopt;
    all.push_back(ask_manager(manager, job, damage, false));
    if (all.size() == 1) continue;
    compare_logits(device, all.front(), device, all.back());
    if (!all.back().logits_identical()) all.back().explanation = ask_manager(manager, job, damage, true).explanation;
  }
#ifdef RADIXLAB_WITH_STOCK
  if (o.stock) all.push_back(ask_stock(o.engine.model, model.type(), num_threads, asks, options, tokenizer));
#endif
  for (ManagerRuns& runs : all) mark(runs, style.stop);

  const auto count = [](std::size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); };
  fmt::print("{} on {}; {:.1f} M parameters in {}\n{}, {}, pages of {}\n\n", count(asks.size(), "question"),
             count(o.documents.size(), "document"), static_cast<double>(model.config().parameter_count()) / 1e6,
             weight_dtype_name(model.type()), count(num_threads, "thread"), isa_name(isa),
             count(o.engine.page_size, "token"));
  const bool stock_follows = all.size() > 1 && all.back().manager == "stock";
  if (!o.quiet) fmt::print("{}\n", answer_lines(stock_follows ? all[all.size() - 2] : all.back()));
  fmt::print("{}\n{}\n{}{}", manager_table(all), time_lines(all), verdict_lines(all), lines_of_labs_to_do());
  if (!o.json.empty()) write_file(o.json, to_json(all).dump(1) + "\n");
  if (!o.pictures.empty()) {
    for (const std::string& file : draw(all, o.pictures, tokenizer)) fmt::print("picture: {}\n", file);
  }
  if (!o.dump_tree.empty()) {
    for (const std::string& file : dump_trees(all, o, tokenizer)) fmt::print("tree: {}\n", file);
  }
  return std::ranges::all_of(all, &ManagerRuns::logits_identical) ? exit_fine : exit_check_failed;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "doc_qa", argc, argv, [&](CLI::App& app) { radixlab::add_options(app, options); },
      [&] {
#ifdef RADIXLAB_WITH_STOCK
        if (options.stock) radixlab::need_stock(argv);
#endif
        return radixlab::run(options);
      });
}
