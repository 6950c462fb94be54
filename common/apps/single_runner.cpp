#include "apps/single_runner.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "llm/sampling.hpp"

namespace radixlab {
namespace {

double milliseconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

}  // namespace

std::vector<float> recompute(Device& device, std::span<const TokenId> tokens) {
  constexpr std::size_t kPageSize = 16;
  device.make_pool((tokens.size() + kPageSize - 1) / kPageSize, kPageSize);
  device.reserve(tokens.size(), tokens.size());
  std::vector<PageId> pages(device.num_pages());
  std::iota(pages.begin(), pages.end(), 0);
  std::vector<float> hidden(tokens.size() * device.config().hidden_size);
  device.run({tokens, 0, pages}, {.hidden = hidden});
  return hidden;
}

void Generation::keep(std::size_t first, std::span<const float> rows, std::size_t width) {
  const std::size_t kept = cached_tokens + hidden.size() / width, end = first + rows.size() / width;
  if (first > kept || end <= kept) return;
  const auto fresh = rows.last((end - kept) * width);
  hidden.insert(hidden.end(), fresh.begin(), fresh.end());
}

SingleRunner::SingleRunner(Device& device, ManagedPool cache)
    : device_(device),
      cache_(std::move(cache)),
      desk_(set_up_desk(cache_.make_desk, *cache_.manager, *cache_.source, device, device.page_size())) {}

Generation SingleRunner::generate(std::span<const TokenId> prompt, const GenerateOptions& options) {
  LiveRequest request(*this, prompt, options);
  while (request.step_alone()) {
  }
  return request.take();
}

void SingleRunner::note_use() {
  peak_pages_ = std::max(peak_pages_, device_.num_pages() - cache_.source->free_count());
}

LiveRequest::LiveRequest(SingleRunner& runner, std::span<const TokenId> prompt, GenerateOptions options)
    : runner_(runner), options_(std::move(options)) {
  Device& device = runner_.device_;
  const std::size_t tokens = device.check_fits(prompt.size(), options_.max_new_tokens);
  for (const TokenId token : prompt) check_token(device.config(), token);
  device.reserve(options_.chunk == 0 ? tokens : std::min(tokens, options_.chunk), tokens);
  const auto begin = Clock::now();
  request_.tokens.assign(prompt.begin(), prompt.end());
  request_.cache_salt = options_.cache_salt;
  result_.prompt_tokens = prompt.size();
  start();
  spent_ += Clock::now() - begin;
}

bool LiveRequest::start() {
  if (!runner_.desk_->start(request_)) return false;
  runner_.note_use();
  if (!started_) result_.cached_tokens = request_.hit;  // computing once more is no hit (I35)
  started_ = true;
  return true;
}

// Lets go of all that it holds; what its hit held locked may be what it needs (I38).
bool LiveRequest::queue_again() {
  runner_.desk_->finish(request_);
  return start();
}

StepResult LiveRequest::step() {
  if (done_) return StepResult::done;
  const auto begin = Clock::now();
  try {
    if (const auto words = runner_.device_.ended()) throw DeviceError(*words);  // also of one that waits
    if (broken_) throw BrokenNumbers(*broken_);
    const bool running = !request_.pages.empty();
    const StepResult result = running || start() ? advance(begin) : StepResult::waiting;
    runner_.note_use();
    spent_ += Clock::now() - begin;
    result_.total_ms = milliseconds(spent_);
    return result;
  } catch (const DeviceError&) {
    let_go();
    throw;
  } catch (const BrokenNumbers&) {
    let_go();
    throw;
  }
}

bool LiveRequest::step_alone() {
  const StepResult result = step();
  if (result == StepResult::waiting)
    throw std::runtime_error("no room for the request now: the pool's pages are all in use by others");
  return result == StepResult::more;
}

StepResult LiveRequest::advance(Clock::time_point begin) {
  CacheManager& desk = *runner_.desk_;
  if (!desk.make_writable(request_) && !queue_again()) return StepResult::waiting;
  const std::size_t left = request_.tokens.size() - request_.computed;
  const std::size_t now = options_.chunk == 0 ? left : std::min(left, options_.chunk);
  compute(now);
  if (now < left) {
    desk.chunk_done(request_);
    return StepResult::more;
  }
  const std::optional<TokenId> next = greedy(logits_);
  if (!next) refuse_row(request_.computed - 1);
  result_.output.push_back(*next);
  if (result_.output.size() == 1) result_.first_token_ms = milliseconds(spent_ + (Clock::now() - begin));
  const bool stopped = std::ranges::count(options_.stop_tokens, result_.output.back()) > 0;
  if (stopped || result_.output.size() >= options_.max_new_tokens) {
    desk.finish(request_);
    done_ = true;
    return StepResult::done;
  }
  request_.tokens.push_back(result_.output.back());
  return desk.grow(request_, request_.tokens.size()) || queue_again() ? StepResult::more : StepResult::waiting;
}

void LiveRequest::compute(std::size_t tokens) {
  if (options_.before_step) options_.before_step(request_, tokens);
  const ModelConfig& config = runner_.device_.config();
  const std::size_t last = tokens - 1;
  Asked asked;
  if (request_.computed + tokens == request_.tokens.size()) {
    logits_.resize(config.vocab_size);
    asked.rows = {&last, 1};
    asked.logits = logits_;
  }
  if (options_.keep_hidden) {
    hidden_.resize(tokens * config.hidden_size);
    asked.hidden = hidden_;
  }
  const auto to_run = std::span(request_.tokens).subspan(request_.computed, tokens);
  const auto broken = runner_.device_.run({to_run, request_.computed, request_.pages}, asked);
  if (!broken.empty()) refuse_row(request_.computed + broken.front());
  request_.computed += tokens;
  if (options_.keep_hidden) result_.keep(request_.computed - tokens, hidden_, config.hidden_size);
}

// The second look. All before `position` is finite, so that its row alone tells the cause.
void LiveRequest::refuse_row(std::size_t position) {
  broken_ = options_.name + ": the numbers at position " + std::to_string(position) +
            " are not finite, and nothing follows from them";
  const auto row = std::span(request_.tokens).subspan(position, 1);
  *broken_ += "; the first ones come from " + runner_.device_.cause_of_broken({row, position, request_.pages});
  throw BrokenNumbers(*broken_);
}

// What is computed is published, unless it is gone with the device or broken; the rest is given back.
void LiveRequest::let_go() noexcept {
  try {
    if (broken_ || runner_.device_.ended()) request_.computed = request_.handle.cached_len;
    runner_.desk_->finish(request_);
  } catch (const std::exception&) {
    // Already on the way out of another error, which is the one to report.
  }
}

}  // namespace radixlab
