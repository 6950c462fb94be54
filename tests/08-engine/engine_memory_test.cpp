// Chapter 08: memory runs out in the middle of a call, at each allocation that it makes until the device runs. A call that fails
// loses no request, no page and no lock, and made again it goes through.
#include <functional>

#include "../conformance/failing_allocations.hpp"
#include "08-engine/engine.hpp"
#include "scene.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kFewPages = 12;

ManagedPool paged_pool(FakeDevice& device) {
  const auto pages = std::make_shared<PageAllocator>(kFewPages);
  const auto source = std::make_shared<OnGive>(*pages, [&device](PageId page) {
    const FailHere not_here(false);
    device.poison(std::span(&page, 1));
  });
  const auto desk = [pages](BaseCacheManager& cache, PageSource& from, KvStore& kv, std::size_t page_size) {
    return std::make_unique<PagedCacheManager>(cache, from, kv, page_size, *pages);
  };
  return {std::make_unique<PagedRadixCache>(pages, RadixOptions{Scene::kP, true}), source, nullptr, desk};
}

// An engine that comes into the middle of its work: one request generates, one computes its prompt, one waits for its twin, two wait for a seat.
class BusyEngine {
 public:
  BusyEngine() {
    engine.add_request(text(60, 6), {.max_tokens = 6});
    engine.add_request(text(1, 14), {.max_tokens = 3});
    engine.add_request(text(1, 14), {.max_tokens = 3});
    engine.add_request(text(100, 9), {.n = 2, .temperature = 1, .max_tokens = 8});
  }

  void note(const std::vector<RequestOutput>& outputs) {
    for (const RequestOutput& output : outputs) {
      if (output.token) answers[output.id].push_back(*output.token);
      failed = failed || output.finish_reason == FinishReason::failed;
    }
  }
  std::map<RequestId, Text> run_to_the_end() {
    for (std::size_t i = 0; engine.has_unfinished_requests() && i < 500; ++i) note(engine.step());
    EXPECT_FALSE(engine.has_unfinished_requests()) << "somebody never comes to an end";
    EXPECT_FALSE(failed);
    EXPECT_EQ(engine.pages().cache().size_info().protected_size, 0u) << "I34: pages are locked";
    EXPECT_NO_THROW(engine.pages().desk().reset());
    EXPECT_EQ(engine.pages().free_count(), kFewPages) << "I34: pages are lost";
    return answers;
  }

  FakeDevice device{kFewPages, Scene::kP};
  EngineHooks hooks{.before_run = [](const EngineRequest&, std::size_t) { AllocationFault::counts = false; }};
  Engine engine{
      device, paged_pool(device), {.max_num_seqs = 3, .max_num_batched_tokens = 12, .chunked_prefill_size = 5}, hooks};
  std::map<RequestId, Text> answers;
  bool failed = false;
};

void at_every_allocation(const std::string& name, std::size_t steps_before,
                         const std::function<void(BusyEngine&)>& call) {
  const auto wanted = [&] {
    BusyEngine calm;
    for (std::size_t i = 0; i < steps_before; ++i) calm.note(calm.engine.step());
    call(calm);
    return calm.run_to_the_end();
  }();
  for (std::size_t k = 1; !testing::Test::HasFailure(); ++k) {
    SCOPED_TRACE("memory ran out at allocation " + std::to_string(k) + " of " + name);
    BusyEngine busy;
    for (std::size_t i = 0; i < steps_before; ++i) busy.note(busy.engine.step());
    try {
      const AllocationFault fault(k);
      const FailHere here(true);
      call(busy);
      AllocationFault::counts = false;
      if (AllocationFault::seen < k) return;
      ADD_FAILURE() << "somebody kept it to himself that memory ran out";
    } catch (const std::bad_alloc&) {
      call(busy);
    }
    EXPECT_EQ(busy.run_to_the_end(), wanted);
  }
}

TEST(EngineMemory, AddRequest) {
  const Text prompt = text(150, 7);
  at_every_allocation("add_request", 2, [&](BusyEngine& busy) {
    EXPECT_FALSE(busy.engine.abort_request(5)) << "a call that failed has left a request behind";
    EXPECT_EQ(busy.engine.add_request(prompt, {.n = 2, .temperature = 1, .max_tokens = 4, .stop_token_ids = {300}}), 5u)
        << "no number is used up by a call that fails";
  });
}

TEST(EngineMemory, AbortRequest) {
  for (RequestId id = 0; id < 4; ++id)
    at_every_allocation("abort_request(" + std::to_string(id) + ")", 2,
                        [&](BusyEngine& busy) { EXPECT_TRUE(busy.engine.abort_request(id)); });
}

TEST(EngineMemory, WhatAStepSchedules) {
  for (std::size_t before = 0; before < 15; ++before)
    at_every_allocation("step " + std::to_string(before), before, [](BusyEngine& busy) {
      const auto outputs = busy.engine.step();
      const FailHere our_notes(false);
      busy.note(outputs);
    });
}

}  // namespace
}  // namespace radixlab
