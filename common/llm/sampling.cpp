#include "llm/sampling.hpp"

#include <cmath>
#include <cstddef>
#include <fmt/format.h>
#include <stdexcept>

#include "kernels/cpu/isa.hpp"
#include "kernels/cpu/isa_table.hpp"
#include "storage/split_mix.hpp"

namespace radixlab {
namespace {

struct Candidate {
  float logit;
  TokenId id;
  std::uint64_t weight;  // of the largest logit: kOne
};

// Whole numbers, because their sums are exact and so need no order.
constexpr float kOne = 0x1p32f;

bool more_likely(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}
bool less_likely(const Candidate& a, const Candidate& b) { return more_likely(b, a); }

std::vector<Candidate> candidates_of(std::span<const float> logits) {
  std::vector<Candidate> all(logits.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = {logits[i], static_cast<TokenId>(i), 0};
  return all;
}

void keep_top_k(std::vector<Candidate>& candidates, std::size_t top_k) {
  if (top_k == 0 || top_k >= candidates.size()) return;
  std::ranges::nth_element(candidates, candidates.begin() + static_cast<std::ptrdiff_t>(top_k), more_likely);
  candidates.resize(top_k);
}

// Returns the sum of the weights. exp is that of the kernels: libm's differs between processors by its last bit.
std::uint64_t weigh(std::span<Candidate> candidates, float largest, float temperature) {
  static const auto exp = isa_table(isa_supported(Isa::avx2) ? Isa::avx2 : Isa::scalar).exp;
  float some[256];
  std::uint64_t sum = 0;
  while (!candidates.empty()) {
    const auto now = candidates.first(std::min(candidates.size(), std::size(some)));
    for (std::size_t i = 0; i < now.size(); ++i) some[i] = (now[i].logit - largest) / temperature;
    exp(some, now.size(), some);
    for (std::size_t i = 0; i < now.size(); ++i) sum += now[i].weight = static_cast<std::uint64_t>(some[i] * kOne);
    candidates = candidates.subspan(now.size());
  }
  return sum;
}

// Returns the sum of the weights that are kept. A heap, since few of many are: in sorting all, most work would be lost.
std::uint64_t keep_top_p(std::vector<Candidate>& candidates, std::uint64_t sum, float top_p) {
  const auto needed = static_cast<std::uint64_t>(std::ceil(static_cast<double>(top_p) * static_cast<double>(sum)));
  std::ranges::make_heap(candidates, less_likely);
  std::uint64_t kept = 0;
  auto first_kept = candidates.end();
  do {
    std::ranges::pop_heap(candidates.begin(), first_kept--, less_likely);
    kept += first_kept->weight;
  } while (kept < needed);
  candidates.erase(candidates.begin(), first_kept);
  return kept;
}

// 0 .. sum - 1.
std::uint64_t drawn(std::uint64_t sum, std::uint64_t seed, std::size_t answer, std::size_t index) {
  std::uint64_t bits = split_mix(seed + kSplitMixStep);
  bits = split_mix(bits + (answer + 1) * kSplitMixStep);
  bits = split_mix(bits + (index + 1) * kSplitMixStep);
  const double share = static_cast<double>(bits >> 11) * 0x1p-53;  // below 1, all its bits are kept
  return std::min(static_cast<std::uint64_t>(share * static_cast<double>(sum)), sum - 1);
}

void check_field(bool good, const char* field, const auto& found, const char* expected) {
  if (!good) throw std::invalid_argument(fmt::format("{}: expected {}, found {}", field, expected, found));
}

}  // namespace

void check_params(const SamplingParams& params) {
  check_field(params.n >= 1, "n", params.n, "1 or more answers");
  const float t = params.temperature;
  check_field(t == 0 || (t >= kLeastTemperature && std::isfinite(t)), "temperature", t,
              "0 (greedy), or a number from 1e-06 on");
  check_field(params.top_p > 0 && params.top_p <= 1, "top_p", params.top_p, "a number above 0 and up to 1");
  check_field(params.max_tokens >= 1, "max_tokens", params.max_tokens, "1 or more tokens");
  for (const TokenId id : params.stop_token_ids) check_field(id >= 0, "stop_token_ids", id, "ids from 0 on");
  for (const std::string& text : params.stop) check_field(!text.empty(), "stop", "\"\"", "texts that are not empty");
}

std::optional<TokenId> sample(std::span<const float> logits, const SamplingParams& params, std::size_t answer,
                              std::size_t index) {
  if (params.temperature == 0) return greedy(logits);
  if (!all_finite(logits)) return std::nullopt;
  std::vector<Candidate> kept = candidates_of(logits);
  keep_top_k(kept, params.top_k);
  std::uint64_t sum = weigh(kept, std::ranges::max(logits), params.temperature);
  if (params.top_p < 1) sum = keep_top_p(kept, sum, params.top_p);
  if (params.top_k > 0 || params.top_p < 1) std::ranges::sort(kept, {}, &Candidate::id);
  std::uint64_t at = drawn(sum, params.seed, answer, index);
  auto token = kept.begin();
  for (; at >= token->weight; ++token) at -= token->weight;
  return token->id;
}

}  // namespace radixlab
