/// \file
/// For the trie's tests: eight slots whose versions the test turns, a trie that asks for them, and a note of the calls.
#pragma once
#include <array>
#include <gtest/gtest.h>
#include <iostream>
#include <sstream>
#include <string>

#include "04-slots/prefix_cache_manager.hpp"

namespace radixlab {

using Text = std::vector<TokenId>;

inline void PrintTo(const PrefixHit& hit, std::ostream* out) {
  *out << "{" << hit.prefix_len << " tokens, slot " << hit.slot << " v" << hit.slot_ver << "}";
}

inline std::string show(const Text& text) {
  std::ostringstream words;
  for (std::size_t i = 0; i < text.size(); ++i) words << (i > 0 ? " " : "[") << text[i];
  return text.empty() ? "[]" : words.str() + "]";
}

class Trie {
 public:
  explicit Trie(std::size_t max_capacity) : trie_(max_capacity, [this](std::int32_t slot) { return answer(slot); }) {
    versions_.fill(1);
  }

  void insert(const Text& text, std::int32_t slot, std::uint32_t salt = 0) {
    told << "insert " << show(text) << " for slot " << slot << "\n";
    asked_ = 0;
    trie_.insert({text, salt}, slot, version(slot));
  }
  /// Inserted, and not pinned.
  void keep(const Text& text, std::int32_t slot) {
    insert(text, slot);
    EXPECT_NO_THROW(release(text)) << "insert pins its text once, whatever it forgets: " << show(text)
                                   << " was inserted for slot " << slot
                                   << " just now, so that one release goes through";
  }
  void pin(const Text& text) { told << "pin " << show(text) << "\n", trie_.pin(text); }
  void release(const Text& text) { told << "release " << show(text) << "\n", trie_.release(text); }
  void take_anew(std::int32_t slot) {
    told << "slot " << slot << " is taken anew\n";
    ++versions_.at(static_cast<std::size_t>(slot));
  }
  PrefixHit find(const Text& text, std::uint32_t salt = 0) {
    asked_ = 0;
    const PrefixHit hit = trie_.find({text, salt});
    told << "find " << show(text) << " -> " << hit.prefix_len << " tokens, slot " << hit.slot << "\n";
    return hit;
  }
  std::size_t found(const Text& text) { return find(text).prefix_len; }
  std::uint32_t version(std::int32_t slot) const { return versions_.at(static_cast<std::size_t>(slot)); }
  std::size_t num_nodes() const { return trie_.num_nodes(); }
  PrefixCacheManager& manager() { return trie_; }

  std::ostringstream told;  ///< what was called so far, a line a call

 private:
  // The trie's question. A call asks once or twice a node and a slot; one that never ends asks for ever.
  std::uint32_t answer(std::int32_t slot) {
    if (slot < 0) throw std::logic_error("I7: a node that names no row (slot -1) was taken for a hit");
    if (++asked_ > 10000)
      throw std::logic_error("I28: find meets slot " + std::to_string(slot) +
                             " for ever: forget left a node that names it (was a child relabelled after its parent?)");
    return version(slot);
  }

  std::size_t asked_ = 0;  // since the call began
  std::array<std::uint32_t, 8> versions_;
  PrefixCacheManager trie_;
};

class TrieTest : public testing::Test {
 protected:
  Trie trie{1000};  // room for all that these tests insert
  Trie small{4};    // nodes
  void TearDown() override {
    if (!HasFailure()) return;
    for (const Trie* one : {&trie, &small})
      if (!one->told.str().empty()) std::cout << "What was done:\n" << one->told.str();
  }
};

}  // namespace radixlab
