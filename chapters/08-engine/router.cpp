// Given: the router's queues, and what it says of twins and forks.
#include "08-engine/router.hpp"

#include <algorithm>
#include <utility>

#include "storage/match_len.hpp"

namespace radixlab {

Router::Router(PageManager& pages, const EngineConfig& config) : pages_(pages), config_(config) {
  check_config(config);
}

void Router::add(EngineRequest& r) {
  make_seat();
  std::vector<EngineRequest*> nowhere;
  move(r, nowhere, waiting_);
}

// So that nobody who has pages is ever without a place in a queue: moving a request never fails.
void Router::make_seat() {
  const std::size_t seats = waiting_.size() + running_.size() + 1;
  waiting_.reserve(seats);
  running_.reserve(seats);
  preempted_.reserve(seats);
}

void Router::move(EngineRequest& r, std::vector<EngineRequest*>& from, std::vector<EngineRequest*>& to) {
  const auto behind = std::ranges::upper_bound(to, r.id, {}, &EngineRequest::id);
  to.insert(behind, &r);
  std::erase(from, &r);
}

bool Router::make_room(EngineRequest& r) {
  CacheManager& desk = pages_.desk();
  return desk.grow(r.at_desk, r.at_desk.tokens.size()) && desk.make_writable(r.at_desk);
}

void Router::note_bypassed(const EngineRequest& started) {
  for (EngineRequest* const waits : waiting_)
    if (waits->id < started.id) ++waits->figures.num_bypassed;
}

bool Router::waits_for_twin(EngineRequest& r) {
  if (!config_.enable_prefix_caching) return false;
  const std::size_t P = pages_.page_size();
  const auto text = std::span(r.at_desk.tokens).first(r.at_desk.tokens.size() - 1);
  std::size_t most = 0;  // [tokens] that will be published and are not yet
  for (const EngineRequest* const other : running_) {
    const Request& at_desk = other->at_desk;
    const auto prompt = std::span(at_desk.tokens).first(other->num_prompt_tokens());
    if (at_desk.cache_salt != r.at_desk.cache_salt || at_desk.computed >= prompt.size()) continue;
    const std::size_t common = get_match_len(text, prompt) / P * P;
    if (common > at_desk.computed) most = std::max(most, common);
  }
  return most > 0 && most > match_prefix(r);
}

void Router::fork(EngineRequest& parent, EngineRequest& child) {
  make_seat();
  child.at_desk = {.tokens = parent.at_desk.tokens, .cache_salt = parent.at_desk.cache_salt};
  std::vector<EngineRequest*> nowhere;
  if (running_.size() >= config_.max_num_seqs) return move(child, nowhere, waiting_);
  std::optional<Request> twin = pages_.desk().fork(parent.at_desk);
  if (!twin) return move(child, nowhere, waiting_);
  child.at_desk = std::move(*twin);
  child.furthest = child.figures.num_cached_tokens = child.num_prompt_tokens();
  move(child, nowhere, running_);
}

}  // namespace radixlab
