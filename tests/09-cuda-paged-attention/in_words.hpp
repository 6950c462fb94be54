// The first number that differs, in words: where it is, what was expected, and what it is instead where that can be told.
#pragma once
#include <cstdio>

#include "attention_lab.hpp"

namespace radixlab::lab09 {

inline bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (std::isnan(a) && std::isnan(b));
}
/// What device memory holds before anybody writes.
inline bool untouched(float x) { return std::bit_cast<std::uint32_t>(x) == 0xffffffffu; }
inline bool untouched_bfloat16(float x) { return std::bit_cast<std::uint32_t>(x) == 0xffff0000u; }
inline bool close(float a, float b) { return std::fabs(a - b) <= 1e-2f * std::fabs(b) && a != b; }

inline std::string number(float x) {
  if (std::isnan(x)) return "NaN";
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(x));
  return text;
}
inline const std::string kOtherOrder =
    "; nearly right: is the sum made in the order of docs/numerics.md, and rounded where it says?";

template <class T>
class InWords {
 public:
  /// What lies `within` of a wrong formula's number counts as that; without it only the same bits do.
  explicit InWords(const Batch<T>& batch, float within = 0) : b_(batch), within_(within) {}

  std::string row(int r) const {
    return "row " + std::to_string(r) + " (sequence " + std::to_string(b_.sequence[r]) + ", sees " +
           counted(b_.length[r], "key") + ")";
  }
  std::string differs(int r, int head, const std::string& place, float got, float expected) const {
    return row(r) + ", head " + std::to_string(head) + place + ": got " + number(got) + ", expected " +
           number(expected);
  }

  /// Why a score may be `got`: the score of which key, by which query.
  std::string why_score(int r, int head, int position, float got) const {
    if (untouched(got)) return "; nobody wrote it";
    const Sight right = b_.sight(r, head);
    if (b_.length[r] <= position) return "";
    Sight bare = right;
    bare.scaled = false;
    if (same(got, b_.score(r, head, bare, position))) return "; it is not multiplied by 1 / sqrt(head_dim)";
    for (int kv = 0; kv < b_.kv_heads; ++kv)
      if (const Sight of{right.sequence, kv, right.length}; same(got, b_.score(r, head, of, position)))
        return "; that is the score with KV head " + std::to_string(kv) + ": head " + std::to_string(head) +
               " reads KV head " + std::to_string(right.kv_head) + ", head / (heads / kv_heads)";
    for (int s = 0; s < b_.sequences(); ++s)
      for (int kv = 0; kv < b_.kv_heads; ++kv)
        for (int j = 0; j < b_.positions(s); ++j)
          if (same(got, b_.score(r, head, {s, kv, j + 1}, j))) return other_key(right, s, kv, j, position);
    for (int other = 0; other < b_.rows(); ++other)
      for (int h = 0; h < b_.heads; ++h)
        if (same(got, b_.score(other, h, right, position)))
          return "; that is the score of the query of row " + std::to_string(other) + ", head " + std::to_string(h);
    return close(got, b_.score(r, head, right, position)) ? kOtherOrder : "";
  }

