#include "replay/generators.hpp"

#include <fmt/format.h>

#include "io/error.hpp"
#include "replay/cache_workloads.hpp"

namespace radixlab {
namespace {

/// Requests that are all in memory, with probes where there are some.
class MadeTrace : public TraceSource {
 public:
  explicit MadeTrace(std::shared_ptr<const CacheWorkload> workload) : workload_(std::move(workload)) {}

  bool next(TraceOp& op) override {
    const CacheWorkload& w = *workload_;
    if (!began_) return began_ = true, config(op);
    if (stage_ < w.probes.size() && w.probes[stage_].after == request_) return probe(op);
    if (request_ == w.requests.size()) return false;
    return give(op, TraceOp::Kind::request, w.requests[request_++]);
  }
  std::uint64_t done() const override { return request_; }
  std::uint64_t total() const override { return workload_->requests.size(); }

 private:
  bool config(TraceOp& op) const {
    op.kind = TraceOp::Kind::config;
    op.capacity = workload_->capacity;
    return true;
  }
  bool probe(TraceOp& op) {
    const CacheProbes& probes = workload_->probes[stage_];
    if (!marked_) {
      marked_ = true;
      op.kind = TraceOp::Kind::mark;
      op.label = fmt::format("{}M", stage_ + 1);
      return true;
    }
    const std::size_t request = probes.requests[probe_++];
    if (probe_ == probes.requests.size()) ++stage_, probe_ = 0, marked_ = false;
    return give(op, TraceOp::Kind::match, workload_->requests[request]);
  }
  bool give(TraceOp& op, TraceOp::Kind kind, const std::vector<TokenId>& tokens) {
    op.kind = kind;
    op.id = std::to_string(id_++);
    op.tokens = tokens;
    op.prompt = tokens.size();
    return true;
  }

  std::shared_ptr<const CacheWorkload> workload_;
  std::size_t request_ = 0, id_ = 0, stage_ = 0, probe_ = 0;
  bool began_ = false, marked_ = false;
};

Trace trace_of(std::string name, CacheWorkload workload) {
  const auto shared = std::make_shared<const CacheWorkload>(std::move(workload));
  return {std::move(name), [shared] { return std::make_unique<MadeTrace>(shared); }};
}

template <char name>
Trace cache_workload(std::optional<std::uint64_t> seed) {
  return trace_of(std::string(1, name), *make_cache_workload(name, seed));
}

constexpr Generator kGenerators[] = {
    {"a", "a shared system prompt of 500 tokens, 100 of its own", cache_workload<'a'>},
    {"b", "200 chats of 8 turns, in turn", cache_workload<'b'>},
    {"c", "50 documents of 4,000 tokens, 20 questions each", cache_workload<'c'>},
    {"d", "a tree of thought: 6 levels, 4 branches", cache_workload<'d'>},
    {"e", "no two prompts share anything", cache_workload<'e'>},
    {"f", "as b, with room for a quarter of it", cache_workload<'f'>},
    {"g", "growth to 10 million tokens, full hits measured at each", cache_workload<'g'>},
    {"h", "10,000 short texts fill the cache, and each request evicts", cache_workload<'h'>},
};

}  // namespace

std::span<const Generator> generators() { return kGenerators; }

Trace generate_trace(std::string_view name, std::optional<std::uint64_t> seed) {
  std::string names;
  for (const Generator& generator : kGenerators) {
    if (generator.name == name) return generator.make(seed);
    names += (names.empty() ? "" : ", ") + std::string(generator.name);
  }
  throw InputError(fmt::format("no generator is called {}; there are {}", quote(name), names));
}

Trace trace_of(std::string name, std::vector<std::vector<TokenId>> requests, std::size_t capacity) {
  return trace_of(std::move(name), CacheWorkload{.capacity = capacity, .requests = std::move(requests)});
}

}  // namespace radixlab
