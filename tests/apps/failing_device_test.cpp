// Requests on a device that fails: they are told, publish nothing and leave nothing behind (I4, I18).
#include <functional>

#include "llm/device_wrapper.hpp"
#include "single_runner_fixture.hpp"

namespace radixlab {
namespace {

/// Fails at its `fail_at`-th run or copy, from 1 on.
class Failing : public DeviceWrapper {
 public:
  using DeviceWrapper::DeviceWrapper;
  std::size_t fail_at = 0, calls = 0;

 private:
  void count() {
    if (++calls == fail_at) throw DeviceError("bus 4 is gone");
  }
  std::vector<std::size_t> do_run(std::span<const Sequence> batch, const Asked& asked) override {
    count();
    return DeviceWrapper::do_run(batch, asked);
  }
  void do_copy_pages(std::span<const PageCopy> copies) override {
    count();
    DeviceWrapper::do_copy_pages(copies);
  }
};

class OnAFailingDevice : public SingleRunnerTest, public testing::WithParamInterface<const Stage*> {
 protected:
  static std::size_t page_size() { return GetParam()->whole_texts ? 24 : kPage; }

  static std::string words_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const DeviceError& error) {
      return error.what();
    }
    return "no DeviceError";
  }
};

// Two requests are under way, with a hit each and chunks published, when the device goes: at each call in turn.
TEST_P(OnAFailingDevice, ItsRequestsAreToldPublishNothingAndLeaveNothingBehind) {
  std::size_t ends = 0;
  for (std::size_t fail_at = 1;; ++fail_at) {
    Failing failing(*device_);
    Served s(failing, GetParam()->name, 16, page_size());
    const Tokens shared = text(13, 10);
    Tokens longer = shared;
    longer.insert(longer.end(), {90, 91, 92, 93, 94});
    s.runner->generate(shared, {.max_new_tokens = 1});
    failing.calls = 0;
    failing.fail_at = fail_at;
    const GenerateOptions options{.max_new_tokens = 3, .chunk = 3};
    std::optional<LiveRequest> a, b, aborted;
    decltype(s.cached()) before = s.cached();
    const std::string words = words_of([&] {
      aborted.emplace(*s.runner, text(9, 150), options);
      before = s.cached();
      aborted->step();
      for (auto* request : {&a, &b}) {
        before = s.cached();
        request->emplace(*s.runner, request == &a ? longer : text(9, 120), options);
      }
      for (bool more = true; more;) {
        more = false;
        for (auto* request : {&a, &b}) {
          before = s.cached();
          more |= (*request)->step() == StepResult::more;
        }
      }
    });
    if (words == "no DeviceError") break;
    ++ends;
    EXPECT_EQ(words, "bus 4 is gone");
    EXPECT_EQ(s.cached(), before) << "published after call " << fail_at << " failed";
    for (auto* request : {&a, &b}) {
      if (!*request) continue;
      const std::string told = words_of([&] {
        if ((*request)->step() == StepResult::done) throw DeviceError("bus 4 is gone");  // it was done before
      });
      EXPECT_EQ(told, "bus 4 is gone");
    }
    aborted.reset();  // never told, and publishes nothing either
    EXPECT_EQ(s.cached(), before) << "published after call " << fail_at << " failed";
    s.expect_nothing_held();
    EXPECT_EQ(words_of([&] { s.runner->generate(shared, options); }), "bus 4 is gone");
    EXPECT_EQ(words_of([&] { LiveRequest late(*s.runner, shared, options); }), "bus 4 is gone");
    EXPECT_EQ(failing.calls, fail_at) << "nothing reaches a device that has ended";
    s.expect_nothing_held();
  }
  EXPECT_GE(ends, 10u);
}

TEST_P(OnAFailingDevice, AWaitingRequestIsTold) {
  Failing failing(*device_);
  Served s(failing, GetParam()->name, GetParam()->whole_texts ? 1 : 4, page_size());
  LiveRequest a(*s.runner, text(12, 10), {.max_new_tokens = 3});
  LiveRequest b(*s.runner, text(12, 100), {.max_new_tokens = 3});
  EXPECT_EQ(b.step(), StepResult::waiting);
  failing.fail_at = 1;
  EXPECT_THROW(failing.copy_kv(0, 0, 1), DeviceError) << "somebody else's call";
  EXPECT_EQ(words_of([&] { b.step(); }), "bus 4 is gone") << "there is no room for it still, and never will be";
  EXPECT_EQ(words_of([&] { a.step(); }), "bus 4 is gone");
  s.expect_nothing_held();
}

INSTANTIATE_TEST_SUITE_P(Managers, OnAFailingDevice, testing::ValuesIn(built_stages()),
                         [](const auto& stage) { return std::string(stage.param->name); });

}  // namespace
}  // namespace radixlab
