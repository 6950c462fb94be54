/// \file
/// Explains the first wrong bit: a run whose logits differ is made once more under this watch. Before each forward step
/// the page table that is about to be read is held against a ledger of whose KV lies where, and the numbers behind it
/// against a fresh computation of the same tokens. The first place that is wrong is named:
///
///   read         page 7 for token 0 (place 0)
///   read by      call 4: forward of request 3, position 16
///   should hold  request 3, tokens 0..7 (salt 0): 58 3 91 12 7 44 20 6
///   holds        request 0, tokens 8..15 (salt 0): 71 9 30 2 88 13 5 64
///   put there    by call 1: forward of request 0, positions 0..24
///   first seen   in the output of layer 0, at position 16
///
/// It costs about as much as the run itself, so nothing of it happens in a run that is sound.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "01-naive-manager/scheduler_cache.hpp"
#include "llm/cpu_device.hpp"
#include "llm/device_wrapper.hpp"
#include "testing/kv_ledger.hpp"

namespace radixlab {

/// A device that tells of each copy, as OnGive tells of each page that goes back.
class OnCopy : public DeviceWrapper {
 public:
  using Told = std::function<void(const PageCopy&)>;
  OnCopy(Device& inner, Told told) : DeviceWrapper(inner), told_(std::move(told)) {}

 private:
  void do_copy_pages(std::span<const PageCopy> copies) override {
    DeviceWrapper::do_copy_pages(copies);
    for (const PageCopy& copy : copies) told_(copy);
  }

  Told told_;
};

/// Tokens computed alone in a pool of their own: what their KV should be. The next text keeps what it shares.
class FreshKv {
 public:
  /// `device` must outlive it, and is its own: it makes its pool.
  explicit FreshKv(Device& device) : device_(device) {}
  void compute(std::span<const TokenId> tokens);
  /// Hidden states [rows, hidden_size] of the tokens from `start` on, computed again.
  std::vector<float> hidden_from(std::size_t start);
  /// K, then V [2, kv_heads, head_dim] of a token in a layer.
  std::vector<float> at(std::size_t layer, std::size_t token);

 private:
  Device& device_;
  std::vector<TokenId> tokens_;
  std::vector<PageId> pages_;
};

class FirstWrongBit {
 public:
  /// `model`, `threads` and `device`, which is under watch and has its pool, must outlive it. What should be there is
  /// computed on a CPU device of the watch's own. `token_text`: how a token is shown; empty: as its number.
  FirstWrongBit(const Model& model, Isa isa, ThreadPool& threads, Device& device,
                std::function<std::string(TokenId)> token_text = {});

  /// For GenerateOptions::before_step: `who`, say "request 3", is about to compute its next `tokens` tokens.
  void before_step(const std::string& who, const Request& request, std::size_t tokens);
  /// To be told of each copy and each page that goes back to its source.
  KvLedger& ledger() { return ledger_; }

  struct Found {
    std::string who;  ///< the request that read it
    PageId page = 0;
    std::size_t token = 0;  ///< the position whose KV should lie there
    std::size_t row = 0;    ///< the first position whose hidden state is wrong for it
  };
  const std::optional<Found>& found() const { return found_; }

  /// The lines above; two that say so, and name the last call, if nothing that was read was wrong.
  std::string text() const;

 private:
  /// A number that is not what a fresh computation gives.
  struct WrongNumber {
    std::size_t token, layer, index;  // index in FreshKv::at
    float ours, fresh;
  };
  std::optional<WrongNumber> first_wrong_number(const Request& request);
  void explain_prefix(const Request& request, std::size_t token);
  void explain_number(const Request& request, const WrongNumber& wrong);
  void note_read(const std::string& who, const Request& request, std::size_t tokens, std::size_t token);
  void note_effect(const Request& request, std::size_t tokens);
  std::string stretch(const std::string& who, std::uint32_t salt, std::span<const TokenId> text, std::size_t first,
                      std::size_t run) const;
  void line(const std::string& label, const std::string& text) { lines_.emplace_back(label, text); }

  Device& device_;
  std::function<std::string(TokenId)> token_text_;
  KvLedger ledger_;
  CpuDevice own_;
  FreshKv fresh_;
  std::optional<Found> found_;
  std::vector<std::pair<std::string, std::string>> lines_;
};

}  // namespace radixlab
