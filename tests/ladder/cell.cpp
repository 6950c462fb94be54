#include "cell.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "apps/devices.hpp"
#include "apps/first_wrong_bit.hpp"
#include "apps/single_runner.hpp"
#include "batch_server.hpp"
#include "built_chapters.hpp"
#include "cells.hpp"
#include "faulty_device.hpp"
#include "faulty_locks.hpp"
#include "testing/compare.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

// The act's requests take steps in turn, and between two rounds pages are moved, where the row can; what each computed is added to
// `result`.
void serve_in_turn(const Act& act, std::size_t chunk, SingleRunner& runner, FirstWrongBit* watch, CellResult& result) {
  const std::size_t vocab = runner.device().config().vocab_size;
  std::vector<std::unique_ptr<LiveRequest>> live;
  for (const Prompt& prompt : act.requests) {
    const std::string who = "request " + std::to_string(result.served.size() + live.size());
    GenerateOptions options{
        .name = who, .max_new_tokens = 3, .chunk = chunk, .cache_salt = prompt.cache_salt, .keep_hidden = true};
    if (watch)
      options.before_step = [watch, who](const Request& r, std::size_t tokens) { watch->before_step(who, r, tokens); };
    live.push_back(std::make_unique<LiveRequest>(runner, prompt.tokens, options));
  }
  std::vector<LiveRequest*> left;
  for (const auto& request : live) left.push_back(request.get());
  while (!left.empty()) {
    bool moved = false;
    std::erase_if(left, [&](LiveRequest* request) {
      const StepResult step = request->step();
      moved |= step != StepResult::waiting;
      return step == StepResult::done;
    });
    if (!moved) throw std::runtime_error("the requests of an act all wait for room");
    std::vector<Request*> running;
    for (LiveRequest* request : left)
      if (!request->at_the_desk().pages.empty()) running.push_back(&request->at_the_desk());
    result.pages_moved += runner.desk().compact(running);
  }
  for (std::size_t i = 0; i < act.requests.size(); ++i) {
    const Generation done = live[i]->take();
    Served served{.tokens = act.requests[i].tokens, .last = done.output.back(), .start = done.cached_tokens};
    served.tokens.insert(served.tokens.end(), done.output.begin(), done.output.end() - 1);
    served.logits.resize((served.tokens.size() - served.start) * vocab);
    runner.device().logits(done.hidden, served.logits);
    result.tokens_reused += done.cached_tokens;
    result.served.push_back(std::move(served));
  }
}

// Cosine and sine by which one position turns each pair of a head.
std::vector<std::pair<float, float>> one_position(const ModelConfig& config) {
  RotaryTable angles(config);
  angles.reserve(2);
  std::vector<std::pair<float, float>> turn;
  for (std::size_t i = 0; i < config.head_dim / 2; ++i) turn.emplace_back(angles.cos(1)[i], angles.sin(1)[i]);
  return turn;
}

// `serve` is given act after act.
void serve_script(const Cell& cell, std::size_t vocab_size, FaultyLocks& locks, const BaseCacheManager& cache,
                  CellResult& result, const std::function<void(const Act&)>& serve) {
  const std::size_t unit = cell.script_page ? cell.script_page : cell.page_size;
  const std::size_t long_text = has_two_blocks(cell) ? kTwoBlocks : 0;
  try {
    for (const Act& act : make_script(unit, vocab_size, long_text)) {
      locks.evict_at_once(act.evict_at_once);
      serve(act);
      cache.check_integrity();
    }
  } catch (const std::logic_error& error) {
    result.refusal = error.what();
  } catch (const BrokenNumbers& error) {  // a free page was read
    result.refusal = error.what();
  }
}

}  // namespace

