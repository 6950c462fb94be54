/// \file
/// What serves generate's requests, and what comes of them.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "08-engine/engine_request.hpp"
#include "apps/generate_options.hpp"
#include "apps/single_runner.hpp"
#include "io/chat_template.hpp"
#include "io/tokenizer.hpp"
#include "llm/model.hpp"
#include "visualize/timeline.hpp"

namespace radixlab {

/// The requests, and a model on its device, with a pool and a cache manager that are large enough for them.
struct GenerateSetup {
  /// Throws as what it reads and makes does.
  explicit GenerateSetup(const GenerateArguments& arguments);

  GenerateSetup(const GenerateSetup&) = delete;
  GenerateSetup& operator=(const GenerateSetup&) = delete;

  std::optional<Tokenizer> tokenizer;  ///< where texts are read or written
  std::optional<Chat> turns;           ///< of a chat: none yet
  std::vector<std::vector<TokenId>> prompts;
  Model model;
  ThreadPool threads;
  std::unique_ptr<Device> device;
  ManagedPool cache;

 private:
  std::size_t pages_of(const GenerateArguments& arguments, std::size_t page_size) const;
};

/// One of a request's answers.
struct Answer {
  std::size_t request = 0, number = 0;  ///< from 0
  /// Its hidden states begin at generation.cached_tokens.
  Generation generation;
  RequestFigures figures;
  FinishReason finish_reason = FinishReason::none;
  std::string error;                ///< where it failed: why
  std::optional<std::string> text;  ///< where stop texts were given: cut in front of the one that appeared
};

/// All answers, in order of requests, and what is cached then.
struct Served {
  std::vector<Answer> answers;
  Snapshot cache;
  double total_ms = 0;
  std::vector<TimelineStep> timeline;  ///< where it was asked for; answers are numbered from 1
};

/// One request after another, greedily. Calls `told` with each answer as it is done. Throws as SingleRunner::generate does.
Served serve_alone(const GenerateArguments& arguments, GenerateSetup& setup,
                   const std::function<void(const Answer&)>& told);

/// All in one batch, by chapter 08's engine: `told` is called in the order of requests. A request that comes to numbers that
/// are not finite has failed, and the others go on. Throws as Engine::add_request does, before anything is told, and DeviceError.
Served serve_in_batch(const GenerateArguments& arguments, GenerateSetup& setup,
                      const std::function<void(const Answer&)>& told);

struct ChatEnd {
  std::size_t turns = 0;
  Snapshot cache;
};

/// Turns from standard input, a line each, and answers to standard output as they are generated, by chapter 08's engine.
/// Throws as Chat and Engine::add_request do, DeviceError, and BrokenNumbers.
ChatEnd chat(const GenerateArguments& arguments, GenerateSetup& setup);

}  // namespace radixlab
