#include "apps/engine.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace radixlab {
namespace {

double milliseconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

}  // namespace

std::span<const float> recompute(Forward& forward, std::span<const TokenId> tokens) {
  constexpr std::size_t kPageSize = 16;
  KvPool kv(forward.model().config(), (tokens.size() + kPageSize - 1) / kPageSize, kPageSize, forward.model().type());
  std::vector<PageId> pages(kv.num_pages());
  std::iota(pages.begin(), pages.end(), 0);
  return forward.run({tokens, 0, pages}, kv);
}

Engine::Engine(Forward& forward, KvPool& kv, Made cache)
    : forward_(forward),
      kv_(kv),
      cache_(std::move(cache)),
      desk_(*cache_.manager, *cache_.source, kv, kv.page_size()) {}

Generation Engine::generate(std::span<const TokenId> prompt, const GenerateOptions& options) {
  LiveRequest request(*this, prompt, options);
  while (request.step()) {
  }
  return request.take();
}

void Engine::check_fits(std::size_t prompt_tokens, const GenerateOptions& options) const {
  // The last generated token is never run, so it needs neither a position nor a place.
  const std::size_t tokens = prompt_tokens + std::max<std::size_t>(options.max_new_tokens, 1) - 1;
  const std::size_t positions = forward_.model().config().max_position_embeddings;
  const std::size_t places = kv_.num_pages() * kv_.page_size();
  const std::string what = "a prompt of " + std::to_string(prompt_tokens) + " tokens with " +
                           std::to_string(options.max_new_tokens) + " new ones needs " + std::to_string(tokens);
  if (prompt_tokens == 0) throw std::invalid_argument("an empty prompt has nothing to compute");
  if (tokens > positions) {
    throw std::invalid_argument(what + " positions; the model's max_position_embeddings is " +
                                std::to_string(positions));
  }
  if (tokens > places) {
    throw std::invalid_argument(what + " places; the KV pool has " + std::to_string(places) + " (" +
                                std::to_string(kv_.num_pages()) + " pages of " + std::to_string(kv_.page_size()) + ")");
  }
}

void Engine::note_use() { peak_pages_ = std::max(peak_pages_, kv_.num_pages() - cache_.source->free_count()); }

LiveRequest::LiveRequest(Engine& engine, std::span<const TokenId> prompt, GenerateOptions options)
    : engine_(engine), options_(std::move(options)) {
  engine_.check_fits(prompt.size(), options_);
  for (const TokenId token : prompt) engine_.forward_.model().check_token(token);
  const auto begin = Clock::now();
  request_.tokens.assign(prompt.begin(), prompt.end());
  request_.cache_salt = options_.cache_salt;
  live_ = engine_.desk_.start(request_);
  if (!live_) throw std::runtime_error("no room for the request now: its pages are all in use by others");
  spent_ += Clock::now() - begin;
  engine_.note_use();
  result_.prompt_tokens = prompt.size();
  result_.cached_tokens = request_.computed;
}

LiveRequest::~LiveRequest() {
  if (!live_) return;
  try {
    engine_.desk_.finish(request_);
  } catch (const std::exception&) {
    // Already on the way out of another error, which is the one to report.
  }
}

bool LiveRequest::step() {
  if (!live_) return false;
  const auto begin = Clock::now();
  const std::size_t left = request_.tokens.size() - request_.computed;
  const std::size_t now = options_.chunk == 0 ? left : std::min(left, options_.chunk);
  compute(now);
  if (now < left) {
    engine_.desk_.chunk_done(request_);
    spent_ += Clock::now() - begin;
    return true;
  }
  sample();
  const bool first = result_.output.size() == 1;
  if (first) result_.first_token_ms = milliseconds(spent_ + (Clock::now() - begin));
  const bool stopped = std::ranges::count(options_.stop_tokens, result_.output.back()) > 0;
  if (stopped || result_.output.size() >= options_.max_new_tokens) {
    live_ = false;
    engine_.desk_.finish(request_);
  } else {
    const bool room = engine_.desk_.grow(request_, request_.tokens.size() + 1);
    if (!room) engine_.desk_.finish(request_);
    request_.tokens.push_back(result_.output.back());
    if (!room) live_ = engine_.desk_.start(request_);  // queued again, without what its hit held locked (I38)
    if (!live_) throw std::runtime_error("no room for the next token: the pool's pages are all in use by others");
  }
  engine_.note_use();
  spent_ += Clock::now() - begin;
  result_.total_ms = milliseconds(spent_);
  return live_;
}

void LiveRequest::compute(std::size_t tokens) {
  if (options_.before_step) options_.before_step(request_, tokens);
  const auto to_run = std::span(request_.tokens).subspan(request_.computed, tokens);
  const auto hidden = engine_.forward_.run({to_run, request_.computed, request_.pages}, engine_.kv_);
  request_.computed += tokens;
  const std::size_t hidden_size = engine_.forward_.model().config().hidden_size;
  const auto last = hidden.last(hidden_size);
  last_hidden_.assign(last.begin(), last.end());
  if (!options_.keep_hidden) return;
  const std::size_t kept = result_.cached_tokens + result_.hidden.size() / hidden_size;  // rows, also of a first start
  const auto fresh = hidden.last((request_.computed - kept) * hidden_size);
  result_.hidden.insert(result_.hidden.end(), fresh.begin(), fresh.end());
}

void LiveRequest::sample() {
  logits_.resize(engine_.forward_.model().config().vocab_size);
  engine_.forward_.logits(last_hidden_, logits_);
  result_.output.push_back(static_cast<TokenId>(std::ranges::max_element(logits_) - logits_.begin()));
}

}  // namespace radixlab
