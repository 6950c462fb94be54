#include "engine_life.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <random>

#include "08-engine/engine.hpp"
#include "counted_manager.hpp"
#include "expected_answer.hpp"
#include "ladder.hpp"
#include "life_checks.hpp"
#include "testing/compare.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

class Life {
 public:
  Life(TextCatalogue& texts, const EngineCell& cell, EngineFault fault, bool explain);
  LifeReport run(const std::function<void()>& milestone);

 private:
  using Told = EngineHooks::Step;

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(rng_() % n); }  // the same on every machine
  bool one_in(std::size_t n) { return below(n) == 0; }

  ManagedPool make_pool();
  EngineHooks make_hooks();
  void go_on();
  void add_request();
  SamplingParams draw_params(TextName name);
  void abort_one();
  void publish_early();
  void publish_for_twins(PrefixKey key);
  void publish_unwritten(EngineRequest& r, std::size_t up_to);
  void before_run(const EngineRequest& r, std::size_t num_tokens);
  void after_run(const EngineRequest& r, std::size_t first, std::span<const float> hidden);
  void compare(const EngineRequest& r, std::size_t position, std::span<const float> logits);
  void take(const RequestOutput& output);
  void note_queues();
  void end();

  TextCatalogue& texts_;
  const EngineCell& cell_;
  const EngineFault fault_;
  std::mt19937_64 rng_;
  ThreadPool threads_;
  CpuDevice cpu_;
  std::optional<FaultyBatch> faulty_;
  std::optional<FirstWrongBit> watch_;
  std::optional<OnCopy> device_;
  std::shared_ptr<PageSource> source_;
  Story* story_ = nullptr;
  LifeReport report_;
  std::optional<Engine> engine_;
  std::map<RequestId, LiveAnswer> live_;
  std::vector<float> logits_;
  std::size_t made_ = 0;
  std::pair<std::size_t, std::uint32_t> last_{};  // prompt and salt of the request that came last
};

Life::Life(TextCatalogue& texts, const EngineCell& cell, EngineFault fault, bool explain)
    : texts_(texts),
      cell_(cell),
      fault_(fault),
      rng_(cell.seed),
      threads_(cell.threads),
      cpu_(texts.model(), cell.isa, threads_) {
  cpu_.make_pool(cell.num_pages, cell.page_size);
  std::vector<PageId> pages(cell.num_pages);
  std::iota(pages.begin(), pages.end(), 0);
  cpu_.poison(pages);
  if (fault != EngineFault::none) faulty_.emplace(cpu_, fault);
  if (explain) watch_.emplace(texts.model(), cell.isa, threads_, cpu_);
  device_.emplace(faulty_ ? static_cast<Device&>(*faulty_) : cpu_, [this](const PageCopy& copy) {
    if (faulty_) faulty_->ledger().copy(copy.from, copy.to, copy.tokens);
    if (watch_) watch_->ledger().copy(copy.from, copy.to, copy.tokens);
  });
  engine_.emplace(*device_, make_pool(), cell.config, make_hooks(), bytes_of);
}

ManagedPool Life::make_pool() {
  ManagedPool made = create_cache_manager(
      cell_.row->name,
      {.page_size = cell_.page_size, .num_pages = cell_.num_pages, .watch = cell_.is_watched, .policy = cell_.policy});
  story_ = made.story;
  if (story_) story_->write_down(false);
  source_ = made.source;
  std::function<void(PrefixKey)> before_match;
  if (fault_ == EngineFault::twin) before_match = [this](PrefixKey key) { publish_for_twins(key); };
  auto counted = std::make_unique<CountedManager>(std::move(made.manager), report_.counts.evicted, cell_.page_size,
                                                  std::move(before_match));
  auto poisoning = std::make_shared<OnGive>(*source_, [this](PageId page) {
    cpu_.poison({&page, 1});
    if (faulty_) faulty_->ledger().free(page);
    if (watch_) watch_->ledger().free(page);
  });
  return {std::move(counted), std::move(poisoning), nullptr, made.make_desk, made.owners};
}

EngineHooks Life::make_hooks() {
  EngineHooks hooks;
  if (faulty_ || watch_)
    hooks.before_run = [this](const EngineRequest& r, std::size_t num_tokens) { before_run(r, num_tokens); };
  hooks.after_run = [this](const EngineRequest& r, std::size_t first, std::span<const float> hidden) {
    after_run(r, first, hidden);
  };
  hooks.sampled = [this](const EngineRequest& r, std::span<const float> logits) {
    compare(r, r.at_desk.tokens.size() - 1, logits);
  };
  return hooks;
}