std::string Cell::name() const {
  return model + " " + std::string(weight_dtype_name(type)) + " P=" + std::to_string(page_size) +
         " threads=" + std::to_string(threads) + " " + std::string(isa_name(isa)) +
         " chunk=" + (chunk == 0 ? "all" : std::to_string(chunk)) + (policy.empty() ? "" : " " + policy) +
         (device == "cpu" ? "" : " " + device);
}

CellResult run_cell(const Model& model, const Cell& cell, const Stage& stage, Fault fault, bool explain) {
  const ModelConfig& config = model.config();
  ThreadPool threads(cell.threads);
  const std::unique_ptr<Device> inner = make_device(cell.device, model, cell.isa, threads);
  std::vector<PageId> pages(script_pages(cell.page_size));
  std::iota(pages.begin(), pages.end(), 0);
  inner->make_pool(pages.size(), cell.page_size);
  inner->poison(pages);
  std::optional<FirstWrongBit> watch;
  FaultyDevice faulty_device(*inner, fault);
  OnCopy device(faulty_device, [&](const PageCopy& copy) {
    if (watch) watch->ledger().copy(copy.from, copy.to, copy.tokens);
  });
  if (explain) watch.emplace(model, cell.isa, threads, device);

  ManagedPool made = stage.make({.page_size = cell.page_size, .num_pages = pages.size(), .policy = cell.policy});
  auto faulty = std::make_unique<FaultyManager>(std::move(made.manager), fault, device, one_position(config));
  const FaultyManager& counted = *faulty;
  auto poisoning = std::make_unique<OnGive>(*made.source, [&](PageId page) {
    device.poison({&page, 1});
    if (watch) watch->ledger().free(page);
  });
  auto locks = std::make_unique<FaultyLocks>(std::move(faulty), fault, *poisoning, cell.page_size);
  FaultyLocks& locking = *locks;
  ManagedPool pool{std::move(locks), std::move(poisoning), nullptr, made.make_desk, made.owners};

  CellResult result{.moves_pages = made.owners != nullptr};
  FirstWrongBit* const told = watch ? &*watch : nullptr;
  const auto run_script = [&](const BaseCacheManager& cache, const std::function<void(const Act&)>& serve) {
    serve_script(cell, config.vocab_size, locking, cache, result, serve);
    result.counts = counted.counts();  // while there is who counted them
    result.counts.locked = locking.chances();
  };
  if (stage.runner == Runner::single) {
    SingleRunner runner(device, std::move(pool));
    run_script(runner.cache(), [&](const Act& act) { serve_in_turn(act, cell.chunk, runner, told, result); });
  } else if constexpr (kBuilt08) {
    BatchServer server(device, std::move(pool), cell.chunk, told, result);
    run_script(server.cache(), [&](const Act& act) { server.serve(act); });
  }
  if (watch) result.explanation = watch->text();
  result.counts.second_blocks = faulty_device.second_blocks();
  result.tokens_copied = device.tokens_copied() - result.pages_moved * cell.page_size;
  return result;
}

std::string first_wrong(const CellResult& above, const CellResult& row, std::size_t vocab_size, std::size_t& rows) {
  const std::size_t both = std::min(above.served.size(), row.served.size());
  for (std::size_t i = 0; i < both; ++i) {
    const Served &a = above.served[i], &b = row.served[i];
    const std::size_t start = std::max(a.start, b.start), end = std::min(a.tokens.size(), b.tokens.size());
    for (std::size_t position = start; position < end; ++position, ++rows) {
      const auto theirs = std::span(a.logits).subspan((position - a.start) * vocab_size, vocab_size);
      const auto ours = std::span(b.logits).subspan((position - b.start) * vocab_size, vocab_size);
      if (first_difference(theirs, ours)) {
        return "request " + std::to_string(i) + ", position " + std::to_string(position) + ": logits differ";
      }
    }
    if (a.tokens != b.tokens || a.last != b.last) return "request " + std::to_string(i) + ": generated ids differ";
  }
  return row.refusal;
}

}  // namespace radixlab
