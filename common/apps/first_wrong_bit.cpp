#include "apps/first_wrong_bit.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "testing/compare.hpp"

namespace radixlab {
namespace {

// K, then V [2, kv_heads, head_dim] of one place in one layer.
std::vector<float> kv_at(Device& device, std::size_t layer, PageId page, std::size_t place) {
  const std::size_t heads = device.config().num_key_value_heads, dim = device.config().head_dim;
  std::vector<float> numbers;
  for (const auto number : {&Device::key, &Device::value}) {
    for (std::size_t head = 0; head < heads; ++head)
      for (std::size_t d = 0; d < dim; ++d) numbers.push_back((device.*number)({layer, page, head, place, d}));
  }
  return numbers;
}

}  // namespace

void FreshKv::compute(std::span<const TokenId> tokens) {
  constexpr std::size_t kPageSize = 16;
  if (pages_.size() * kPageSize < tokens.size()) {
    device_.make_pool((2 * tokens.size() + kPageSize - 1) / kPageSize, kPageSize);
    pages_.resize(device_.num_pages());
    std::iota(pages_.begin(), pages_.end(), 0);
    tokens_.clear();
  }
  const auto [end, ignored] = std::ranges::mismatch(tokens_, tokens);
  const auto start = static_cast<std::size_t>(end - tokens_.begin());
  tokens_.assign(tokens.begin(), tokens.end());
  if (start < tokens.size()) hidden_from(start);
}

std::vector<float> FreshKv::hidden_from(std::size_t start) {
  const auto rows = std::span(tokens_).subspan(start);
  std::vector<float> hidden(rows.size() * device_.config().hidden_size);
  device_.reserve(rows.size(), tokens_.size());
  device_.run({rows, start, pages_}, {.hidden = hidden});
  return hidden;
}

std::vector<float> FreshKv::at(std::size_t layer, std::size_t token) {
  return kv_at(device_, layer, pages_[token / device_.page_size()], token % device_.page_size());
}

FirstWrongBit::FirstWrongBit(const Model& model, Isa isa, ThreadPool& threads, Device& device,
                             std::function<std::string(TokenId)> token_text)
    : device_(device),
      token_text_(std::move(token_text)),
      ledger_(device.num_pages(), device.page_size()),
      own_(model, isa, threads),
      fresh_(own_) {}

void FirstWrongBit::before_step(const std::string& who, const Request& request, std::size_t tokens) {
  if (found_) return;
  const auto read = std::span(request.tokens).first(request.computed);
  const auto text = std::span(request.tokens).first(request.computed + tokens);
  fresh_.compute(text);
  if (const auto token = ledger_.first_wrong({read, request.cache_salt}, request.pages)) {
    note_read(who, request, tokens, *token);
    explain_prefix(request, *token);
    note_effect(request, tokens);
  } else if (const auto wrong = first_wrong_number(request)) {
    note_read(who, request, tokens, wrong->token);
    explain_number(request, *wrong);
    note_effect(request, tokens);
  }
  ledger_.forward(who, {text, request.cache_salt}, request.pages, request.computed);
}

std::optional<FirstWrongBit::WrongNumber> FirstWrongBit::first_wrong_number(const Request& request) {
  const std::size_t P = device_.page_size();
  for (std::size_t token = 0; token < request.computed; ++token) {
    for (std::size_t layer = 0; layer < device_.config().num_hidden_layers; ++layer) {
      const auto ours = kv_at(device_, layer, request.pages[token / P], token % P), fresh = fresh_.at(layer, token);
      if (const auto at = first_difference(ours, fresh)) return {{token, layer, *at, ours[*at], fresh[*at]}};
    }
  }
  return {};
}

void FirstWrongBit::note_read(const std::string& who, const Request& request, std::size_t tokens, std::size_t token) {
  const std::size_t P = device_.page_size();
  found_ = {who, request.pages[token / P], token, request.computed};
  line("read", fmt::format("page {} for token {} (place {})", found_->page, token, token % P));
  line("read by", fmt::format("call {}: forward of {}, {}", ledger_.calls() + 1, who,
                              range_in_words("position", request.computed, request.computed + tokens - 1)));
}

// Another request's prefix lies there, or none.
void FirstWrongBit::explain_prefix(const Request& request, std::size_t token) {
  const std::size_t P = device_.page_size(), place = token % P;
  const KvLedger::Place& there = ledger_.at(found_->page, place);
  const std::size_t wanted = std::min(P - place, request.computed - token);
  line("should hold", stretch(found_->who, request.cache_salt, request.tokens, token, wanted));
  if (!there.text) {
    line("holds", "nothing: it was never written");
    return line("put there", "by " + ledger_.call(0));
  }
  const KvLedger::Place* last = &there;  // of the places that go on with the same text
  for (std::size_t i = place + 1; i < P; ++i) {
    const KvLedger::Place& next = ledger_.at(found_->page, i);
    if (next.who != there.who || next.len != last->len + 1 || next.freed != there.freed) break;
    last = &next;
  }
  line(there.freed ? "held" : "holds",
       stretch(there.who, there.cache_salt, *last->text, there.len - 1, last->len - there.len + 1));
  const auto differs = std::ranges::mismatch(*there.text, request.tokens).in1 - there.text->begin();
  if (there.len == token + 1 && there.cache_salt == request.cache_salt && differs < static_cast<std::ptrdiff_t>(token))
    line("differs", fmt::format("from token {} on: another prefix, whatever the tokens here", differs));
  line(there.freed ? "no longer" : "put there", "by " + ledger_.call(there.call));
}

// The right prefix, but not its numbers.
void FirstWrongBit::explain_number(const Request& request, const WrongNumber& wrong) {
  const ModelConfig& c = device_.config();
  const std::size_t head = wrong.index / c.head_dim;
  const KvLedger::Place& there = ledger_.at(found_->page, wrong.token % device_.page_size());
  line("should hold", stretch(found_->who, request.cache_salt, request.tokens, wrong.token, 1));
  line("holds", "the same, but not its numbers");
  line("first wrong", fmt::format("{} in layer {}, head {}, coordinate {}: {}; computed afresh it is {}",
                                  head < c.num_key_value_heads ? "K" : "V", wrong.layer, head % c.num_key_value_heads,
                                  wrong.index % c.head_dim, wrong.ours, wrong.fresh));
  line("put there", "by " + ledger_.call(there.call) + "; no call has written there since");
}

// Makes the step ahead of its time, with the same result, to see where the wrong place first shows.
void FirstWrongBit::note_effect(const Request& request, std::size_t tokens) {
  const std::size_t width = device_.config().hidden_size, P = device_.page_size();
  const std::vector<float> fresh = fresh_.hidden_from(request.computed);
  std::vector<float> ours(tokens * width);
  const auto rows = std::span(request.tokens).subspan(request.computed, tokens);
  device_.run({rows, request.computed, request.pages}, {.hidden = ours});
  const auto at = first_difference(ours, fresh);
  if (!at) return line("first seen", "nowhere in this step: its hidden states are right all the same");
  const std::size_t row = found_->row = request.computed + *at / width;
  // K and V of layer L + 1 are made of what layer L gives.
  std::size_t layer = 0, last = device_.config().num_hidden_layers - 1;
  while (layer < last &&
         !first_difference(kv_at(device_, layer + 1, request.pages[row / P], row % P), fresh_.at(layer + 1, row)))
    ++layer;
  line("first seen", fmt::format("in the output of layer {}, at position {}", layer, row));
}

// "request 0, tokens 8..15 (salt 0): 71 9 30 2": `run` tokens from `first` on.
std::string FirstWrongBit::stretch(const std::string& who, std::uint32_t salt, std::span<const TokenId> text,
                                   std::size_t first, std::size_t run) const {
  constexpr std::size_t kShown = 8;  // at the beginning, and at the end
  std::string words;
  for (std::size_t i = 0; i < run; ++i) {
    if (i == kShown && run > 2 * kShown) words += token_text_ ? " ... " : " ...";
    if (i >= kShown && i + kShown < run) continue;
    words += token_text_ ? token_text_(text[first + i]) : fmt::format(" {}", text[first + i]);
  }
  const std::string where = range_in_words("token", first, first + run - 1);
  return fmt::format("{}, {} (salt {}):{}", who, where, salt,
                     token_text_ ? fmt::format("\n{:15}\"{}\"", "", words) : words);
}

std::string FirstWrongBit::text() const {
  auto lines = lines_;
  if (!found_) {
    lines.emplace_back("reads", "every place that was read held its own prefix, and a fresh computation's bits");
    lines.emplace_back("last call", ledger_.call(ledger_.calls()));
  }
  std::string text;
  for (const auto& [label, words] : lines) text += fmt::format("  {:<13}{}\n", label, words);
  return text;
}

}  // namespace radixlab
