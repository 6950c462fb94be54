// Chapter 02, task 2.2: the vector comparison says what the loop of task 2.1 says, and reads behind no end.
#include "storage/match_len.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <numeric>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

#include "testing/own_process.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

// 0 1 2 .. : no two tokens equal, so that a comparison at the wrong place shows.
Text counting(std::size_t n) {
  Text text(n);
  std::iota(text.begin(), text.end(), 0);
  return text;
}

// Tokens whose last one is the last before memory that nobody may read.
class Guarded {
 public:
  explicit Guarded(const Text& text) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    length_ = (text.size() * sizeof(TokenId) + page_ - 1) / page_ * page_ + page_;
    memory_ = static_cast<char*>(mmap(nullptr, length_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    char* const end = memory_ + length_ - page_;
    mprotect(end, page_, PROT_NONE);
    tokens_ = {reinterpret_cast<TokenId*>(end) - text.size(), text.size()};
    std::ranges::copy(text, tokens_.begin());
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() { munmap(memory_, length_); }

  std::span<const TokenId> tokens() const { return tokens_; }

 private:
  std::size_t page_, length_;
  char* memory_;
  std::span<TokenId> tokens_;
};

TEST(Lab02MatchLen, T2_EqualRunsOfEveryLength) {
  const Text text = counting(300);
  for (std::size_t n = 0; n <= text.size(); ++n) {
    const auto run = std::span(text).first(n);
    ASSERT_EQ(get_match_len(run, Text(run.begin(), run.end())), n)
        << "two equal runs of " << n << " tokens: all are in common, also those behind the last whole vector";
  }
}

TEST(Lab02MatchLen, T2_TheFirstDifferenceAtEveryPlace) {
  const Text text = counting(300);
  for (std::size_t n = 1; n <= text.size(); n += 7)
    for (std::size_t at = 0; at < n; ++at) {
      Text other(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(n));
      other[at] = -1;
      ASSERT_EQ(get_match_len(std::span(text).first(n), other), at)
          << "runs of " << n << " tokens that differ in token " << at << " alone: the answer is that token's place, "
          << "not its vector's";
    }
}

TEST(Lab02MatchLen, T2_TheFirstOfManyDifferences) {
  const Text text = counting(200);
  for (std::size_t at = 0; at < text.size(); ++at) {
    Text other = text;
    std::fill(other.begin() + static_cast<std::ptrdiff_t>(at), other.end(), -1);
    ASSERT_EQ(get_match_len(text, other), at) << "all tokens from place " << at << " on differ: the first one counts";
  }
}

TEST(Lab02MatchLen, T2_EveryBitCounts) {
  const Text text = counting(64);
  for (std::size_t bit = 0; bit < 32; ++bit) {
    Text other = text;
    other[37] = static_cast<TokenId>(static_cast<std::uint32_t>(other[37]) ^ (1U << bit));
    ASSERT_EQ(get_match_len(text, other), 37u)
        << "tokens 37 differ in bit " << bit << " alone, and differ all the same";
  }
  Text other = text;
  other[12] ^= 1, other[13] ^= 1;
  ASSERT_EQ(get_match_len(text, other), 12u)
      << "tokens 12 and 13 differ in the same bit: combined by ^ instead of | the two differences vanish";
}

TEST(Lab02MatchLen, T2_StopsAtTheShorterOne) {
  const Text text = counting(100);
  for (std::size_t n = 0; n < text.size(); ++n) {
    ASSERT_EQ(get_match_len(text, std::span(text).first(n)), n)
        << "the second run has " << n << " tokens, the first 100";
    ASSERT_EQ(get_match_len(std::span(text).first(n), text), n)
        << "the first run has " << n << " tokens, the second 100";
  }
}

TEST(Lab02MatchLen, T2_RunsMayBeginAnywhere) {
  const Text text = counting(120);
  for (std::size_t shift = 0; shift < 17; ++shift) {
    const auto run = std::span(text).subspan(shift, 100);
    ASSERT_EQ(get_match_len(run, Text(run.begin(), run.end())), 100u)
        << "the run begins " << shift << " tokens into a buffer: a load must not ask for an aligned address";
  }
}

TEST(Lab02MatchLen, T2_ReadsBehindNoEnd) {
  const Text longer = counting(120);
  for (std::size_t n = 0; n <= 80; ++n) {
    const Guarded a(counting(n)), b(counting(n));
    ASSERT_EQ(get_match_len({}, longer), 0u) << "an empty run has nothing in common with any";
    const End end = in_a_process_of_its_own([&] {
      return get_match_len(a.tokens(), b.tokens()) == n && get_match_len(a.tokens(), longer) == n &&
             get_match_len(longer, b.tokens()) == n;
    });
    ASSERT_NE(end, End::killed) << "your function read behind the last token of a run of " << n
                                << ": a load went behind the end, where memory may end too. Throwing away what it "
                                   "brought does not help. At which place may the last load of eight begin?";
    ASSERT_NE(end, End::wrong) << "two runs of " << n << " tokens, equal to the end: all " << n << " are in common";
  }
}

TEST(Lab02MatchLen, T2_SaysWhatTheLoopSays) {
  std::mt19937 rng(2);
  for (int round = 0; round < 3000; ++round) {
    Text a(rng() % 150), b(rng() % 150);
    for (TokenId& token : a) token = static_cast<TokenId>(rng() % 20 == 0);
    for (TokenId& token : b) token = static_cast<TokenId>(rng() % 20 == 0);
    std::size_t expected = 0;
    while (expected < std::min(a.size(), b.size()) && a[expected] == b[expected]) ++expected;
    ASSERT_EQ(get_match_len(a, b), expected) << "random runs of " << a.size() << " and " << b.size() << " tokens";
  }
}

}  // namespace
}  // namespace radixlab
