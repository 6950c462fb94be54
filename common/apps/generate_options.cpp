#include "apps/generate_options.hpp"

#include <CLI/CLI.hpp>
#include <span>
#include <vector>

#include "io/error.hpp"

namespace radixlab {
namespace {

// What one request at a time has too.
void add_plain_options(CLI::App& app, GenerateArguments& o) {
  add_engine_options(app, o.engine);
  app.add_option("--prompt", o.prompt, "Text to go on from; needs tokenizer.model");
  app.add_option("--tokens", o.tokens_file, "File with a request a line: token ids, space-separated");
  app.add_option("--manager", o.manager, "Cache manager: a row of the ladder")->capture_default_str();
  app.add_option("--max-new-tokens", o.max_new_tokens, "Tokens of an answer at most; by default 16, with --chat 256")
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--logits-out", o.logits_out, "Writes logits_I [rows, vocab] and start_I [1] a request, safetensors");
  add_dump_tree_option(app, o.dump_tree, "what is cached when all requests are done");
}

void add_kinds_of_work(CLI::App& app, GenerateArguments& o) {
  app.add_option("--prompts", o.prompts_file,
                 "File with a request a line: a text, or JSONL {\"prompt\"}; - is standard input");
  app.add_flag("--chat", o.chat, "Reads a turn a line from standard input; the model needs a chat template");
  app.add_option("--system", o.system, "With --chat: the text in front of all turns")->needs("--chat");
  app.add_option("--json", o.json, "Writes answers and figures to this file")->type_name("FILE");
  app.add_option(
         "--timeline", o.timeline,
         "Writes what each step of the batch did: who prefilled, generated, waited, was preempted; FILE ends in .txt, "
         ".svg, .png or .dot")
      ->type_name("FILE")
      ->check(drawing_file("a time line"));
}

void add_sampling_options(CLI::App& app, GenerateArguments& o) {
  SamplingParams& s = o.sampling;
  app.add_option("--temperature", s.temperature, "Divides the logits; 0: the likeliest token")->capture_default_str();
  app.add_option("--top-k", s.top_k, "Draws from so many of the likeliest tokens; 0: from all")->check(whole_number(0));
  app.add_option("--top-p", s.top_p, "Draws from the fewest tokens that have this probability together")
      ->capture_default_str();
  app.add_option("--seed", s.seed, "Of the random numbers; one gives one text")->check(whole_number(0));
  app.add_option("--n", s.n, "Answers to each prompt")->check(whole_number(1))->capture_default_str();
  app.add_option("--stop", s.stop, "Texts; an answer ends in front of the first that appears")->type_name("TEXT");
}

void add_batch_options(CLI::App& app, GenerateArguments& o) {
  EngineConfig& c = o.config;
  app.add_option("--max-num-seqs", c.max_num_seqs, "Requests that run at once, at most")
      ->check(whole_number(1))
      ->capture_default_str();
  app.add_option("--max-num-batched-tokens", c.max_num_batched_tokens, "Tokens that one step computes, at most")
      ->check(whole_number(1))
      ->capture_default_str();
  app.add_option("--schedule-policy", o.schedule_policy,
                 "Who starts next: first come first served, or longest prefix match")
      ->check(CLI::IsMember({"fcfs", "lpm"}))
      ->capture_default_str();
  app.add_flag("--enable-prefix-caching,!--no-enable-prefix-caching", c.enable_prefix_caching,
               "Whether anything is found and kept; it is by default");
  app.add_option("--memory-utilization", o.memory_utilization, "Share of the free memory that the KV pool gets, 0 to 1")
      ->excludes("--kv-tokens");
}

// Refuses the options behind the first `plain` ones.
void wait_for_lab(CLI::App& app, std::size_t plain, const std::string& lab) {
  std::string why = "is built in lab " + lab;
  const std::vector<CLI::Option*> all = app.get_options();
  for (CLI::Option* const option : std::span(all).subspan(plain)) {
    option->description(option->get_description() + " (" + why + ")");
    option->check([why](const std::string&) { return why; }, "");
  }
}

}  // namespace

void add_generate_options(CLI::App& app, GenerateArguments& o) {
  add_plain_options(app, o);
  const std::size_t plain = app.get_options().size();
  add_kinds_of_work(app, o);
  add_sampling_options(app, o);
  add_batch_options(app, o);
  if (const char* const lab = lab_of_missing("engine")) wait_for_lab(app, plain, lab);
  app.description("Generates from a Hugging Face Llama directory, with a cache manager of the ladder.");
  app.footer(
      "Example: generate --model common/llm/checkpoint --max-new-tokens 1 \\\n"
      "           --prompt \"Mira Okafor lives in Selby. Question: Where does Mira Okafor live? Answer:\"\n"
      "         generate --model DIR --prompts FILE --temperature 0.8 --top-p 0.9 --n 2 --json answers.json\n"
      "         generate --model DIR --prompts FILE --max-num-seqs 4 --timeline batch.svg\n"
      "         generate --model DIR --chat --system \"Answer in one sentence.\"");
}

void settle(GenerateArguments& o) {
  const int kinds = !o.prompt.empty() + !o.tokens_file.empty() + !o.prompts_file.empty() + o.chat;
  if (kinds != 1) throw InputError("one of --prompt TEXT, --tokens FILE, --prompts FILE and --chat is needed");
  if (!o.logits_out.empty() && (o.chat || o.sampling.n > 1))
    throw InputError("--logits-out: has one answer a request; expected no --chat, and --n 1");
  if (o.chat && o.sampling.n > 1) throw InputError("--chat: one answer a turn is shown; expected --n 1");
  if (o.chat && !(o.json.empty() && o.timeline.empty()))
    throw InputError("--chat: has no file of figures; expected no --json and no --timeline");
  for (const std::string& file : {o.logits_out, o.json})
    if (!file.empty()) check_output_file(file);
  o.sampling.max_tokens = o.max_new_tokens.value_or(o.chat ? 256 : 16);
  check_params(o.sampling);
  o.config.chunked_prefill_size = o.engine.chunk;
  if (o.schedule_policy == "lpm") o.config.schedule_policy = SchedulePolicy::lpm;
}

}  // namespace radixlab
