/// \file
/// For chapter 08's suites: a device without a model. In each place of its pool lies a hash of the whole prefix (FakeKv) and the
/// token that is its last one, so that run() refuses to read what is not the keys and values of one text, in order: freed pages
/// (I33), pages that nobody has written (I23), another text's (I10). Logits hang on the whole text, and on nothing else.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "llm/device.hpp"
#include "storage/split_mix.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {

class FakeDevice : public Device {
 public:
  using Text = std::vector<TokenId>;
  static constexpr std::size_t kVocab = 256;

  FakeDevice(std::size_t num_pages, std::size_t page_size) { make_pool(num_pages, page_size); }

  /// What a model says behind this text [kVocab].
  static std::vector<float> logits_behind(std::span<const TokenId> text) {
    std::uint64_t hash = 1;
    for (const TokenId token : text) hash = split_mix(hash + kSplitMixStep + static_cast<std::uint64_t>(token));
    std::vector<float> logits(kVocab);
    for (float& logit : logits) logit = static_cast<float>(split_mix(hash += kSplitMixStep) >> 40) * 0x1p-20f;
    return logits;
  }
  /// The text that lies in the first `tokens` places of a page table.
  Text text_in(std::span<const PageId> table, std::size_t tokens) const {
    Text text(tokens);
    for (std::size_t i = 0; i < tokens; ++i) text[i] = tokens_.at(place(table[i / page_size_], i % page_size_));
    return text;
  }
  /// Throws IntegrityError unless the table holds all keys and values of `text`.
  void check_holds(std::span<const TokenId> text, std::span<const PageId> table) const { kv_.check(text, table); }

  /// From here on run() comes to numbers that are not finite in rows of this token: hidden states, or their logits alone.
  std::optional<TokenId> broken_token, broken_logits_token;
  /// The call that throws DeviceError, counted from now; 0: none does.
  std::size_t run_fails = 0, copy_fails = 0, cause_fails = 0;
  std::size_t runs = 0;  ///< calls of run()

  float key(const KvPlace&) override { throw std::logic_error("the fake device has no keys"); }
  float value(const KvPlace&) override { throw std::logic_error("the fake device has no values"); }
  void set_key(const KvPlace&, float) override {}
  void set_value(const KvPlace&, float) override {}
  std::string_view name() const override { return "fake"; }
  DType type() const override { return DType::f32; }
  const ModelConfig& config() const override { return config_; }
  Reserved reserved() const override { return reserved_; }
  std::size_t num_pages() const override { return tokens_.size() / page_size_; }
  std::size_t page_size() const override { return page_size_; }
  std::size_t page_bytes(std::size_t page_size) const override { return 8 * page_size; }
  std::size_t free_bytes() const override { return 1 << 20; }

 private:
  static void count_down(std::size_t& calls, const char* words) {
    if (calls > 0 && --calls == 0) throw DeviceError(words);
  }
  std::size_t place(PageId page, std::size_t in_page) const { return page * page_size_ + in_page; }

  void do_make_pool(std::size_t num_pages, std::size_t page_size) override {
    page_size_ = page_size;
    tokens_.assign(num_pages * page_size, 0);
    kv_ = FakeKv(num_pages, page_size);
  }
  void do_reserve(const Reserved& wanted) override { reserved_ = wanted; }
  std::vector<std::size_t> do_run(std::span<const Sequence> batch, const Asked& asked) override {
    ++runs;
    count_down(run_fails, "the fake bus is gone");
    std::vector<std::size_t> broken;
    std::size_t row = 0, next_asked = 0;
    for (const Sequence& sequence : batch) {
      Text text = text_in(sequence.pages, sequence.start);
      kv_.check(text, sequence.pages);
      text.insert(text.end(), sequence.tokens.begin(), sequence.tokens.end());
      for (std::size_t i = sequence.start; i < text.size(); ++i)
        tokens_.at(place(sequence.pages[i / page_size_], i % page_size_)) = text[i];
      kv_.write(text, sequence.pages, sequence.start);
      const auto bad = std::ranges::find_if(sequence.tokens, [&](TokenId token) { return token == broken_token; });
      if (bad != sequence.tokens.end()) {
        broken.push_back(row + static_cast<std::size_t>(bad - sequence.tokens.begin()));
        for (std::size_t i = sequence.start / page_size_; i <= (text.size() - 1) / page_size_; ++i)
          kv_.poison(sequence.pages[i]);  // whoever reads it is told so
      }
      for (std::size_t i = sequence.start; i < text.size(); ++i, ++row) {
        if (!asked.hidden.empty()) asked.hidden[row] = static_cast<float>(i);
        for (; next_asked < asked.rows.size() && asked.rows[next_asked] == row; ++next_asked)
          say(std::span(text).first(i + 1), asked.logits.subspan(next_asked * kVocab, kVocab));
      }
    }
    return broken;
  }
  void say(std::span<const TokenId> text, std::span<float> logits) const {
    std::ranges::copy(logits_behind(text), logits.begin());
    if (text.back() == broken_token || text.back() == broken_logits_token)
      std::ranges::fill(logits, std::numeric_limits<float>::quiet_NaN());
  }
  std::string do_cause_of_broken(const Sequence& sequence) override {
    count_down(cause_fails, "the fake bus is gone");
    return "the fake weight of token " + std::to_string(sequence.tokens.back());
  }
  void do_logits(std::span<const float>, std::span<float>) override {}
  void do_copy_pages(std::span<const PageCopy> copies) override {
    count_down(copy_fails, "the fake bus is gone");
    for (const PageCopy& copy : copies) {  // the desk's copies never go on from one to the next
      for (std::size_t i = 0; i < copy.tokens; ++i) tokens_[place(copy.to, i)] = tokens_[place(copy.from, i)];
      kv_.copy_kv(copy.from, copy.to, copy.tokens);
    }
  }
  void do_poison(std::span<const PageId> pages) override {
    for (const PageId page : pages) kv_.poison(page);
  }

  ModelConfig config_{.vocab_size = kVocab,
                      .hidden_size = 1,
                      .num_hidden_layers = 1,
                      .num_attention_heads = 1,
                      .num_key_value_heads = 1,
                      .head_dim = 2,
                      .intermediate_size = 1,
                      .max_position_embeddings = 512};
  std::size_t page_size_ = 1;
  Text tokens_;  // [pages * P], the last token of the prefix that lies there
  FakeKv kv_{0, 1};
  Reserved reserved_;
};

}  // namespace radixlab
