#include "testing/kv_ledger.hpp"

namespace radixlab {

using std::to_string;

void KvLedger::forward(const std::string& who, PrefixKey text, std::span<const PageId> table, std::size_t begin) {
  kv_.write(text, table, begin);
  calls_.push_back("forward of " + who + ", " + range_in_words("position", begin, text.tokens.size() - 1));
  const auto kept = std::make_shared<const std::vector<TokenId>>(text.tokens.begin(), text.tokens.end());
  for (std::size_t i = begin; i < kept->size(); ++i)
    places_.at(table[i / page_size_] * page_size_ + i % page_size_) = {who, text.cache_salt, kept, i + 1, calls()};
}

void KvLedger::copy(PageId from, PageId to, std::size_t tokens) {
  kv_.copy_kv(from, to, tokens);
  calls_.push_back("page " + to_string(from) + " copied to page " + to_string(to) + ", " + to_string(tokens) +
                   (tokens == 1 ? " place" : " places"));
  for (std::size_t i = 0; i < tokens; ++i) {
    Place& place = places_.at(to * page_size_ + i) = at(from, i);
    place.call = calls();
  }
}

void KvLedger::free(PageId page) {
  kv_.poison(page);
  calls_.push_back("page " + to_string(page) + " freed");
  for (std::size_t i = 0; i < page_size_; ++i) {
    Place& place = places_.at(page * page_size_ + i);
    place.freed = true;
    place.call = calls();
  }
}

std::string KvLedger::call(std::size_t number) const {
  return number == 0 ? "no call" : "call " + to_string(number) + ": " + calls_.at(number - 1);
}

std::string range_in_words(const std::string& noun, std::size_t first, std::size_t last) {
  return first == last ? noun + " " + to_string(first) : noun + "s " + to_string(first) + ".." + to_string(last);
}

}  // namespace radixlab
