/// \file
/// What generate is asked for.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "08-engine/config.hpp"
#include "apps/engine_options.hpp"
#include "llm/sampling.hpp"

namespace radixlab {

struct GenerateArguments {
  EngineOptions engine;
  std::string manager = built_or_above("radix");
  // One of these four says what to go on from.
  std::string prompt, tokens_file, prompts_file;
  bool chat = false;
  std::string system;  ///< with chat: the text in front of all turns
  std::optional<std::size_t> max_new_tokens;
  std::string logits_out, dump_tree, json, timeline;

  SamplingParams sampling;
  EngineConfig config;
  std::string schedule_policy = "fcfs";
  std::optional<double> memory_utilization;

  bool is_text() const { return tokens_file.empty(); }
};

/// Those that need chapter 08's engine are refused by the name of its lab where it is not in this build.
void add_generate_options(CLI::App& app, GenerateArguments& arguments);

/// Throws InputError or std::invalid_argument for what can be refused before anything is read. Fills `sampling` and `config`
/// with what other options say.
void settle(GenerateArguments& arguments);

}  // namespace radixlab
