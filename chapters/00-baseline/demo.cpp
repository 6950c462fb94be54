// demo_00: one request at a time, everything recomputed. What a KV cache is, how large it is, and what is wasted.
#include "apps/demo.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>

#include "00-baseline/reference.hpp"
#include "apps/cli.hpp"
#include "apps/document_qa.hpp"
#include "apps/engine_options.hpp"
#include "apps/random_model.hpp"
#include "apps/timing.hpp"
#include "testing/compare.hpp"
#include "visualize/render.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string model = RADIXLAB_CHECKPOINT, dtype = "auto";
  Demo demo;
};

// The first document's questions as prompts.
std::vector<Ask> read_asks(const std::filesystem::path& model, const Tokenizer& tokenizer) {
  const std::filesystem::path questions = model / "documents" / "questions.jsonl";
  std::ifstream in(questions);
  if (!in)
    throw InputError(questions.string() + ": cannot be read; the demo asks about the documents of the shipped model");
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(model / "documents")) {
    if (file.path().extension() == ".txt") files.push_back(file.path());
  }
  std::ranges::sort(files);
  std::vector<Document> documents(files.size());
  std::ranges::transform(files, documents.begin(), read_document);
  std::vector<Question> all = read_questions(in, "questions.jsonl", documents);
  const std::string first = all.front().document;
  std::erase_if(all, [&](const Question& q) { return q.document != first; });
  all.resize(std::min<std::size_t>(all.size(), 4));
  return make_asks(all, documents, read_prompt_style(model), tokenizer);
}

void show_reference(Demo& demo, const Reference& reference, Forward& forward, std::span<const TokenId> tokens) {
  demo.step(fmt::format("The yardstick: chapter 00's plain loops against the kernels, {} tokens", tokens.size()));
  const ModelConfig& config = reference.config();
  std::vector<float> slow, fast(tokens.size() * config.vocab_size);
  const double slow_ms = milliseconds([&] { slow = reference.logits(tokens); });
  const double fast_ms = milliseconds([&] { forward.logits(recompute(forward, tokens), fast); });
  const bool equal = !first_difference(slow, fast);
  fmt::print("   plain loops {:>8.1f} ms\n   kernels     {:>8.1f} ms ({})\n   {} logits, {} bit for bit\n", slow_ms,
             fast_ms, isa_name(forward.isa()), grouped(slow.size()), equal ? "equal" : "NOT EQUAL");
  demo.figure("reference_ms", slow_ms);
  demo.figure("kernels_ms", fast_ms);
  demo.figure("logits_equal", equal);
  if (!equal) throw std::runtime_error("the kernels do not give the reference's logits");
}

// A token's keys and values do not change when more tokens come: keep them, and one token costs one row.
void show_kv_cache(Demo& demo, Forward& forward, std::span<const TokenId> prompt) {
  constexpr std::size_t kTokens = 4;
  demo.step(fmt::format("What a KV cache is: {} more tokens behind a prompt of {}", kTokens, grouped(prompt.size())));
  const ModelConfig& config = forward.model().config();
  KvPool kv(config, (prompt.size() + kTokens + 15) / 16, 16, forward.model().type());
  std::vector<PageId> pages(kv.num_pages());
  for (PageId page = 0; page < pages.size(); ++page) pages[page] = page;
  std::vector<TokenId> tokens(prompt.begin(), prompt.end());
  const double prompt_ms = milliseconds([&] { forward.run({tokens, 0, pages}, kv); });
  tokens.resize(prompt.size() + kTokens, prompt.back());
  const double with_ms = milliseconds([&] {
    for (std::size_t i = prompt.size(); i < tokens.size(); ++i)
      forward.run({std::span(tokens).subspan(i, 1), i, pages}, kv);
  });
  const double without_ms = milliseconds([&] {
    for (std::size_t i = prompt.size(); i < tokens.size(); ++i) recompute(forward, std::span(tokens).first(i + 1));
  });
  fmt::print("   the prompt itself                      {:>8.1f} ms\n", prompt_ms);
  fmt::print("   a token, earlier keys and values kept  {:>8.2f} ms\n", with_ms / kTokens);
  fmt::print("   a token, everything computed again     {:>8.1f} ms\n", without_ms / kTokens);
  demo.figure("prompt_ms", prompt_ms);
  demo.figure("token_with_kv_ms", with_ms / kTokens);
  demo.figure("token_without_kv_ms", without_ms / kTokens);
}

