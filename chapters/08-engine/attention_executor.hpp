/// \file
/// Chapter 08, tasks 8.2 to 8.4: the data plane. It computes what has no keys and values yet, and reads the rest where it lies.
///
///   request A   tokens 0..15 cached in pages 4 7 0 2 (P = 4), 16..18 to be computed      page table 4 7 0 2 9
///   request B   41 tokens cached, one generated token to be computed                     page table 1 4 ...
///   the batch   rows 0 1 2 are A's, row 3 is B's; rows 2 and 3 are sampled, and alone get logits
///
/// After seed 001's AttentionExecutor; its forward_layer_with_cached_prefix is Device::run, which takes all layers at once.
#pragma once
#include "08-engine/engine_request.hpp"
#include "08-engine/page_manager.hpp"

namespace radixlab {

/// What the router wants of a request in the next step.
struct Scheduled {
  EngineRequest* request = nullptr;
  std::size_t num_tokens = 0;  ///< to be computed: 1 .. request->num_left()
};

/// A step's work, as a device takes it. Good as long as the requests are left alone.
struct Batch {
  std::vector<Scheduled> requests;
  std::vector<Sequence> sequences;        ///< one a request, in the same order
  std::vector<std::size_t> sampled;       ///< rows that get logits, ascending
  std::vector<std::size_t> sampled_from;  ///< whose they are: places in `requests`
  std::size_t num_rows = 0;
};

/// What a step came to.
struct ExecutorOutput {
  std::size_t vocab_size = 0;
  std::vector<float> logits;                       ///< [sampled rows, vocab_size]
  std::vector<float> hidden;                       ///< [rows, hidden_size], where it was asked for
  std::vector<std::optional<std::size_t>> broken;  ///< a request: its first position that is not finite; mostly nothing
  std::span<const float> logits_of(std::size_t row) const {
    return std::span(logits).subspan(row * vocab_size, vocab_size);
  }
};

/// 8.2  The place in the pool, in tokens, where position `position` of a page table lies. Throws std::out_of_range, which says
///      position and table, beyond the table. O(1).
std::size_t slot_of(std::span<const PageId> page_table, std::size_t position, std::size_t page_size);

/// 8.2  The slots that a step writes, row by row: vLLM's slot mapping [batch.num_rows]. Throws std::logic_error (I22), which names
///      the page and both requests, by id, if one request writes in a page that another one of the batch reads or writes; of two
///      writers the later in the batch first. O(rows + pages).
std::vector<std::size_t> slot_mapping(const Batch& batch, std::size_t page_size);

/// 8.3  Only what has no keys and values: the tokens from `computed` on, as many as were scheduled. A request's last row is sampled
///      if nothing is left of it then. Throws std::logic_error, which names the request, if none or too many are scheduled. O(requests).
Batch build_batch(std::span<const Scheduled> scheduled);

/// 8.4  softmax(scores) x values in one pass, without keeping the scores: the largest score so far, the sum of exp(score - largest),
///      and the weighted sum of values, each scaled down when a larger score comes. [head_dim]
class OnlineSoftmax {
 public:
  explicit OnlineSoftmax(std::size_t head_dim) : mixed_(head_dim) {}

  void add(float score, std::span<const float> value);  ///< 8.4  value [head_dim]. O(head_dim)
  /// 8.4  As if all that was added there had been added here, behind; nothing there changes nothing. O(head_dim).
  void merge(const OnlineSoftmax& other);
  std::vector<float> result() const;  ///< 8.4  [head_dim]; zeros before the first add()

  float largest() const { return largest_; }  ///< score so far; 0 before the first add()
  float sum() const { return sum_; }          ///< of exp(score - largest); 0 before the first add()

 private:
  float largest_ = 0, sum_ = 0;  // sum_ is 0 before the first add()
  std::vector<float> mixed_;     // [head_dim], not yet divided by sum_
};

class AttentionExecutor {
 public:
  AttentionExecutor(Device& device, PageManager& pages) : device_(device), pages_(pages) {}  ///< both must outlive it

  /// 8.4  Attention of one row at `position` of a sequence, whose keys and values of positions 0 .. position lie in `page_table`: query
  ///      [num_attention_heads, head_dim], after the rotary embedding; returns the same shape. Each page is looked at once. A query head
  ///      h reads KV head h / (query heads a KV head). Throws as slot_of beyond the table. What a kernel does in place, on single
  ///      numbers: for people and tests.
  std::vector<float> compute_attention_with_cached_kv(std::span<const float> query, std::size_t layer,
                                                      std::span<const PageId> page_table, std::size_t position) const;

  /// Given: computes the batch and writes its keys and values. `keep_hidden`: of all rows. What it returns is good until the next
  /// call, which uses its memory again. Throws as slot_mapping and Device::run.
  const ExecutorOutput& execute(const Batch& batch, bool keep_hidden = false);

  Device& device() { return device_; }

 private:
  Device& device_;
  PageManager& pages_;
  ExecutorOutput output_;
};

}  // namespace radixlab
