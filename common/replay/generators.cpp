#include "replay/generators.hpp"

#include <fmt/format.h>

#include "io/error.hpp"
#include "replay/cache_workloads.hpp"
#include "replay/generate_conversations.hpp"
#include "replay/generate_texts.hpp"
#include "replay/random.hpp"

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

/// Requests that are names of blocks: their tokens are made when they are asked for.
class BlockTrace : public TraceSource {
 public:
  using Requests = std::vector<ConversationRequest>;
  explicit BlockTrace(std::shared_ptr<const Requests> requests) : requests_(std::move(requests)) {}

  bool next(TraceOp& op) override {
    if (at_ == requests_->size()) return false;
    const ConversationRequest& request = (*requests_)[at_];
    op.kind = TraceOp::Kind::request;
    op.id = std::to_string(at_++);
    op.blocks = request.blocks;
    op.milliseconds = static_cast<std::uint64_t>(request.seconds * 1000);
    op.make_tokens(request.tokens);
    return true;
  }
  std::uint64_t done() const override { return at_; }
  std::uint64_t total() const override { return requests_->size(); }

 private:
  std::shared_ptr<const Requests> requests_;
  std::size_t at_ = 0;
};

/// The first requests of another trace, and what stands between them.
class Beginning : public TraceSource {
 public:
  Beginning(std::unique_ptr<TraceSource> whole, std::size_t requests) : whole_(std::move(whole)), requests_(requests) {}

  bool next(TraceOp& op) override {
    if (given_ == requests_ || !whole_->next(op)) return false;
    given_ += op.kind == TraceOp::Kind::request;
    return true;
  }
  std::uint64_t done() const override { return given_; }
  std::uint64_t total() const override { return requests_; }

 private:
  std::unique_ptr<TraceSource> whole_;
  std::size_t requests_, given_ = 0;
};

Trace made_trace(std::string name, CacheWorkload workload) {
  const auto shared = std::make_shared<const CacheWorkload>(std::move(workload));
  return {std::move(name), [shared] { return std::make_unique<MadeTrace>(shared); }};
}

template <char name>
Trace cache_workload(std::optional<std::uint64_t> seed) {
  return made_trace(std::string(1, name), *make_cache_workload(name, seed));
}

template <std::size_t kind>
Trace conversation_trace(std::optional<std::uint64_t> seed) {
  constexpr std::string_view name = kConversationKinds[kind];
  const auto shared = std::make_shared<const BlockTrace::Requests>(conversations(name, seed.value_or(1)));
  return {std::string(name), [shared] { return std::make_unique<BlockTrace>(shared); }};
}

template <Texts (*make)(std::uint64_t), std::size_t capacity = 0>
Trace text_trace(std::optional<std::uint64_t> seed) {
  return trace_of("workload", make(seed.value_or(1)), capacity);
}

constexpr std::size_t kLittle = 16'384;  // [tokens]

constexpr Generator kGenerators[] = {
    {"shared-system-prompt", "one application: 500 tokens that all requests share, about 100 of their own",
     text_trace<shared_system_prompt_texts>},
    {"multi-turn-chat", "people, mostly a turn or two; Qwen-Bailian to-C: ideal 62 %",
     text_trace<multi_turn_chat_texts>},
    {"document-qa", "40 documents, some far more popular; SGLang's benchmarks: 50 to 99 %",
     text_trace<document_qa_texts>},
    {"few-shot-tree", "three examples of four each before a question; SGLang's benchmarks: 50 to 99 %",
     text_trace<few_shot_tree_texts>},
    {"rag", "three retrieved passages, the best first: what follows another passage is not shared; no public figure",
     text_trace<rag_texts>},
    {"code-completion", "files that are typed into, the cursor jumps; no public figure",
     text_trace<code_completion_texts>},
    {"agents", "tool loops of about 40 steps; Claude-Code traces: 96.8 %", text_trace<agent_texts>},
    {"short-prompts", "one-shot calls on 24 templates; Qwen-Bailian to-B: ideal 54 %", text_trace<short_prompt_texts>},
    {"no-sharing", "no two prompts begin alike: nothing to find", text_trace<unrelated_texts>},
    {"little-memory", "multi-turn-chat with room for 16,384 tokens", text_trace<multi_turn_chat_texts, kLittle>},
    {"chat", "conversations of two groups of people; Qwen-Bailian to-C: ideal 62 %", conversation_trace<0>},
    {"mix", "people of four habits", conversation_trace<1>},
    {"drift", "people whose pauses get longer midway", conversation_trace<2>},
    {"agent", "people, and fast tool loops; Claude-Code traces, the harder set: 85.8 %", conversation_trace<3>},
    {"api", "people, and one-shot calls on templates; Qwen-Bailian to-B: ideal 54 %", conversation_trace<4>},
    {"flip", "hostile: who never came back always does from the middle on", conversation_trace<5>},
    {"flop", "hostile: the reverse", conversation_trace<6>},
    {"a", "a shared system prompt of 500 tokens, 100 of its own", cache_workload<'a'>},
    {"b", "200 chats of 8 turns, in turn", cache_workload<'b'>},
    {"c", "50 documents of 4,000 tokens, 20 questions each", cache_workload<'c'>},
    {"d", "a tree of thought: 6 levels, 4 branches", cache_workload<'d'>},
    {"e", "no two prompts share anything", cache_workload<'e'>},
    {"f", "as b, with room for a quarter of it", cache_workload<'f'>},
    {"g", "growth to 10 million tokens, 200 look-ups at each million", cache_workload<'g'>},
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
  return made_trace(std::move(name), CacheWorkload{.capacity = capacity, .requests = std::move(requests)});
}

Trace first_requests(Trace trace, std::size_t requests) {
  const auto open = std::move(trace.open);
  trace.open = [open, requests] { return std::make_unique<Beginning>(open(), requests); };
  return trace;
}

}  // namespace radixlab
