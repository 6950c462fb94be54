// Without chapter 08: one request after another.
#include <fmt/format.h>

#include "apps/generate_setup.hpp"

namespace radixlab {

Served serve_alone(const GenerateArguments& o, GenerateSetup& setup, const std::function<void(const Answer&)>& told) {
  SingleRunner runner(*setup.device, std::move(setup.cache));
  GenerateOptions options{.max_new_tokens = o.sampling.max_tokens, .chunk = o.engine.chunk};
  options.stop_tokens = setup.model.config().eos_token_ids;
  options.keep_hidden = !o.logits_out.empty();
  for (const auto& prompt : setup.prompts)
    setup.device->check_fits(prompt.size(), options.max_new_tokens);  // before anything is told
  Served served;
  for (const auto& prompt : setup.prompts) {
    Answer& answer = served.answers.emplace_back();
    answer.request = served.answers.size() - 1;
    options.name = fmt::format("request {}", served.answers.size());
    answer.generation = runner.generate(prompt, options);
    const Generation& g = answer.generation;
    answer.figures.num_prompt_tokens = g.prompt_tokens;
    answer.figures.num_cached_tokens = g.cached_tokens;
    answer.figures.num_computed_tokens = g.prompt_tokens - g.cached_tokens;
    served.total_ms += g.total_ms;
    told(answer);
  }
  served.cache = runner.cache().snapshot();
  return served;
}

}  // namespace radixlab
