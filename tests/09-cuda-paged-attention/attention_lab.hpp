// What the tests of chapter 09 share: a batch in device memory, what the CPU says of it, and words for the first number that
// differs. Numbers of T are kept widened, which is exact.
#pragma once
#include <functional>
#include <optional>

#include "09-cuda-paged-attention/paged_attention.hpp"
#include "reference.hpp"
#include "scene.hpp"

namespace radixlab::lab09 {

/// "1 key", "2 keys".
inline std::string counted(int n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

/// Runs a test for both types: body(T{}).
template <class F>
void in_both_types(const F& body) {
  if (!has_device()) GTEST_SKIP() << "this machine has no GPU";
  body(float{});
  body(BFloat16{});
}

/// The sum of a(i) b(i) for i < n in T's order: a chain, or a tile sum.
template <class T, class A, class B>
float sum_in_order(int n, const A& a, const B& b) {
  float sum = 0;
  if constexpr (std::is_same_v<T, float>) {
    for (int i = 0; i < n; ++i) sum = std::fma(a(i), b(i), sum);
  } else {
    for (int block = 0; block < n; block += 32) {
      float chain[2] = {0, 0};
      for (int i = block; i < block + 32; ++i)
        chain[i % 2] = std::fma(i < n ? a(i) : 0.0f, i < n ? b(i) : 0.0f, chain[i % 2]);
      sum = sum + (chain[0] + chain[1]);
    }
  }
  return sum;
}

/// Which keys a row and head sees, and by which formula; others than the right ones explain a wrong number.
struct Sight {
  int sequence, kv_head, length;
  bool scaled = true, rounded = true, divided = true;
  int value_head = -1;  // of the values, if it is not kv_head
};

/// Keys, values and queries of a batch. Rows are the chunks', in order; `padding` puts a row of length 0 before each, and one
/// behind the last.
template <class T>
class Batch {
 public:
  enum class Padding { none, between };
  using Values = std::vector<float>;

  Batch(const std::vector<Chunk>& chunks, const Heads& shape, std::size_t page_size, Padding padding = Padding::none)
      : scene(chunks, shape, page_size),
        heads(static_cast<int>(shape.heads)),
        kv_heads(static_cast<int>(shape.kv_heads)),
        dim(static_cast<int>(shape.head_dim)),
        page(static_cast<int>(page_size)) {
    int positions = 0;
    for (const Chunk& c : chunks) {
      first_position_.push_back(positions);
      positions += static_cast<int>(c.start + c.rows);
    }
    first_position_.push_back(positions);
    for (std::size_t r = 0; r < scene.length.size(); ++r) {
      if (padding == Padding::between) add_row(0, 0);
      add_row(scene.sequence[r], scene.length[r]);
    }
    if (padding == Padding::between) add_row(0, 0);
    max_length = length.empty() ? 0 : *std::ranges::max_element(length);
    const std::size_t kv = static_cast<std::size_t>(positions) * shape.kv_heads * shape.head_dim;
    k = only<T>(random_floats(kv, 1, 2));
    v = only<T>(random_floats(kv, 2, 2));
    q = only<T>(random_floats(length.size() * shape.heads * shape.head_dim, 3, 2));
  }

  int rows() const { return static_cast<int>(length.size()); }
  int positions(int s) const { return first_position_[s + 1] - first_position_[s]; }
  int sequences() const { return static_cast<int>(first_position_.size()) - 1; }
  int kv_head_of(int head) const { return head / (heads / kv_heads); }
  Sight sight(int row, int head) const { return {sequence[row], kv_head_of(head), length[row]}; }
  float& key(int s, int kv_head, int position, int d) { return k[place(s, kv_head, position) + d]; }
  float& value(int s, int kv_head, int position, int d) { return v[place(s, kv_head, position) + d]; }
  float value(int s, int kv_head, int position, int d) const { return v[place(s, kv_head, position) + d]; }
  const float* query(int row, int head) const { return &q[(std::size_t(row) * heads + head) * dim]; }
  std::size_t item(int row, int head) const { return std::size_t(row) * heads + head; }

  std::string name() const {
    const bool one_piece = sequences() == 1 && page >= positions(0);
    return std::string(sizeof(T) == 4 ? "float32, " : "bfloat16, ") + counted(heads, "head") + " on " +
           counted(kv_heads, "KV head") + " of " + std::to_string(dim) +
           (one_piece ? ", in one piece" : ", pages of " + std::to_string(page));
  }

  // docs/numerics.md, "attention", pass by pass.

  float score(int row, int head, const Sight& of, int position) const {
    const float *const a = query(row, head), *const b = &k[place(of.sequence, of.kv_head, position)];
    const float sum = sum_in_order<T>(
        dim, [&](int d) { return a[d]; }, [&](int d) { return b[d]; });
    return of.scaled ? sum * (1.0f / std::sqrt(static_cast<float>(dim))) : sum;
  }
  Values scores(int row, int head, const Sight& of) const {
    Values s(of.length);
    for (int j = 0; j < of.length; ++j) s[j] = score(row, head, of, j);
    return s;
  }
  static Values weights(Values s, bool rounded = true) {
    float maximum = -kInfinity;
    for (const float x : s) maximum = std::fmax(maximum, x);
    for (float& x : s) x = reference::exp(x - maximum);
    if (rounded)
      for (float& x : s) x = reference::rounded<T>(x);
    return s;
  }
  static float inverse_sum(const Values& weights) {
    if (weights.empty()) return 0;
    float lane[16] = {};
    for (std::size_t j = 0; j < weights.size(); ++j) lane[j % 16] = lane[j % 16] + weights[j];
    for (int w = 8; w >= 1; w /= 2)
      for (int i = 0; i < w; ++i) lane[i] = lane[i] + lane[i + w];
    return 1.0f / lane[0];
  }
  float mix(const Values& weights, float inverse, const Sight& of, int d) const {
    const int n = std::min<int>(of.length, static_cast<int>(weights.size()));
    const int of_values = of.value_head < 0 ? of.kv_head : of.value_head;
    const float sum = sum_in_order<T>(
        n, [&](int j) { return weights[j]; }, [&](int j) { return v[place(of.sequence, of_values, j) + d]; });
    return reference::rounded<T>((sizeof(T) == 4 ? sum : sum + 0.0f) * (of.divided ? inverse : 1.0f));
  }
  float attention(int row, int head, const Sight& of, int d) const {
    const Values w = weights(scores(row, head, of), of.rounded);
    return mix(w, inverse_sum(w), of, d);
  }

  /// What the CPU's kernels make of it, [rows, heads, dim]; +0 for padding.
  Values on_cpu() {
    ThreadPool pool(1);
    const Kernels kernels(best_isa(), pool);
    kernels.write_kv(narrow<T>(k).data(), narrow<T>(v).data(), scene.whole(), scene.layer);
    const std::size_t size = std::size_t(heads) * dim;
    Values asked, out(q.size());
    for (int r = 0; r < rows(); ++r)
      if (length[r] > 0) asked.insert(asked.end(), query(r, 0), query(r, 0) + size);
    std::vector<T> answer(asked.size());
    kernels.attention(narrow<T>(asked).data(), scene.batch(), scene.heads.heads, scene.layer, answer.data());
    const Values widened = widen(answer);
    for (std::size_t r = 0, next = 0; r < length.size(); ++r)
      if (length[r] > 0) std::copy_n(&widened[next++ * size], size, &out[r * size]);
    return out;
  }
  /// As they lie in device memory. What no position has is NaN, and a table's entry behind the last page names no page.
  std::vector<T> pages() {
    ThreadPool pool(1);
    Kernels(best_isa(), pool).write_kv(narrow<T>(k).data(), narrow<T>(v).data(), scene.whole(), scene.layer);
    return scene.pages_for_device();
  }

  Scene<T> scene;
  const int heads, kv_heads, dim, page;
  int max_length = 0;
  std::vector<int> sequence, length;  // of each row
  Values q, k, v;                     // [rows, heads, dim], [positions of all sequences, kv_heads, dim]

 private:
  void add_row(int s, int n) { sequence.push_back(s), length.push_back(n); }
  std::size_t place(int s, int kv_head, int position) const {
    return (std::size_t(first_position_[s] + position) * kv_heads + kv_head) * dim;
  }

  std::vector<int> first_position_;  // in k and v, of each sequence
  FlushToZero guard_;                // the formulas above run in this thread
};

/// A batch in device memory.
template <class T>
class OnDevice {
 public:
  explicit OnDevice(Batch<T>& batch)
      : batch_(batch),
        table_("table", batch.scene.table()),
        pages_("pages", batch.pages()),
        q_("q", narrow<T>(batch.q)),
        out_("out", batch.q.size()),
        sequence_("rows.sequence", batch.sequence),
        length_("rows.length", batch.length),
        scores_("scores", std::size_t(batch.rows()) * batch.heads * batch.max_length),
        inverse_sums_("inverse_sums", std::size_t(batch.rows()) * batch.heads) {
    if (left_unwritten())
      give_scores(std::vector<float>(scores_.size(), std::bit_cast<float>(0xffffffffu)));  // tests look at all
  }

  PagedAttention<T> call() const {
    return {.q = q_.data(),
            .rows = {sequence_.data(), length_.data(), batch_.rows()},
            .heads = batch_.heads,
            .max_length = batch_.max_length,
            .pages = batch_.scene.pages(pages_.data(), table_.data()),
            .scores = scores_.data(),
            .inverse_sums = inverse_sums_.data(),
            .out = out_.data()};
  }
  void give_scores(const std::vector<float>& scores) { scores_.assign(scores); }
  void give_inverse_sums(const std::vector<float>& sums) { inverse_sums_.assign(sums); }
  std::vector<float> scores() const { return scores_.values(); }
  std::vector<float> inverse_sums() const { return inverse_sums_.values(); }
  std::vector<float> out() const { return widen(out_.values()); }

 private:
  Batch<T>& batch_;
  DeviceArray<std::uint32_t> table_;
  DeviceArray<T> pages_, q_, out_;
  DeviceArray<int> sequence_, length_;
  DeviceArray<float> scores_, inverse_sums_;
};

/// Whether a launch came to its end; a fault of the kernel fails the test in the emulator's words. A GPU is not waited for: its
/// words come where values are asked for.
template <class F>
bool ran([[maybe_unused]] const std::string& scene, const F& launch) {
#ifdef RADIXLAB_GPU
  launch();
  return true;
#else
  try {
    launch();
    return true;
  } catch (const emulator::KernelFault& fault) {
    std::string words = fault.what();
    const std::string question = "is it a pointer of the host's?";
    if (const std::size_t at = words.find(question); at != words.npos)
      words.replace(at, question.size(),
                    "is an entry of the page table used that names no page (0xffffffff), or a pointer of the host's?");
    ADD_FAILURE() << words << " [" << scene << "]";
    return false;
  }
#endif
}

}  // namespace radixlab::lab09
