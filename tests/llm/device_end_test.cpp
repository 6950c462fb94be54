// A device that failed has ended, and it is given good arguments alone: on any device, so on one that only counts.
#include <functional>
#include <gtest/gtest.h>
#include <optional>

#include "llm/cpu_device.hpp"
#include "llm/device_wrapper.hpp"
#include "testing/model_folder.hpp"

namespace radixlab {
namespace {

using Tokens = std::vector<TokenId>;
using Pages = std::vector<PageId>;

/// Fails once, at whatever comes first, and counts what still reaches it.
class FailsOnce : public DeviceWrapper {
 public:
  using DeviceWrapper::DeviceWrapper;
  std::size_t reached = 0;

 private:
  void fail() {
    if (++reached == 1) throw DeviceError("bus 4 is gone");
  }
  std::vector<std::size_t> do_run(std::span<const Sequence>, const Asked&) override {
    fail();
    return {};
  }
  std::string do_cause_of_broken(const Sequence&) override {
    fail();
    return {};
  }
  void do_logits(std::span<const float>, std::span<float>) override { fail(); }
  void do_copy_pages(std::span<const PageCopy>) override { fail(); }
  void do_poison(std::span<const PageId>) override { fail(); }
  void do_make_pool(std::size_t, std::size_t) override { fail(); }
  void do_reserve(const Reserved&) override { fail(); }
};

class DeviceEnd : public testing::Test {
 protected:
  DeviceEnd() {
    model_.emplace(folder_.path(), DType::f32);
    cpu_.emplace(*model_, best_isa(), threads_);
    cpu_->make_pool(4, 4);
    cpu_->reserve(4, 16);
  }

  const ModelFolder folder_;
  ThreadPool threads_{1};
  std::optional<Model> model_;
  std::optional<CpuDevice> cpu_;
};

TEST_F(DeviceEnd, AfterAnErrorEveryCallThrowsTheSameWordsAtOnce) {
  const Tokens tokens = {1};
  const Pages page = {0};
  std::vector<float> hidden(model_->config().hidden_size), logits(model_->config().vocab_size);
  const std::function<void(Device&)> calls[] = {
      [&](Device& d) {
        d.run({tokens, 0, page}, {});
      },
      [&](Device& d) {
        d.cause_of_broken({tokens, 0, page});
      },
      [&](Device& d) { d.logits(hidden, logits); },
      [&](Device& d) { d.copy_kv(0, 1, 2); },
      [&](Device& d) { d.copy_pages({}); },
      [&](Device& d) { d.make_pool(2, 2); },
      [&](Device& d) { d.reserve(9, 20); },
      [&](Device& d) { d.run(Sequence{}, {}); }};  // bad arguments of a dead device are no matter
  for (std::size_t first = 0; first + 1 < std::size(calls); ++first) {
    FailsOnce failing(*cpu_);
    EXPECT_EQ(failing.ended(), std::nullopt);
    EXPECT_THROW(calls[first](failing), DeviceError);
    EXPECT_EQ(failing.ended(), "bus 4 is gone");
    for (const auto& call : calls) {
      try {
        call(failing);
        ADD_FAILURE() << "went through";
      } catch (const DeviceError& error) {
        EXPECT_STREQ(error.what(), "bus 4 is gone");
      }
    }
    EXPECT_EQ(failing.reached, 1u);
    EXPECT_EQ(failing.tokens_computed() + failing.tokens_copied(), 0u);
  }
  EXPECT_EQ(cpu_->ended(), std::nullopt);
}

TEST_F(DeviceEnd, ADeviceSeesGoodArgumentsAlone) {
  FailsOnce device(*cpu_);
  const Tokens tokens = {1, 2, 3, 4, 5}, unknown = {-1};
  const Pages pages = {0, 1}, beyond = {4};
  const Sequence bad[] = {{{}, 0, pages},           {tokens, 0, std::span(pages).first(1)},
                          {unknown, 0, pages},      {std::span(tokens).first(1), 0, beyond},
                          {tokens, 0, pages},       {std::span(tokens).first(1), 16, pages},
                          {tokens, 1u << 30, pages}};
  for (const Sequence& sequence : bad) EXPECT_THROW(device.run(sequence, {}), std::invalid_argument);
  const std::vector<PageCopy> copies[] = {{{0, 2, 3}, {1, 2, 1}}, {{4, 1, 1}}, {{1, 4, 1}}, {{0, 1, 5}}};
  for (const auto& list : copies) EXPECT_THROW(device.copy_pages(list), std::invalid_argument);
  EXPECT_THROW(device.poison(beyond), std::invalid_argument);
  device.run(std::span<const Sequence>(), {});  // good, and nothing to do
  EXPECT_EQ(device.reached, 0u);
}

TEST_F(DeviceEnd, PoisonIsNotWhereItIsTold) {
  FailsOnce failing(*cpu_);
  const Pages page = {0};
  failing.poison(page);
  failing.poison(page);
  EXPECT_EQ(failing.reached, 1u);
  EXPECT_THROW(failing.copy_kv(0, 1, 2), DeviceError);
}

TEST_F(DeviceEnd, AWrapperEndsWithWhatItWraps) {
  FailsOnce failing(*cpu_);
  DeviceWrapper outer(static_cast<Device&>(failing));
  const Tokens tokens = {1};
  const Pages page = {0};
  EXPECT_THROW(failing.run({tokens, 0, page}, {}), DeviceError);
  EXPECT_EQ(outer.ended(), "bus 4 is gone");
  EXPECT_THROW(outer.copy_pages({}), DeviceError);
}

}  // namespace
}  // namespace radixlab