void show_size(Demo& demo, const ModelConfig& shipped, DType type) {
  demo.step("How large it is: 2 (K and V) x layers x KV heads x head_dim x bytes, a token");
  ModelConfig llama_7b;
  llama_7b.num_hidden_layers = llama_7b.num_key_value_heads = 32;
  llama_7b.head_dim = 128;
  struct Row {
    std::string name;
    ModelConfig config;
    std::size_t bytes;  // of a number
  };
  const Row rows[] = {{"this model, " + std::string(weight_dtype_name(type)), shipped, dtype_size(type)},
                      {"15m, float32", *preset_config("15m"), 4},
                      {"110m, float32", *preset_config("110m"), 4},
                      {"1b, bfloat16", *preset_config("1b"), 2},
                      {"Llama 7B, float16", llama_7b, 2}};
  fmt::print("   {:<22}{:>14}{:>18}{:>18}\n", "", "a token", "a page of 16", "1,000 tokens");
  for (const Row& row : rows) {
    const std::size_t token = 2 * row.config.num_hidden_layers * row.config.kv_size() * row.bytes;
    fmt::print("   {:<22}{:>14}{:>18}{:>18}\n", row.name, readable_bytes(token), readable_bytes(token * 16),
               readable_bytes(token * 1000));
    demo.figure("kv_bytes_a_token: " + row.name, token);
  }
}

// A bar a request: what it shares with the one before, and what is its own. Drawn as a table, by Graphviz.
std::string waste_picture(const std::vector<Ask>& asks, const std::vector<std::size_t>& shared) {
  std::string rows;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    const std::size_t own = asks[i].prompt.size() - shared[i];
    const char* const bar = "<TD BGCOLOR=\"{}\" WIDTH=\"{}\" HEIGHT=\"26\"{}>{}{}</TD>";
    rows += fmt::format("<TR><TD>request {}</TD>", i + 1);
    if (shared[i] > 0)
      rows += fmt::format(fmt::runtime(bar), "#f2b8b5", 520, "", grouped(shared[i]), " computed again");
    rows += fmt::format(fmt::runtime(bar), "#b7d7f0", 60, shared[i] > 0 ? "" : " COLSPAN=\"2\"", grouped(own), " new");
    rows += "</TR>";
  }
  return "digraph waste {\n  node [shape=plain, fontname=\"sans-serif\", fontsize=12];\n  bars [label=<<TABLE "
         "BORDER=\"0\" "
         "CELLBORDER=\"0\" CELLSPACING=\"3\">" +
         rows + "</TABLE>>];\n}\n";
}

void show_waste(Demo& demo, Forward& forward, const std::vector<Ask>& asks) {
  demo.step(fmt::format("The waste: {} questions on one document, one after the other", asks.size()));
  std::vector<std::size_t> shared;
  std::size_t total = 0, again = 0;
  double spent_ms = 0;
  fmt::print("   {:<46}{:>8}{:>10}{:>10}\n", "", "tokens", "again", "ms");
  for (std::size_t i = 0; i < asks.size(); ++i) {
    const auto& prompt = asks[i].prompt;
    std::size_t same = 0;
    if (i > 0) same = static_cast<std::size_t>(std::ranges::mismatch(prompt, asks[i - 1].prompt).in1 - prompt.begin());
    shared.push_back(same);
    const double ms = milliseconds([&] { recompute(forward, prompt); });
    fmt::print("   {:<46.45}{:>8}{:>10}{:>10.1f}\n", asks[i].question.question, grouped(prompt.size()), grouped(same),
               ms);
    total += prompt.size();
    again += same;
    spent_ms += ms;
  }
  const double share = 100.0 * static_cast<double>(again) / static_cast<double>(total);
  fmt::print("\n   {} of {} tokens ({:.1f} %) were computed again, in {:.0f} ms altogether.\n", grouped(again),
             grouped(total), share, spent_ms);
  fmt::print("   A later chapter computes each of them once.\n");
  demo.figure("prompt_tokens", total);
  demo.figure("computed_again", again);
  if (demo.pictures().empty()) return;
  std::filesystem::create_directories(demo.pictures());
  const std::string file = (std::filesystem::path(demo.pictures()) / "waste.svg").string();
  render(waste_picture(asks, shared), file);
  fmt::print("   picture: {}\n", file);
}

int run(Options& o) {
  const Tokenizer tokenizer(o.model);
  const std::vector<Ask> asks = read_asks(o.model, tokenizer);
  const DType type = chosen_type(o.dtype, o.model);
  const Model model(o.model, type);
  const Reference reference(o.model, type);
  ThreadPool threads(1);
  Forward forward(model, best_isa(), threads);
  fmt::print("Chapter 00, the baseline: a Llama of {:.1f} M parameters in {} that recomputes everything\n",
             static_cast<double>(model.config().parameter_count()) / 1e6, weight_dtype_name(type));
  show_reference(o.demo, reference, forward, std::span(asks.front().prompt).first(200));
  show_kv_cache(o.demo, forward, asks.front().prompt);
  show_size(o.demo, model.config(), type);
  show_waste(o.demo, forward, asks);
  o.demo.finish();
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "demo_00", argc, argv,
      [&](CLI::App& app) {
        app.add_option("--model", options.model, "Model directory with documents/ and questions.jsonl")
            ->capture_default_str();
        radixlab::add_dtype_option(app, options.dtype);
        options.demo.add_options(app);
        app.footer("Example: demo_00 --step");
      },
      [&] { return radixlab::run(options); });
}
