// generate: greedy generation from a Hugging Face Llama directory, with a cache manager of the ladder.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sstream>

#include "apps/cli.hpp"
#include "apps/devices.hpp"
#include "apps/engine_options.hpp"
#include "apps/single_runner.hpp"
#include "io/jsonl.hpp"
#include "io/safetensors_writer.hpp"
#include "io/tokenizer.hpp"
#include "ladder.hpp"
#include "visualize/dump_tree.hpp"

namespace radixlab {
namespace {

struct Options {
  EngineOptions engine;
  std::string manager = built_or_above("radix"), prompt, tokens_file, logits_out, dump_tree;
  std::size_t max_new_tokens = 16;
};

void add_options(CLI::App& app, Options& o) {
  add_engine_options(app, o.engine);
  auto* const prompt = app.add_option("--prompt", o.prompt, "Text to go on from; needs tokenizer.model");
  app.add_option("--tokens", o.tokens_file, "File with a request a line: token ids, space-separated")->excludes(prompt);
  app.add_option("--manager", o.manager, "Cache manager: a row of the ladder")->capture_default_str();
  app.add_option("--max-new-tokens", o.max_new_tokens, "Tokens generated at most")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--logits-out", o.logits_out, "Writes logits_I [rows, vocab] and start_I [1] a request, safetensors");
  add_dump_tree_option(app, o.dump_tree, "what is cached when all requests are done");
  app.description("Generates greedily from a Hugging Face Llama directory, with a cache manager of the ladder.");
  app.footer(
      "Example: generate --model common/llm/checkpoint --max-new-tokens 1 \\\n"
      "  --prompt \"Mira Okafor lives in Selby. Question: Where does Mira Okafor live? Answer:\"");
}

TokenId parse_token(const std::string& word, const std::string& where) {
  std::size_t used = 0;
  long long id = -1;
  try {
    id = std::stoll(word, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used != word.size() || id < 0 || id > 0x7fffffff) {
    throw InputError(where + ": " + quote(word) + " is not a token id; expected whole numbers from 0, space-separated");
  }
  return static_cast<TokenId>(id);
}

std::vector<std::vector<TokenId>> read_tokens(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw InputError(file + ": cannot be read");
  std::vector<std::vector<TokenId>> requests;
  LineReader lines(in, file);
  while (const auto line = lines.next()) {
    std::vector<TokenId>& tokens = requests.emplace_back();
    std::istringstream words{std::string(*line)};
    for (std::string word; words >> word;) tokens.push_back(parse_token(word, lines.where()));
  }
  if (requests.empty()) throw InputError(file + ": no request in it; expected a line of token ids each");
  return requests;
}

void write_logits(const std::string& file, Device& device, const std::vector<Generation>& generations) {
  const std::size_t hidden = device.config().hidden_size, vocab = device.config().vocab_size;
  std::vector<TensorInfo> tensors;  // the wider type first, so that all are aligned
  for (std::size_t i = 0; i < generations.size(); ++i)
    tensors.push_back({"start_" + std::to_string(i), DType::i64, {1}});
  for (std::size_t i = 0; i < generations.size(); ++i) {
    tensors.push_back({"logits_" + std::to_string(i), DType::f32, {generations[i].hidden.size() / hidden, vocab}});
  }
  SafetensorsWriter writer(file, tensors);
  for (const Generation& g : generations) {
    const auto start = static_cast<std::int64_t>(g.cached_tokens);
    writer.append(std::as_bytes(std::span(&start, 1)));
  }
  std::vector<float> logits(vocab);
  for (const Generation& g : generations) {
    for (std::size_t at = 0; at < g.hidden.size(); at += hidden) {
      device.logits(std::span(g.hidden).subspan(at, hidden), logits);
      writer.append(logits);
    }
  }
  writer.finish();
}

void write_tree(const Options& o, const Snapshot& cache, std::size_t requests,
                const std::optional<Tokenizer>& tokenizer) {
  DotOptions options;
  options.title = fmt::format("{}: the cache after {} request{}", o.manager, requests, requests == 1 ? "" : "s");
  if (tokenizer) options.token_text = [&](TokenId id) { return tokenizer->piece_text(id); };
  dump_tree(cache, o.dump_tree, options);
}

void print(const Generation& g, const Tokenizer* tokenizer, DType type) {
  if (tokenizer) {
    fmt::print("{}\n", tokenizer->decode(g.output));
  } else {
    fmt::print("{}\n", fmt::join(g.output, " "));
  }
  const double decode_ms = g.total_ms - g.first_token_ms;
  const auto decoded = static_cast<double>(g.output.size() - 1);
  fmt::print(stderr, "prompt {} tokens: {} cached, {} computed in {}; first token {:.1f} ms", grouped(g.prompt_tokens),
             grouped(g.cached_tokens), grouped(g.prompt_tokens - g.cached_tokens), weight_dtype_name(type),
             g.first_token_ms);
  if (decoded > 0) fmt::print(stderr, ", then {:.1f} tokens/s", decoded / decode_ms * 1e3);
  fmt::print(stderr, "\n");
}

int run(const Options& o) {
  if (o.prompt.empty() == o.tokens_file.empty()) throw InputError("one of --prompt TEXT and --tokens FILE is needed");
  if (!o.logits_out.empty()) check_output_file(o.logits_out);
  const bool is_text = o.tokens_file.empty();
  std::optional<Tokenizer> tokenizer;
  std::vector<std::vector<TokenId>> prompts;
  const bool can_read = std::filesystem::exists(std::filesystem::path(o.engine.model) / "tokenizer.model");
  if (is_text || (!o.dump_tree.empty() && can_read)) tokenizer.emplace(o.engine.model);
  if (is_text) {
    prompts.push_back(tokenizer->encode(o.prompt, Tokenizer::Bos::yes));
  } else {
    prompts = read_tokens(o.tokens_file);
  }
  const Isa isa = chosen_isa(o.engine);
  const Model model(o.engine.model, chosen_type(o.engine.dtype, o.engine.model));
  EngineOptions pool = o.engine;
  std::size_t tokens = 0, longest = 0;
  for (const auto& prompt : prompts) longest = std::max(longest, prompt.size() + o.max_new_tokens);
  pool.page_size = page_size_for(o.manager, pool.page_size, longest);
  for (const auto& prompt : prompts) tokens += prompt.size() + o.max_new_tokens + pool.page_size;
  ThreadPool threads(chosen_threads(o.engine));
  const std::unique_ptr<Device> owned = make_device(o.engine.device, model, isa, threads);
  Device& device = *owned;
  const std::size_t pages = pages_for(pool, device, tokens);
  ManagedPool cache = create_cache_manager(o.manager, {.page_size = pool.page_size, .num_pages = pages});
  device.make_pool(pages, pool.page_size);
  SingleRunner runner(device, std::move(cache));

  GenerateOptions options{.max_new_tokens = o.max_new_tokens, .chunk = o.engine.chunk};
  options.stop_tokens = model.config().eos_token_ids;
  options.keep_hidden = !o.logits_out.empty();
  for (const auto& prompt : prompts) runner.check_fits(prompt.size(), options);  // before anything is printed
  std::vector<Generation> generations;
  for (const auto& prompt : prompts) {
    options.name = fmt::format("request {}", generations.size() + 1);
    generations.push_back(runner.generate(prompt, options));
    print(generations.back(), is_text ? &*tokenizer : nullptr, model.type());
  }
  if (!o.logits_out.empty()) write_logits(o.logits_out, device, generations);
  if (!o.dump_tree.empty()) write_tree(o, runner.cache().snapshot(), prompts.size(), tokenizer);
  return 0;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "generate", argc, argv, [&](CLI::App& app) { radixlab::add_options(app, options); },
      [&] { return radixlab::run(options); });
}
