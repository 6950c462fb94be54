#include "llm/cpu_device.hpp"

#include <algorithm>
#include <fstream>
#include <unistd.h>

#include "io/error.hpp"
#include "llm/sampling.hpp"

namespace radixlab {
namespace {

// Bytes that the machine can give without swapping; all that it has, where it does not say.
std::size_t available_memory() {
  std::ifstream info("/proc/meminfo");
  for (std::string word; info >> word;) {
    std::size_t kilobytes = 0;
    if (word == "MemAvailable:" && info >> kilobytes) return kilobytes * 1024;
  }
  return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Of each sequence that has one, the first row that is not finite.
std::vector<std::size_t> first_broken_rows(std::span<const Sequence> batch, std::span<const float> hidden,
                                           std::size_t width) {
  std::vector<std::size_t> broken;
  if (all_finite(hidden)) return broken;
  std::size_t begin = 0;
  for (const Sequence& sequence : batch) {
    const std::size_t end = begin + sequence.tokens.size();
    for (std::size_t row = begin; row < end; ++row) {
      if (all_finite(hidden.subspan(row * width, width))) continue;
      broken.push_back(row);
      break;
    }
    begin = end;
  }
  return broken;
}

}  // namespace

CpuDevice::CpuDevice(const Model& model, Isa isa, ThreadPool& threads)
    : model_(model), forward_(model, isa, threads), threads_(threads.threads()), memory_(available_memory()) {}

std::size_t CpuDevice::free_bytes() const { return memory_ - std::min(memory_, scratch_bytes(reserved_)); }

// What Forward, the kernels' threads and this class keep for such a batch, at most.
std::size_t CpuDevice::scratch_bytes(const Reserved& wanted) const {
  if (wanted == Reserved{}) return 0;
  constexpr std::size_t kArrays = 20, kMapped = std::size_t{2} << 20;  // each begins on a page of 2 MiB
  constexpr std::size_t kBlock = Forward::kBlockRows;
  const ModelConfig& c = config();
  const std::size_t block = std::max(wanted.rows, kBlock), number = dtype_size(type());
  const std::size_t widths = 3 * c.hidden_size + 2 * c.query_size() + 2 * c.kv_size() + 3 * c.intermediate_size;
  const std::size_t states = 3 * wanted.rows * c.hidden_size * sizeof(float);
  const std::size_t angles = 2 * wanted.positions * c.head_dim * sizeof(float);
  const std::size_t keys = 2 * wanted.positions * c.kv_size() * number;  // where a page is no whole number of blocks
  const std::size_t sums = kBlock * std::max(c.vocab_size, c.intermediate_size) * sizeof(float);
  const std::size_t scores = 2 * threads_ * (16 * wanted.positions + (std::size_t{1} << 17)) * sizeof(float);
  return block * widths * number + states + angles + keys + sums + scores + (kArrays + 3 * threads_) * kMapped;
}

void CpuDevice::do_reserve(const Reserved& wanted) {
  const std::size_t pool = num_pages() * page_bytes(page_size()), bytes = scratch_bytes(wanted);
  if (bytes > memory_ || pool > memory_ - bytes) {
    throw std::invalid_argument("device: scratch of " + readable_bytes(bytes) + " for " + std::to_string(wanted.rows) +
                                " rows and " + std::to_string(wanted.positions) + " positions, beside a KV pool of " +
                                readable_bytes(pool) + ", is more than the " + readable_bytes(memory_) +
                                " that the machine had left");
  }
  reserved_ = wanted;
}

void CpuDevice::do_make_pool(std::size_t num_pages, std::size_t page_size) {
  pool_.reset();  // first: there may not be memory for both
  pool_.emplace(config(), num_pages, page_size, type());
}

KvPool& CpuDevice::pool() {
  if (!pool_) throw std::out_of_range("device: there is no KV pool before make_pool()");
  return *pool_;
}

std::vector<std::size_t> CpuDevice::do_run(std::span<const Sequence> batch, const Asked& asked) {
  const std::size_t width = config().hidden_size;
  const std::span<const float> hidden = forward_.run(batch, pool());
  if (!asked.hidden.empty()) std::ranges::copy(hidden, asked.hidden.begin());
  asked_.clear();
  for (const std::size_t row : asked.rows) {
    const auto state = hidden.subspan(row * width, width);
    asked_.insert(asked_.end(), state.begin(), state.end());
  }
  do_logits(asked_, asked.logits);
  return first_broken_rows(batch, hidden, width);
}

std::string CpuDevice::do_cause_of_broken(const Sequence& sequence) {
  const std::optional<std::size_t> place = forward_.first_broken(sequence, pool());
  std::string what = "the head", prefix = config().tie_word_embeddings ? "model.embed_tokens." : "lm_head.";
  if (place == 0) {
    what = "the embedding of token " + std::to_string(sequence.tokens.back());
    prefix = "model.embed_tokens.";
  } else if (place) {
    what = "layer " + std::to_string(*place - 1);
    prefix = "model.layers." + std::to_string(*place - 1) + ".";
  }
  std::optional<std::string> weight = model_.broken_weight(prefix);
  if (!place && !weight) weight = model_.broken_weight("model.norm.");
  return what + (weight ? ", where " + *weight
                        : ", whose weights are finite: a sum is too large for float32, or a page that is read holds "
                          "such a number");
}

void CpuDevice::do_logits(std::span<const float> hidden, std::span<float> logits) {
  const std::size_t width = config().hidden_size, vocab = config().vocab_size, rows = hidden.size() / width;
  for (std::size_t row = 0; row < rows; row += Forward::kBlockRows) {  // so the scratch for them is bounded
    const std::size_t now = std::min(Forward::kBlockRows, rows - row);
    forward_.logits(hidden.subspan(row * width, now * width), logits.subspan(row * vocab, now * vocab));
  }
}

void CpuDevice::do_poison(std::span<const PageId> pages) {
  for (const PageId page : pages) pool().poison(page);
}

}  // namespace radixlab
