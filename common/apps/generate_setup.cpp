#include "apps/generate_setup.hpp"

#include <algorithm>
#include <filesystem>

#include "08-engine/page_manager.hpp"
#include "apps/devices.hpp"
#include "apps/generate_input.hpp"
#include "ladder.hpp"

namespace radixlab {
namespace {

bool needs_tokenizer(const GenerateArguments& o) {
  const bool there = std::filesystem::exists(std::filesystem::path(o.engine.model) / "tokenizer.model");
  return o.is_text() || !o.sampling.stop.empty() || (!o.dump_tree.empty() && there);
}

std::optional<Tokenizer> read_tokenizer(const GenerateArguments& o) {
  if (!needs_tokenizer(o)) return std::nullopt;
  return Tokenizer(o.engine.model);
}

std::optional<Chat> begin_chat(const GenerateArguments& o, const std::optional<Tokenizer>& tokenizer) {
  if (!o.chat) return std::nullopt;
  return Chat(*tokenizer, read_chat_template(o.engine.model),
              o.system.empty() ? std::nullopt : std::optional(o.system));
}

std::vector<std::vector<TokenId>> read_prompts(const GenerateArguments& o, const std::optional<Tokenizer>& tokenizer) {
  if (o.chat) return {};
  if (!o.is_text()) return read_token_lines(o.tokens_file);
  const std::vector<std::string> texts =
      o.prompts_file.empty() ? std::vector{o.prompt} : read_prompt_lines(o.prompts_file);
  std::vector<std::vector<TokenId>> prompts;
  prompts.reserve(texts.size());
  for (const std::string& text : texts) prompts.push_back(tokenizer->encode(text, Tokenizer::Bos::yes));
  return prompts;
}

}  // namespace

GenerateSetup::GenerateSetup(const GenerateArguments& o)
    : tokenizer(read_tokenizer(o)),
      turns(begin_chat(o, tokenizer)),
      prompts(read_prompts(o, tokenizer)),
      model((chosen_isa(o.engine), o.engine.model), chosen_type(o.engine.dtype, o.engine.model)),
      threads(chosen_threads(o.engine)),
      device(make_device(o.engine.device, model, chosen_isa(o.engine), threads)) {
  std::size_t longest = o.chat ? model.config().max_position_embeddings : 0;
  for (const auto& prompt : prompts) longest = std::max(longest, prompt.size() + o.sampling.max_tokens);
  const std::size_t page_size = page_size_for(o.manager, o.engine.page_size, longest);
  const std::size_t pages = pages_of(o, page_size);
  cache = create_cache_manager(o.manager, {.page_size = page_size, .num_pages = pages});
  device->make_pool(pages, page_size);
}

std::size_t GenerateSetup::pages_of(const GenerateArguments& o, std::size_t page_size) const {
  if constexpr (kBuilt08)
    if (o.memory_utilization) return pages_for_share(*device, page_size, *o.memory_utilization);
  EngineOptions pool = o.engine;
  pool.page_size = page_size;
  std::size_t tokens = o.chat ? model.config().max_position_embeddings : 0;
  for (const auto& prompt : prompts) tokens += prompt.size() + o.sampling.n * (o.sampling.max_tokens + page_size);
  return pages_for(pool, *device, tokens);
}

}  // namespace radixlab