  /// Why coordinate d of an output may be `got`. of(sight) is the pass's formula.
  template <class F>
  std::string why_mix(int r, int head, float got, const F& of) const {
    if (untouched(got) || (sizeof(T) == 2 && untouched_bfloat16(got))) return "; nobody wrote it";
    const Sight right = b_.sight(r, head);
    if (right.length == 0)
      return std::isnan(got) ? "; a row that sees nothing is 0, and 0 / 0 or 0 times infinity is NaN" : "";
    for (int kv = 0; kv < b_.kv_heads; ++kv) {
      Sight all = right, keys = right, values = right;
      all.kv_head = keys.kv_head = values.value_head = kv;
      keys.value_head = right.kv_head;
      for (const Sight& wrong : {all, keys, values})
        if (kv != right.kv_head && is(got, of(wrong)))
          return "; that is what " + std::string(wrong.value_head == right.kv_head ? "keys" : "values") +
                 " of KV head " + std::to_string(kv) + " give: head " + std::to_string(head) + " reads KV head " +
                 std::to_string(right.kv_head) + ", head / (heads / kv_heads)";
    }
    if (got == 0 && of(right) == 0)
      return "; it differs in its sign alone: in bfloat16 the sum over positions ends with + 0, in float32 it does not";
    Sight wrong = right;
    for (wrong.sequence = 0; wrong.sequence < b_.sequences(); ++wrong.sequence)
      if (b_.positions(wrong.sequence) >= right.length && is(got, of(wrong)))
        return "; that is what sequence " + std::to_string(wrong.sequence) +
               " gives: is another row's line of the page table read?";
    wrong = right;
    wrong.rounded = false;
    if (within_ == 0 && same(got, of(wrong))) return "; that is the mix of weights that are not rounded to bfloat16";
    wrong = right;
    wrong.scaled = false;
    if (is(got, of(wrong))) return "; its scores are not multiplied by 1 / sqrt(head_dim)";
    wrong = right;
    wrong.divided = false;
    if (is(got, of(wrong))) return "; it is not multiplied by the inverse sum of the weights";
    wrong = right;
    for (wrong.length = 1; wrong.length < right.length; ++wrong.length)
      if (right.length <= 40 || right.length - wrong.length <= 3)
        if (is(got, of(wrong)))
          return "; that is the mix of the first " + std::to_string(wrong.length) + " values: what of the others?";
    if (std::isnan(got) && !std::isnan(of(right)))
      return "; is a value read that the row does not see? A weight of 0 times NaN is NaN";
    return within_ == 0 && close(got, of(right)) ? kOtherOrder : "";
  }

 private:
  bool is(float got, float other) const { return same(got, other) || std::fabs(got - other) <= within_; }
  std::string other_key(const Sight& right, int s, int kv, int j, int position) const {
    std::string text = "; that is the score of position " + std::to_string(j);
    if (s != right.sequence)
      return text + " of sequence " + std::to_string(s) + ": is another row's line of the page table read?";
    if (kv != right.kv_head) text += " of KV head " + std::to_string(kv);
    return text + ", which lies in page " + std::to_string(j / b_.page) + " of the table, place " +
           std::to_string(j % b_.page) + "; expected page " + std::to_string(position / b_.page) + ", place " +
           std::to_string(position % b_.page);
  }

  const Batch<T>& b_;
  const float within_;
};

/// Scores [rows, heads, max_length] of a pass.
template <class T>
void expect_scores(const Batch<T>& b, const std::vector<float>& got, const std::string& pass) {
  const InWords<T> words(b);
  for (int r = 0; r < b.rows(); ++r)
    for (int h = 0; h < b.heads; ++h)
      for (int j = 0; j < b.max_length; ++j) {
        const float x = got[b.item(r, h) * b.max_length + j];
        const std::string place = ", position " + std::to_string(j);
        if (j >= b.length[r]) {
          ASSERT_TRUE(untouched(x)) << words.row(r) << ", head " << h << place << " was written: " << number(x)
                                    << ", though the row does not see it [" << pass << ": " << b.name() << "]";
          continue;
        }
        const float expected = b.score(r, h, b.sight(r, h), j);
        ASSERT_TRUE(same(x, expected)) << words.differs(r, h, place, x, expected) << words.why_score(r, h, j, x) << " ["
                                       << pass << ": " << b.name() << "]";
      }
}

/// Outputs [rows, heads, dim]; of(row, head, sight, d) is the formula of what was run, for words.
template <class T, class F>
void expect_out(const Batch<T>& b, const std::vector<float>& got, const std::vector<float>& expected,
                const std::string& pass, const F& of) {
  const InWords<T> words(b);
  for (int r = 0; r < b.rows(); ++r)
    for (int h = 0; h < b.heads; ++h)
      for (int d = 0; d < b.dim; ++d) {
        const std::size_t i = b.item(r, h) * b.dim + d;
        if (same(got[i], expected[i])) continue;
        FAIL() << words.differs(r, h, ", coordinate " + std::to_string(d), got[i], expected[i])
               << words.why_mix(r, h, got[i], [&](const Sight& sight) { return of(r, h, sight, d); }) << " [" << pass
               << ": " << b.name() << "]";
      }
}

}  // namespace radixlab::lab09
