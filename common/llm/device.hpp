/// \file
/// What runs a batch and owns the KV pool. The CPU (cpu_device.hpp) is the first; whoever serves requests knows this
/// header alone, so that another device changes none of them.
///
///   make_pool    pages of P tokens, called 0, 1, 2 ...; how numbers lie in a page is the device's own business
///   reserve      scratch for the largest batch that will come; afterwards free_bytes() says what is left
///   run          computes a batch, writes its KV, leaves the logits of the asked rows on the host
///   copy_pages   copies parts of pages to other pages, all at once
///
///   rows of a batch     request A: positions 16 17 18     request B: position 40     rows 0 .. 3; asked, say, 2 and 3
///
/// A row's bits depend on its own tokens and positions alone (docs/numerics.md), not on what else is in the batch.
///
/// A device that has failed has ended: the KV is gone, and every later call that computes or copies throws DeviceError
/// at once, with the first one's words. What is the same on every device stands in this class: arguments are checked
/// before a device sees them, so that a refused call (std::invalid_argument) has changed nothing. One thread at a time.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "contract/kv_store.hpp"
#include "io/model_config.hpp"
#include "llm/forward.hpp"
#include "llm/kv_place.hpp"

namespace radixlab {

/// The device is gone, and what lay on it: nothing to do with one request.
struct DeviceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What of a batch comes back to the host.
struct Asked {
  std::span<const std::size_t> rows = {};  ///< of the batch, counted through all its sequences
  std::span<float> logits = {};            ///< [rows.size(), vocab_size], row by row as asked
  std::span<float> hidden = {};            ///< [rows of the batch, hidden_size] before the last norm; empty: not wanted
};

/// The largest batch that there is scratch for.
struct Reserved {
  std::size_t rows = 0;       ///< of all sequences together
  std::size_t positions = 0;  ///< of one sequence, what is cached included
  bool operator==(const Reserved&) const = default;
};

class Device : public KvStore {
 public:
  Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  /// Pages 0 .. num_pages-1 of `page_size` tokens, in place of those that were. Throws std::invalid_argument, with both
  /// sizes and the old pool as it was, for more than free_bytes(), and for no pages or no tokens.
  void make_pool(std::size_t num_pages, std::size_t page_size);
  /// Scratch for batches of up to so many rows and positions. It only grows. Throws as make_pool does.
  void reserve(std::size_t rows, std::size_t positions);

  /// Computes `batch` and writes its KV to the pages. REQUIRES: no sequence uses a page that another one writes; the CPU
  /// refuses such a batch. Throws std::invalid_argument for unknown tokens and pages, too few pages, positions beyond
  /// max_position_embeddings, rows or positions beyond what is reserved, and spans of another size than Asked says.
  /// Returns the first row of each sequence whose hidden state is not finite, counted as Asked::rows are; mostly none.
  /// From there on a sequence's KV is broken, and nobody may publish it.
  std::vector<std::size_t> run(std::span<const Sequence> batch, const Asked& asked);
  std::vector<std::size_t> run(const Sequence& alone, const Asked& asked) { return run(std::span(&alone, 1), asked); }
  /// For the message about a row that is not finite: computes `sequence`, whose last row it is, once more, and says what
  /// breaks it first, "layer 0, where model.layers.0.mlp.up_proj.weight [3, 17] is NaN". Throws as run() does.
  std::string cause_of_broken(const Sequence& sequence);
  /// logits [rows, vocab_size] of hidden states [rows, hidden_size] that this device's run() gave; any number of rows.
  void logits(std::span<const float> hidden, std::span<float> logits);

  /// As if every source were read before any target is written: a -> b and b -> c may stand in one list, in any order.
  /// Throws std::invalid_argument where two copies have one target.
  void copy_pages(std::span<const PageCopy> copies);
  void copy_kv(PageId from, PageId to, std::size_t tokens) final;
  /// Fills freed pages with NaN, so that a test sees whoever reads them (I33). Part of cleaning up, so it throws no
  /// DeviceError: on a device that has ended it does nothing, and an error in it is thrown by the next call.
  void poison(std::span<const PageId> pages);

  /// Single numbers, for tests and tools; set_ rounds to type(). Throw std::out_of_range.
  virtual float key(const KvPlace& at) = 0;
  virtual float value(const KvPlace& at) = 0;
  virtual void set_key(const KvPlace& at, float number) = 0;
  virtual void set_value(const KvPlace& at, float number) = 0;

  virtual std::string_view name() const = 0;  ///< as --device has it: "cpu"
  virtual DType type() const = 0;             ///< of weights, activations and KV
  virtual const ModelConfig& config() const = 0;
  virtual Reserved reserved() const = 0;
  virtual std::size_t num_pages() const = 0;                           ///< 0 before make_pool
  virtual std::size_t page_size() const = 0;                           ///< [tokens]
  virtual std::size_t page_bytes(std::size_t page_size) const = 0;     ///< K and V of such a page, all layers
  virtual std::size_t free_bytes() const = 0;                          ///< for a KV pool, in place of one that is there
  virtual std::optional<std::string> ended() const { return ended_; }  ///< the words of the error that ended it

  /// The positions that a request of so many tokens needs, with so many new ones; the last new one is never run. Throws
  /// std::invalid_argument, which says what is needed and the limit, if they can never fit into the model or the pool.
  std::size_t check_fits(std::size_t prompt_tokens, std::size_t max_new_tokens) const;

  std::size_t tokens_computed() const { return tokens_computed_; }  ///< by run, since the beginning
  std::size_t tokens_copied() const { return tokens_copied_; }      ///< by copy_pages and copy_kv

 private:
  // The device's part of the calls above, for arguments that are good. One that fails for ever throws DeviceError.
  virtual void do_make_pool(std::size_t num_pages, std::size_t page_size) = 0;
  virtual void do_reserve(const Reserved& wanted) = 0;  // no less than reserved()
  virtual std::vector<std::size_t> do_run(std::span<const Sequence> batch, const Asked& asked) = 0;
  virtual std::string do_cause_of_broken(const Sequence& sequence) = 0;
  virtual void do_logits(std::span<const float> hidden, std::span<float> logits) = 0;
  virtual void do_copy_pages(std::span<const PageCopy> copies) = 0;
  virtual void do_poison(std::span<const PageId> pages) = 0;

  template <class Work>
  void unless_ended(Work work);
  void check(const Sequence& sequence) const;
  void check(const Asked& asked, std::size_t rows) const;
  void check_page(PageId page) const;

  std::optional<std::string> ended_;
  std::size_t tokens_computed_ = 0, tokens_copied_ = 0;
};

}  // namespace radixlab
