// Chapter 03, tasks 3.1 and 3.2: the matcher, on the good hash and on those of the collision lab, beside brute force.
#include <gmock/gmock.h>
#include <map>
#include <random>

#include "03-hash-matching/bad_hashes.hpp"

namespace radixlab {

void PrintTo(const MatchingPrefix& match, std::ostream* out) {
  *out << "{sequence " << match.sequence << ", length " << match.length << "}";
}

void PrintTo(const BadHash& hash, std::ostream* out) { *out << hash.what; }

namespace {

using Tokens = std::vector<TokenId>;
using Found = std::vector<MatchingPrefix>;

std::size_t steps = 0;  // of the rolling hash
std::uint64_t counted_roll(std::uint64_t before, TokenId last) {
  ++steps;
  return roll_hash(before, last);
}

Tokens counted(std::size_t tokens, TokenId first = 0) {
  Tokens text(tokens);
  for (TokenId& token : text) token = first++;
  return text;
}

// The truth: every sequence is read.
Found by_brute_force(const std::vector<Tokens>& sequences, const Tokens& query) {
  Found all;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    std::size_t same = 0;
    while (same < query.size() && same < sequences[i].size() && query[same] == sequences[i][same]) ++same;
    if (same > 0) all.push_back({static_cast<std::ptrdiff_t>(i), same});
  }
  return all;
}

MatchingPrefix best_of(const Found& all) {
  MatchingPrefix best;
  for (const MatchingPrefix& match : all)
    if (match.length > best.length) best = match;
  return best;
}

std::string words(const Tokens& tokens) {
  std::string all;
  for (const TokenId token : tokens) all += (all.empty() ? "" : " ") + std::to_string(token);
  return all;
}

// What is wrong with an answer to find_matching_prefixes, if anything.
std::string trouble(const Found& found, const Found& truth) {
  std::map<std::ptrdiff_t, Found> named, right;
  for (const MatchingPrefix& match : found) named[match.sequence].push_back(match);
  for (const MatchingPrefix& match : truth) right[match.sequence].push_back(match);
  for (const auto& [sequence, answers] : named) {
    const std::string who = "sequence " + std::to_string(sequence);
    const std::string length = std::to_string(answers.front().length);
    if (!right.contains(sequence)) return who + " is named with " + length + " tokens, and shares none";
    if (answers.size() > 1) return who + " is named " + std::to_string(answers.size()) + " times, expected once";
    if (answers != right[sequence])
      return who + " is named with " + length + " tokens, expected each with the longest prefix that it shares, here " +
             std::to_string(right[sequence].front().length);
  }
  for (const MatchingPrefix& match : truth)
    if (!named.contains(match.sequence))
      return "sequence " + std::to_string(match.sequence) + " is missing, and shares " + std::to_string(match.length);
  return "";
}

// find_matching_prefixes(query) names each sequence that shares a token, once, with the longest, find_best()'s first.
void expect_all_matches(const HashBasedPrefixMatcher& matcher, const std::vector<Tokens>& sequences,
                        const Tokens& query) {
  const Found found = matcher.find_matching_prefixes(query), truth = by_brute_force(sequences, query);
  std::string wrong = trouble(found, truth);
  if (wrong.empty() && !found.empty() && found.front() != best_of(truth))
    wrong = "find_best's answer does not come first";
  if (wrong.empty()) return;
  std::string answered, indexed;
  for (const MatchingPrefix& match : found) answered += " " + testing::PrintToString(match);
  for (std::size_t i = 0; i < sequences.size(); ++i)
    indexed += (i > 0 ? ", " : " ") + std::to_string(i) + " = " + words(sequences[i]);
  ADD_FAILURE() << "find_matching_prefixes(" << words(query) << "): " << wrong << ". Answered:" << answered
                << ". Indexed:" << indexed;
}

// Texts of a few letters, so that they share prefixes, end inside one another and come twice.
std::vector<Tokens> random_texts(std::mt19937& random, std::size_t count) {
  std::vector<Tokens> texts(count);
  for (Tokens& text : texts) {
    if (&text != texts.data() && random() % 2 == 0) text = texts[random() % count];
    text.resize(random() % (text.size() + 4));
    while (random() % 4 != 0) text.push_back(static_cast<TokenId>(random() % 3 * 256 + random() % 2));
  }
  return texts;
}

TEST(Lab03Matcher, T1_OneStepATokenAndNoMore) {
  HashBasedPrefixMatcher matcher(counted_roll);
  steps = 0;
  matcher.index_sequence(counted(100));
  EXPECT_GE(steps, 100u) << "R1: 100 tokens need 100 steps of the hash given at construction; is it used at all?";
  EXPECT_LE(steps, 100u) << "R1: indexing 100 tokens took " << steps
                         << " steps of the hash. Hashing each prefix from its first token on takes 5050 (S7): the hash "
                            "of a prefix is one step from that of the prefix a token shorter";
}

TEST(Lab03Matcher, T1_EveryPrefixIsIndexed) {
  HashBasedPrefixMatcher matcher;
  const Tokens text = counted(20);
  matcher.index_sequence(text);
  EXPECT_EQ(matcher.num_prefixes(), 20u) << "a sequence of 20 tokens has 20 prefixes, the whole one too";
  for (std::size_t n = 1; n <= text.size(); ++n) {
    Tokens query(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(n));
    query.push_back(-1);
    EXPECT_EQ(matcher.find_best(query).length, n) << "a query that leaves the sequence after " << n << " tokens";
  }
}

TEST(Lab03Matcher, T1_ADistinctPrefixHasOneEntry) {
  HashBasedPrefixMatcher matcher;
  const Tokens first = {7, 7, 3, 1, 9}, second = {7, 7, 3, 4};
  matcher.index_sequence(first);
  matcher.index_sequence(second);
  EXPECT_EQ(matcher.num_prefixes(), 6u)
      << "5 prefixes of the first sequence and one new of the second, 7 7 3 4: what is known already needs no entry of "
         "its own, else a thousand sequences on one document keep its prefixes a thousand times";
  matcher.index_sequence(second);
  EXPECT_EQ(matcher.num_prefixes(), 6u) << "a sequence that comes again brings no new prefix";
}

TEST(Lab03Matcher, T1_NumbersCountFromZero) {
  HashBasedPrefixMatcher matcher;
  EXPECT_EQ(matcher.index_sequence(counted(3)), 0u);
  EXPECT_EQ(matcher.index_sequence(counted(3)), 1u) << "an equal sequence has a number of its own";
  EXPECT_EQ(matcher.index_sequence(Tokens{}), 2u) << "so has an empty one";
  EXPECT_EQ(matcher.index_sequence(counted(3, 50)), 3u);
  EXPECT_EQ(matcher.find_best(counted(3, 50)), (MatchingPrefix{3, 3})) << "the fourth sequence is number 3";
}

TEST(Lab03Matcher, T2_TheLongestPrefixWins) {
  HashBasedPrefixMatcher matcher;
  matcher.index_sequence(Tokens{7, 7, 3, 1, 9});
  matcher.index_sequence(Tokens{7, 7, 3, 4});
  EXPECT_EQ(matcher.find_best(Tokens{7, 7, 3, 4, 4}), (MatchingPrefix{1, 4}))
      << "sequence 0 shares 3 tokens and sequence 1 shares 4";
  EXPECT_EQ(matcher.find_best(Tokens{7, 7, 3, 1, 9, 9}), (MatchingPrefix{0, 5})) << "the query may go on";
  EXPECT_EQ(matcher.find_best(Tokens{7, 7}), (MatchingPrefix{0, 2})) << "the query may end first";
}

TEST(Lab03Matcher, T2_TiesGoToTheFirst) {
  HashBasedPrefixMatcher matcher;
  matcher.index_sequence(Tokens{7, 7, 3});
  matcher.index_sequence(Tokens{7, 7, 3});
  matcher.index_sequence(Tokens{7, 7, 4});
  EXPECT_EQ(matcher.find_best(Tokens{7, 7, 3}).sequence, 0)
      << "two sequences share 3 tokens: the lower number is the answer";
  EXPECT_EQ(matcher.find_best(Tokens{7, 7, 9}).sequence, 0) << "three sequences share 2 tokens";
}

TEST(Lab03Matcher, T2_NothingInCommon) {
  HashBasedPrefixMatcher matcher;
  EXPECT_EQ(matcher.find_best(Tokens{1, 2}), MatchingPrefix{}) << "nothing is indexed yet";
  matcher.index_sequence(Tokens{1, 2});
  EXPECT_EQ(matcher.find_best(Tokens{2, 1}), (MatchingPrefix{-1, 0})) << "no first token in common";
  EXPECT_EQ(matcher.find_best(Tokens{}), (MatchingPrefix{-1, 0})) << "an empty query shares nothing";
  EXPECT_EQ(matcher.find_matching_prefixes(Tokens{2, 1}), Found{});
}

TEST(Lab03Matcher, T2_AQueryIsHashedAsFarAsItCanMatch) {
  HashBasedPrefixMatcher matcher(counted_roll);
  matcher.index_sequence(counted(10));
  steps = 0;
  EXPECT_EQ(matcher.find_best(counted(5000)).length, 10u);
  EXPECT_LE(steps, 10u) << "the longest sequence has 10 tokens: what stands behind the 10th token of a query cannot "
                           "match, and need not be hashed";
}

TEST(Lab03Matcher, T2_TheTableIsAskedByHalves) {
  HashBasedPrefixMatcher matcher(counted_roll);
  for (std::size_t n = 1; n <= 300; ++n) {  // each prefix has another sequence that came first
    Tokens text = counted(n);
    text.push_back(-1);
    matcher.index_sequence(text);
  }
  Tokens query = counted(150);
  query.resize(300, -2);
  const std::size_t before = matcher.look_ups();
  steps = 0;
  EXPECT_EQ(matcher.find_best(query), (MatchingPrefix{149, 150}));
  const std::size_t asked = matcher.look_ups() - before;
  EXPECT_TRUE(asked > 0 && steps > 0) << "find_best hashed " << steps << " tokens of the query and asked the table "
                                      << asked
                                      << " times: was each of the 300 sequences read instead? The index is there "
                                         "so that none need be";
  EXPECT_LE(asked, 20u) << "R2: 300 lengths by halves take 9 look-ups, or some more; find_best took " << asked
                        << ". If a length is not indexed, no longer one is: ask in the middle, not one length after "
                           "the other";
}

TEST(Lab03Matcher, T2_EachSequenceOnceWithItsLongest) {
  HashBasedPrefixMatcher matcher;
  const std::vector<Tokens> sequences = {{7, 7, 3, 1, 9}, {7, 7, 3, 4}, {8, 8}, {7, 7, 3, 1, 2}, {7, 5}, {7, 7, 3}};
  for (const Tokens& sequence : sequences) matcher.index_sequence(sequence);
  for (const Tokens& query : {Tokens{7, 7, 3, 1, 2, 2}, Tokens{7, 7}, Tokens{7, 7, 3, 4}, Tokens{7, 5, 5}, Tokens{8}})
    expect_all_matches(matcher, sequences, query);
}

TEST(Lab03Matcher, T2_ACollisionIsNoHit) {
  HashBasedPrefixMatcher matcher(mod_256_roll);
  matcher.index_sequence(Tokens{7, 7, 3});
  EXPECT_EQ(matcher.find_best(Tokens{263, 7, 3}), (MatchingPrefix{-1, 0}))
      << "I12: 263 % 256 is 7, so the hashes are equal; the tokens are not. A hit that is not verified gives one "
         "text's "
         "keys and values to another";
  matcher.index_sequence(Tokens{263, 7, 3});
  EXPECT_EQ(matcher.find_best(Tokens{263, 7, 3}), (MatchingPrefix{1, 3}))
      << "I12: both texts are indexed under one hash; if the first is the wrong one, the next must be asked";
}

TEST(Lab03Matcher, T2_APairThatCollidesUnderTheGoodHash) {
  HashBasedPrefixMatcher matcher;
  Tokens text(kCollidingText.begin(), kCollidingText.end()), twin(kCollidingTwin.begin(), kCollidingTwin.end());
  std::uint64_t one = 0, other = 0;
  for (const TokenId token : text) one = roll_hash(one, token);
  for (const TokenId token : twin) other = roll_hash(other, token);
  ASSERT_EQ(one, other) << "given: 64 bits are equal, and not one token";
  for (Tokens* longer : {&text, &twin}) longer->insert(longer->end(), {5, 6, 7});
  matcher.index_sequence(text);
  EXPECT_EQ(matcher.find_best(twin), (MatchingPrefix{-1, 0})) << "I12: no first token in common";
  matcher.index_sequence(twin);
  EXPECT_EQ(matcher.find_best(text), (MatchingPrefix{0, 7})) << "I12";
  EXPECT_EQ(matcher.find_best(twin), (MatchingPrefix{1, 7})) << "I12";
}

class Lab03Collisions : public testing::TestWithParam<BadHash> {};

TEST_P(Lab03Collisions, T2_EveryAnswerIsBruteForces) {
  std::mt19937 random(20);
  std::size_t hits = 0;
  for (int round = 0; round < 40; ++round) {
    HashBasedPrefixMatcher matcher(GetParam().roll);
    const std::vector<Tokens> sequences = random_texts(random, 24);
    for (const Tokens& sequence : sequences) matcher.index_sequence(sequence);
    for (const Tokens& query : random_texts(random, 24)) {
      const Found truth = by_brute_force(sequences, query);
      ASSERT_EQ(matcher.find_best(query), best_of(truth)) << "find_best(" << words(query) << ")";
      expect_all_matches(matcher, sequences, query);
      ASSERT_FALSE(HasFailure()) << "given: the next queries would say the same";
      hits += !truth.empty();
    }
  }
  EXPECT_GT(hits, 500u) << "given: most queries have an answer";
}

INSTANTIATE_TEST_SUITE_P(Hashes, Lab03Collisions, testing::ValuesIn(kBadHashes),
                         [](const auto& hash) { return std::string(hash.param.name); });
INSTANTIATE_TEST_SUITE_P(TheGoodHash, Lab03Collisions,
                         testing::Values(BadHash{"roll", "the one to use", roll_hash, hash_block}),
                         [](const auto& hash) { return std::string(hash.param.name); });

}  // namespace
}  // namespace radixlab
