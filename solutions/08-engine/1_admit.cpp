#include <algorithm>

#include "08-engine/router.hpp"

namespace radixlab {

std::size_t Router::match_prefix(const EngineRequest& r) {
  const auto text = std::span(r.at_desk.tokens).first(r.at_desk.tokens.size() - 1);  // one token must be run (I8)
  return pages_.cache().match_prefix({text, r.at_desk.cache_salt}).cached_len;
}

bool Router::admit(EngineRequest& r) {
  if (!pages_.desk().start(r.at_desk)) return false;
  const std::size_t found = std::min(r.at_desk.hit, r.num_prompt_tokens());
  if (found > r.furthest) r.figures.num_cached_tokens += found - r.furthest;  // what it had before is no hit (I35)
  r.furthest = std::max(r.furthest, r.at_desk.hit);
  move(r, waiting_, running_);
  return true;
}

void Router::insert_prefix(EngineRequest& r, std::size_t num_tokens) {
  const std::size_t prompt = r.num_prompt_tokens(), begin = r.at_desk.computed, end = begin + num_tokens;
  const std::size_t known = std::clamp(r.furthest, begin, end);  // from here on it is new
  r.figures.num_recomputed_tokens += known - begin;
  if (known < prompt) r.figures.num_computed_tokens += std::min(end, prompt) - known;
  r.furthest = std::max(r.furthest, end);
  r.at_desk.computed = end;
  if (begin < prompt) pages_.desk().chunk_done(r.at_desk);  // written by now (I23)
}

void Router::release(EngineRequest& r) {
  pages_.desk().finish(r.at_desk);
  std::erase(waiting_, &r);
  std::erase(running_, &r);
}

void Router::preempt(EngineRequest& r) {
  preempted_.push_back(r.id);
  pages_.desk().finish(r.at_desk);
  r.at_desk.computed = 0;  // it has no pages any more
  ++r.figures.num_preemptions;
  move(r, running_, waiting_);
}

}  // namespace radixlab
