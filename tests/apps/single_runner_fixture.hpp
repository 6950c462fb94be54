/// \file
/// What the tests of the runner share: a small model, a runner over a watched manager, and what a request gives that has
/// the device for itself.
#pragma once
#include <gtest/gtest.h>
#include <numeric>

#include "apps/single_runner.hpp"
#include "ladder.hpp"
#include "llm/cpu_device.hpp"
#include "testing/compare.hpp"
#include "testing/model_folder.hpp"

namespace radixlab {

using Tokens = std::vector<TokenId>;

inline constexpr std::size_t kPage = 4;  // [tokens]

/// A runner over a watched manager, and what of the pool nobody has.
struct Served {
  Served(Device& device, const char* manager, std::size_t pages, std::size_t page_size = kPage) : num_pages(pages) {
    device.make_pool(num_pages, page_size);
    ManagedPool made = create_cache_manager(manager, {.page_size = page_size, .num_pages = num_pages, .watch = true});
    source = made.source.get();
    story = made.story;
    runner.emplace(device, std::move(made));
  }
  /// Pages that are neither free nor cached: of the requests that run (I4).
  std::size_t private_pages() const { return num_pages - source->free_count() - story->size_info().total_size(); }
  std::vector<std::pair<Tokens, std::vector<PageId>>> cached() const {
    std::vector<std::pair<Tokens, std::vector<PageId>>> nodes;
    for (const NodeView& node : story->snapshot().nodes) nodes.emplace_back(node.tokens, node.pages);
    return nodes;
  }
  void expect_nothing_held() const {
    EXPECT_EQ(private_pages(), 0u) << "I4";
    EXPECT_EQ(story->size_info().protected_size, 0u) << "I18";
    story->same_as_snapshot();
    story->check_integrity();
  }

  std::size_t num_pages;
  PageSource* source = nullptr;
  Story* story = nullptr;
  std::optional<SingleRunner> runner;
};

class SingleRunnerTest : public testing::Test {
 protected:
  SingleRunnerTest() {
    model_.emplace(folder_.path(), DType::f32);
    device_.emplace(*model_, best_isa(), threads_);
  }

  static Tokens text(std::size_t length, TokenId first) {
    Tokens tokens(length);
    std::iota(tokens.begin(), tokens.end(), first);
    return tokens;
  }

  /// What a request gives that has the device for itself.
  Generation alone(const Tokens& prompt, std::size_t new_tokens) {
    CpuDevice device(*model_, best_isa(), threads_);
    device.make_pool(64, kPage);
    SingleRunner runner(device, create_cache_manager("naive", {.page_size = kPage, .num_pages = 64}));
    return runner.generate(prompt, {.max_new_tokens = new_tokens, .keep_hidden = true});
  }
  void expect_as_alone(const Generation& got, const Tokens& prompt, std::size_t new_tokens) {
    const Generation expected = alone(prompt, new_tokens);
    const std::size_t rows = prompt.size() + new_tokens - 1 - got.cached_tokens;
    EXPECT_EQ(got.output, expected.output);
    ASSERT_EQ(got.hidden.size(), rows * model_->config().hidden_size) << "each row once";
    EXPECT_FALSE(first_difference(got.hidden, std::span(expected.hidden).last(got.hidden.size())));
  }

  // 24 tokens are served and kept; then comes a prompt that begins with 4 of them.
  Generation second(const char* manager, std::size_t prompt_tokens, std::size_t new_tokens, std::size_t num_pages) {
    device_->make_pool(num_pages, kPage);
    SingleRunner runner(*device_, create_cache_manager(manager, {.page_size = kPage, .num_pages = num_pages}));
    const Tokens kept = text(24, 10);
    Tokens prompt = text(prompt_tokens, 100);
    std::copy_n(kept.begin(), 4, prompt.begin());
    runner.generate(kept, {.max_new_tokens = 1});
    Generation got = runner.generate(prompt, {.max_new_tokens = new_tokens, .keep_hidden = true});
    expect_as_alone(got, prompt, new_tokens);
    return got;
  }

  const ModelFolder folder_;
  ThreadPool threads_{1};
  std::optional<Model> model_;
  std::optional<CpuDevice> device_;
};

}  // namespace radixlab
