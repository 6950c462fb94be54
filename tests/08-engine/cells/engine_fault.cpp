#include "engine_fault.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace radixlab {
namespace {

constexpr std::array<std::pair<std::string_view, EngineFault>, 6> kFaults = {{{"none", EngineFault::none},
                                                                              {"neighbour", EngineFault::neighbour},
                                                                              {"stale", EngineFault::stale},
                                                                              {"early", EngineFault::early},
                                                                              {"twin", EngineFault::twin},
                                                                              {"abort", EngineFault::abort}}};

}  // namespace

EngineFault parse_engine_fault(std::string_view name) {
  for (const auto& [known, fault] : kFaults)
    if (name == known) return fault;
  throw std::invalid_argument("--break " + std::string(name) + ": expected one of " + engine_fault_names());
}

std::string engine_fault_names() {
  std::string names;
  for (const auto& [name, fault] : kFaults) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

Request FaultyBatch::add(const EngineRequest& r, std::size_t num_tokens, std::span<EngineRequest* const> running) {
  Request seen = r.at_desk;
  if (fault_ == EngineFault::neighbour) take_neighbours_pages(seen, running);
  if (fault_ == EngineFault::stale) take_length_before(r, seen);
  last_[r.id] = {r.at_desk.computed, r.at_desk.computed + num_tokens};
  const PrefixKey read(std::span(seen.tokens).first(seen.computed), seen.cache_salt);
  if (ledger_.first_wrong(read, seen.pages)) ++chances_;
  batch_.push_back({"request " + std::to_string(r.id), seen, num_tokens});
  return seen;
}

// The whole pages that both have behind them: nobody writes in those. Two tenants' copies of one text would show nothing.
void FaultyBatch::take_neighbours_pages(Request& r, std::span<EngineRequest* const> running) const {
  const std::size_t P = page_size();
  for (const EngineRequest* const other : running) {
    const std::size_t whole = std::min(r.computed, other->at_desk.computed) / P;
    const auto text = [&](const Request& of) { return std::span(of.tokens).first(whole * P); };
    if (std::ranges::equal(text(other->at_desk), text(r))) continue;
    std::ranges::copy(std::span(other->at_desk.pages).first(whole), r.pages.begin());
    return;
  }
}

// Else it would write in a page that others may read.
void FaultyBatch::take_length_before(const EngineRequest& r, Request& seen) {
  const auto last = last_.find(r.id);
  if (last == last_.end() || last->second.second != seen.computed) return;
  if (last->second.first / page_size() != seen.computed / page_size()) return;
  seen.computed = last->second.first;
  ++chances_;
}

std::vector<std::size_t> FaultyBatch::do_run(std::span<const Sequence> batch, const Asked& asked) {
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto& [who, request, num_tokens] = batch_.at(i);
    sequences.push_back({batch[i].tokens, request.computed, request.pages});
    const PrefixKey text(std::span(request.tokens).first(request.computed + num_tokens), request.cache_salt);
    ledger_.forward(who, text, request.pages, request.computed);
  }
  const std::vector<std::size_t> broken = DeviceWrapper::do_run(sequences, asked);
  batch_.clear();
  return broken;
}

}  // namespace radixlab
