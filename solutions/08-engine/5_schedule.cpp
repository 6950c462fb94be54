#include <algorithm>

#include "08-engine/router.hpp"

namespace radixlab {

std::vector<Scheduled> Router::schedule() {
  std::vector<Scheduled> batch;
  std::size_t budget = config_.max_num_batched_tokens;
  preempted_.clear();
  const auto give = [&](EngineRequest& r) {
    const std::size_t most = config_.chunked_prefill_size > 0 ? config_.chunked_prefill_size : budget;
    batch.push_back({&r, std::min({r.num_left(), most, budget})});
    budget -= batch.back().num_tokens;
  };
  for (std::size_t i = 0; i < running_.size() && budget > 0; ++i) {
    EngineRequest& r = *running_[i];
    while (r.is_running() && !make_room(r)) preempt(*running_.back());  // the youngest: it stands behind, or is `r`
    if (r.is_running()) give(r);
  }
  while (preempted_.empty() && budget > 0 && running_.size() < config_.max_num_seqs) {
    EngineRequest* const next = next_waiting();
    if (!next || !admit(*next)) break;
    note_bypassed(*next);
    give(*next);
  }
  return batch;
}

EngineRequest* Router::next_waiting() {
  for (EngineRequest* const r : waiting_)
    if (r->figures.num_bypassed >= config_.max_bypass) return r;
  EngineRequest* best = nullptr;
  std::size_t most = 0;
  for (std::size_t i = 0; i < waiting_.size() && i < kScored; ++i) {
    EngineRequest* const r = waiting_[i];
    if (waits_for_twin(*r)) continue;
    if (config_.schedule_policy == SchedulePolicy::fcfs) return r;
    const std::size_t found = match_prefix(*r);
    if (!best || found > most) best = r, most = found;
  }
  return best;
}

}  // namespace radixlab