LifeReport Life::run(const std::function<void()>& milestone) {
  bool told = false;
  try {
    while (made_ < cell_.requests || engine_->has_unfinished_requests()) {
      go_on();
      if (milestone && !told && 2 * made_ >= cell_.requests) milestone(), told = true;
    }
    end();
    if (milestone) milestone();
  } catch (const std::exception& error) {
    report_.wrong = error.what();
    for (const EngineRequest* const r : engine_->router().running())  // published, and not written
      if (faulty_ && r->at_desk.handle.cached_len > r->at_desk.computed) ++report_.chances;
  }
  report_.counts.preemptions = engine_->stats().preemptions;
  report_.counts.copied = device_->tokens_copied() - report_.counts.moved * cell_.page_size;
  if (faulty_) report_.chances += faulty_->chances();
  if (watch_) report_.explanation = watch_->text();
  return std::move(report_);
}

void Life::go_on() {
  while (made_ < cell_.requests && (live_.empty() || (live_.size() < cell_.max_live && one_in(cell_.arrive_every))))
    add_request();
  if (one_in(fault_ == EngineFault::abort ? 6 : 24)) abort_one();
  if (one_in(8)) report_.counts.moved += engine_->compact();
  if (fault_ == EngineFault::early) publish_early();
  const std::vector<RequestOutput> outputs = engine_->step();
  ++report_.steps;
  for (const RequestOutput& output : outputs) take(output);
  check_pages(*engine_, *source_, story_, cell_.num_pages);
  note_queues();
  if (report_.steps > 1000 + 500 * cell_.requests)
    throw IntegrityError(fmt::format("I38: {} requests are not over after {} steps", live_.size(), report_.steps));
}

void Life::add_request() {
  auto [prompt, salt] = last_;
  if (made_ == 0 || !one_in(3)) {  // else a twin
    prompt = cell_.prompts[below(cell_.prompts.size())];
    const std::string tenant = std::to_string(below(3));
    const SaltField field{'t', tenant};
    salt = engine_->salt(std::span(&field, tenant == "0" ? 0 : 1));
  }
  last_ = {prompt, salt};
  const TextName name{prompt, below(TextCatalogue::samplings().size()), 0};
  const SamplingParams params = draw_params(name);
  const RequestId id = engine_->add_request(TextCatalogue::prompts()[prompt], params, salt);
  for (std::size_t i = 0; i < params.n; ++i) {
    LiveAnswer answer{.text = &texts_.expected({name.prompt, name.sampling, i}), .answer = i, .num_answers = params.n};
    answer.since = report_.steps;
    expect_end(answer, params);
    live_[id + i] = std::move(answer);
  }
  ++made_;
}

// A stop is mostly one that comes.
SamplingParams Life::draw_params(TextName name) {
  SamplingParams params = TextCatalogue::samplings()[name.sampling];
  params.max_tokens = 1 + below(TextCatalogue::kNewTokens);
  params.n = one_in(3) ? 1 + below(3) : 1;
  const ExpectedText& text = texts_.expected(name);
  const std::size_t at = text.num_prompt_tokens + below(TextCatalogue::kNewTokens - 1);
  if (one_in(6)) params.stop_token_ids = {text.tokens[at]};
  if (params.stop_token_ids.empty() && one_in(5)) {
    const std::string both = bytes_of(text.tokens[at]) + bytes_of(text.tokens[at + 1]);
    params.stop = {both.substr(1, both.size() - 2)};
  }
  return params;
}

void Life::abort_one() {
  if (live_.empty()) return;
  const auto victim = std::next(live_.begin(), static_cast<std::ptrdiff_t>(below(live_.size())));
  const auto [id, answer] = *victim;
  const RequestId first = id - answer.answer;
  const bool has_begun = answer.generated > 0;
  if (fault_ == EngineFault::abort)
    free_shared_pages(*engine_, id, cpu_, faulty_->ledger(), watch_ ? &*watch_ : nullptr);
  const bool known = engine_->abort_request(id);
  if (known != (has_begun || answer.answer == 0))
    throw IntegrityError(fmt::format("abort_request({}) says {}", id, known));
  if (engine_->abort_request(id)) throw IntegrityError("aborted twice");
  if (!known) return;
  for (std::size_t i = 0; !has_begun && i < answer.num_answers; ++i) live_.erase(first + i);
  live_.erase(id);
  ++report_.counts.aborts;
}

void Life::publish_early() {
  const std::size_t chunk = cell_.config.chunked_prefill_size;
  for (EngineRequest* const r : engine_->router().running()) {
    const std::size_t prompt = r->num_prompt_tokens();
    publish_unwritten(*r, chunk == 0 ? prompt : std::min(prompt, r->at_desk.computed + chunk));
  }
}

