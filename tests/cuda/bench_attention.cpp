// Chapter 09's attention, rung by rung: requests that decode, a query each over all its keys.
#include "09-cuda-paged-attention/paged_attention.hpp"
#include "bench_cases.hpp"

namespace radixlab::bench {
namespace {

struct Decode {
  int requests, tokens, heads, kv_heads, head_dim, page_size;

  std::string words() const {
    return ", decode of " + std::to_string(requests) + " x " + std::to_string(tokens) + " tokens, heads " +
           std::to_string(heads) + "/" + std::to_string(kv_heads) + " x " + std::to_string(head_dim) + ", pages of " +
           std::to_string(page_size);
  }
  double keys() const { return 1.0 * requests * tokens; }
  double bytes() const {
    return sizeof(BFloat16) * (2 * keys() * kv_heads * head_dim + 2.0 * requests * heads * head_dim);
  }
  double fmas() const { return 2 * keys() * heads * head_dim; }
};

/// A call's arrays. Neighbouring pages of a request lie far apart.
class Arrays {
 public:
  explicit Arrays(const Decode& d)
      : d_(d),
        max_pages_((d.tokens + d.page_size - 1) / d.page_size),
        stride_(std::size_t{2} * d.kv_heads * d.page_size * d.head_dim),
        pool_(filled<BFloat16>(std::size_t(d.requests) * max_pages_ * stride_)),
        q_(filled<BFloat16>(std::size_t(d.requests) * d.heads * d.head_dim)),
        out_(filled<BFloat16>(q_->size())),
        scores_(filled<float>(std::size_t(d.requests) * d.heads * d.tokens)),
        inverse_sums_(filled<float>(std::size_t(d.requests) * d.heads)),
        length_(with(std::vector<int>(d.requests, d.tokens))) {
    std::vector<int> sequence(d.requests);
    std::vector<std::uint32_t> table(std::size_t(d.requests) * max_pages_);
    for (int r = 0; r < d.requests; ++r) {
      sequence[r] = r;
      for (int p = 0; p < max_pages_; ++p) table[std::size_t(r) * max_pages_ + p] = std::uint32_t(p * d.requests + r);
    }
    sequence_ = with(sequence), table_ = with(table);
  }
  PagedAttention<BFloat16> call() const {
    return {.q = q_->data(),
            .rows = {sequence_->data(), length_->data(), d_.requests},
            .heads = d_.heads,
            .max_length = d_.tokens,
            .pages = {pool_->data(), stride_, d_.kv_heads, d_.page_size, d_.head_dim, table_->data(), max_pages_},
            .scores = scores_->data(),
            .inverse_sums = inverse_sums_->data(),
            .out = out_->data()};
  }

 private:
  Decode d_;
  int max_pages_;
  std::size_t stride_;
  std::shared_ptr<DeviceArray<BFloat16>> pool_, q_, out_;
  std::shared_ptr<DeviceArray<float>> scores_, inverse_sums_;
  std::shared_ptr<DeviceArray<int>> length_, sequence_;
  std::shared_ptr<DeviceArray<std::uint32_t>> table_;
};

/// run(call, scratch), with scratch_floats of it.
template <class F>
Case timed(const std::string& name, const Decode& d, std::size_t scratch_floats, const F& run) {
  return {name + d.words(), "bfloat16", d.bytes(), d.fmas(), [=] {
            const Arrays arrays(d);
            const auto scratch = filled<float>(scratch_floats);
            return [=] { run(arrays.call(), scratch->data()); };
          }};
}

std::vector<Case> rungs(const Decode& d) {
  using Call = PagedAttention<BFloat16>;
  return {timed("attention, rung 2", d, 0,
                [](const Call& c, float*) { scores_paged(c), softmax_by_half_warps(c), mix_paged(c); }),
          timed("attention, rung 3", d, 0,
                [](const Call& c, float*) { scores_shared(c), softmax_by_half_warps(c), mix_paged(c); }),
          timed("attention, rung 4", d, 0,
                [](const Call& c, float*) { scores_shared_heads(c), softmax_by_half_warps(c), mix_shared_heads(c); }),
          timed("attention, rung 5", d, split_scratch(d.requests, d.heads, d.tokens, d.head_dim),
                [](const Call& c, float* scratch) { attention_split(c, scratch); }),
          timed("attention, as --numerics exact runs it", d, attention_scratch(d.requests, d.heads, d.tokens),
                [](const Call& c, float* scratch) { attention(c, scratch); })};
}

const Added attention_cases(
    rungs({.requests = 64, .tokens = 4096, .heads = 32, .kv_heads = 8, .head_dim = 128, .page_size = 16}));

}  // namespace
}  // namespace radixlab::bench