// What somebody looks up is published first, by whoever is about to compute it.
void Life::publish_for_twins(PrefixKey key) {
  for (EngineRequest* const r : engine_->router().running()) {
    const auto prompt = std::span(r->at_desk.tokens).first(r->num_prompt_tokens());
    if (key.cache_salt != r->at_desk.cache_salt) continue;
    publish_unwritten(*r, static_cast<std::size_t>(std::ranges::mismatch(key.tokens, prompt).in2 - prompt.begin()));
  }
}

void Life::publish_unwritten(EngineRequest& r, std::size_t up_to) {
  const std::size_t computed = r.at_desk.computed;
  if (up_to <= std::max(computed, r.at_desk.handle.cached_len)) return;
  r.at_desk.computed = up_to;
  engine_->pages().desk().chunk_done(r.at_desk);
  r.at_desk.computed = computed;
}

void Life::before_run(const EngineRequest& r, std::size_t num_tokens) {
  Request seen = r.at_desk;
  if (faulty_) seen = faulty_->add(r, num_tokens, engine_->router().running());
  if (watch_) watch_->before_step("request " + std::to_string(r.id), seen, num_tokens);
}

void Life::after_run(const EngineRequest& r, std::size_t first, std::span<const float> hidden) {
  const std::size_t vocab = texts_.model().config().vocab_size;
  const std::size_t rows = hidden.size() / texts_.model().config().hidden_size;
  LiveAnswer& answer = live_.at(r.id);
  answer.rows += rows;
  answer.furthest = std::max(answer.furthest, first + rows);
  logits_.resize(rows * vocab);
  cpu_.logits(hidden, logits_);
  for (std::size_t i = 0; i < rows; ++i) compare(r, first + i, std::span(logits_).subspan(i * vocab, vocab));
}

void Life::compare(const EngineRequest& r, std::size_t position, std::span<const float> logits) {
  const ExpectedText& text = *live_.at(r.id).text;
  const auto expected = std::span(text.logits).subspan(position * logits.size(), logits.size());
  if (!std::ranges::equal(r.at_desk.tokens, std::span(text.tokens).first(r.at_desk.tokens.size())))
    throw IntegrityError(fmt::format("I32: request {}: its tokens are others", r.id));
  if (first_difference(logits, expected))
    throw IntegrityError(fmt::format("I32: request {}, position {}: logits differ", r.id, position));
  ++report_.counts.rows;
}

void Life::take(const RequestOutput& output) {
  const auto found = live_.find(output.id);
  if (found == live_.end()) throw IntegrityError(fmt::format("request {} is told of after its end", output.id));
  LiveAnswer& answer = found->second;
  if (const std::string wrong = wrong_in(output, answer); !wrong.empty()) throw IntegrityError(wrong);
  ++answer.generated;
  const RequestFigures& f = output.figures;
  if (answer.answer > 0 && answer.generated == 1)
    ++(f.num_cached_tokens > 0 ? report_.counts.forks : report_.counts.forks_that_waited);
  if (output.finish_reason == FinishReason::none) return;
  if (answer.answer == 0) report_.counts.reused += f.num_cached_tokens;
  report_.counts.recomputed += f.num_recomputed_tokens;
  report_.counts.bypassed += f.num_bypassed;
  report_.counts.stopped += output.finish_reason == FinishReason::stop;
  report_.longest = std::max(report_.longest, report_.steps - answer.since);
  ++report_.answers;
  live_.erase(found);
}

void Life::note_queues() {
  for (EngineRequest* const r : engine_->router().waiting()) {
    if (r->figures.num_bypassed > cell_.config.max_bypass)
      throw IntegrityError(fmt::format("I38: request {} was bypassed {} times", r->id, r->figures.num_bypassed));
    bool& waited = live_.at(r->id).waited_for_twin;
    if (waited || !engine_->router().waits_for_twin(*r)) continue;
    waited = true;
    ++report_.counts.twins;
  }
}

// No request is left: nor is a lock, or a page that is not cached.
void Life::end() {
  if (!live_.empty()) throw IntegrityError(fmt::format("{} answers never came", live_.size()));
  engine_->pages().desk().reset();
  if (engine_->pages().free_count() != cell_.num_pages)
    throw IntegrityError(fmt::format("I4: {} pages are free after reset, expected all {}",
                                     engine_->pages().free_count(), cell_.num_pages));
}

}  // namespace

LifeReport live(TextCatalogue& texts, const EngineCell& cell, EngineFault fault, bool explain,
                const std::function<void()>& milestone) {
  return Life(texts, cell, fault, explain).run(milestone);
}

}  // namespace radixlab
