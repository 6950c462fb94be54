#include "llm/device.hpp"

#include <algorithm>
#include <vector>

#include "io/error.hpp"

namespace radixlab {
namespace {

using std::to_string;

void require(bool good, const std::string& otherwise) {
  if (!good) throw std::invalid_argument("device: " + otherwise);
}

}  // namespace

template <class Work>
void Device::unless_ended(Work work) {
  if (const auto words = ended()) throw DeviceError(*words);
  try {
    work();
  } catch (const DeviceError& error) {
    ended_ = error.what();
    throw;
  }
}

void Device::make_pool(std::size_t num_pages, std::size_t page_size) {
  unless_ended([&] {
    require(num_pages > 0 && page_size > 0, "a KV pool has at least one page of one token");
    const std::size_t page = page_bytes(page_size), free = free_bytes();
    require(num_pages <= free / page, to_string(num_pages) + " pages of " + readable_bytes(page) +
                                          " are more than the " + readable_bytes(free) + " that " +
                                          std::string(name()) + " has free");
    do_make_pool(num_pages, page_size);
  });
}

void Device::reserve(std::size_t rows, std::size_t positions) {
  unless_ended([&] {
    const Reserved had = reserved(), wanted{std::max(had.rows, rows), std::max(had.positions, positions)};
    if (wanted != had) do_reserve(wanted);
  });
}

void Device::check_page(PageId page) const {
  require(page < num_pages(), "page " + to_string(page) + " is none of the pool's " + to_string(num_pages()));
}

void Device::check(const Sequence& sequence) const {
  const std::size_t end = sequence.start + sequence.tokens.size(), places = sequence.pages.size() * page_size();
  const std::size_t most = config().max_position_embeddings, room = reserved().positions;
  require(!sequence.tokens.empty(), "a sequence has at least one token");
  require(end <= most, to_string(end) + " positions are beyond max_position_embeddings " + to_string(most));
  require(end <= room, to_string(end) + " positions, but reserve() made room for " + to_string(room));
  require(end <= places, to_string(end) + " tokens need more than " + to_string(sequence.pages.size()) + " pages of " +
                             to_string(page_size()));
  for (const PageId page : sequence.pages) check_page(page);
  for (const TokenId token : sequence.tokens) check_token(config(), token);
}

std::vector<std::size_t> Device::run(std::span<const Sequence> batch, const Asked& asked) {
  std::vector<std::size_t> broken;
  unless_ended([&] {
    std::size_t rows = 0;
    for (const Sequence& sequence : batch) {
      check(sequence);
      rows += sequence.tokens.size();
    }
    check(asked, rows);
    if (rows > 0) broken = do_run(batch, asked);
    tokens_computed_ += rows;
  });
  return broken;
}

std::string Device::cause_of_broken(const Sequence& sequence) {
  std::string cause;
  unless_ended([&] {
    check(sequence);
    cause = do_cause_of_broken(sequence);
  });
  return cause;
}

void Device::check(const Asked& asked, std::size_t rows) const {
  const std::size_t room = reserved().rows;
  require(rows <= room, "a batch of " + to_string(rows) + " rows, but reserve() made room for " + to_string(room));
  for (const std::size_t row : asked.rows)
    require(row < rows, "row " + to_string(row) + " is asked of a batch of " + to_string(rows));
  require(asked.logits.size() == asked.rows.size() * config().vocab_size, "logits are [asked rows, vocab_size]");
  require(asked.hidden.empty() || asked.hidden.size() == rows * config().hidden_size,
          "hidden is [rows of the batch, hidden_size], or empty");
}

void Device::logits(std::span<const float> hidden, std::span<float> logits) {
  unless_ended([&] {
    const std::size_t width = config().hidden_size, rows = hidden.size() / width;
    require(rows * width == hidden.size() && logits.size() == rows * config().vocab_size,
            "hidden is [rows, hidden_size], logits [rows, vocab_size]");
    do_logits(hidden, logits);
  });
}

void Device::copy_pages(std::span<const PageCopy> copies) {
  unless_ended([&] {
    std::vector<PageId> targets;
    std::size_t tokens = 0;
    for (const PageCopy& copy : copies) {
      check_page(copy.from);
      check_page(copy.to);
      require(copy.tokens <= page_size(), to_string(copy.tokens) + " places of pages of " + to_string(page_size()));
      targets.push_back(copy.to);
      tokens += copy.tokens;
    }
    std::ranges::sort(targets);
    if (const auto twice = std::ranges::adjacent_find(targets); twice != targets.end())
      require(false, "two copies go to page " + to_string(*twice));
    do_copy_pages(copies);
    tokens_copied_ += tokens;
  });
}

std::size_t Device::check_fits(std::size_t prompt_tokens, std::size_t max_new_tokens) const {
  if (prompt_tokens == 0) throw std::invalid_argument("an empty prompt has nothing to compute");
  const std::size_t tokens = prompt_tokens + std::max<std::size_t>(max_new_tokens, 1) - 1;
  const std::size_t positions = config().max_position_embeddings, places = num_pages() * page_size();
  const std::string what = "a prompt of " + to_string(prompt_tokens) + " tokens with " + to_string(max_new_tokens) +
                           " new ones needs " + to_string(tokens);
  if (tokens > positions)
    throw std::invalid_argument(what + " positions; the model's max_position_embeddings is " + to_string(positions));
  if (tokens > places)
    throw std::invalid_argument(what + " places; the KV pool has " + to_string(places) + " (" + to_string(num_pages()) +
                                " pages of " + to_string(page_size()) + ")");
  return tokens;
}

void Device::copy_kv(PageId from, PageId to, std::size_t tokens) {
  const PageCopy alone{from, to, tokens};
  copy_pages({&alone, 1});
}

void Device::poison(std::span<const PageId> pages) {
  for (const PageId page : pages) check_page(page);
  if (ended()) return;
  try {
    do_poison(pages);
  } catch (const DeviceError& error) {
    ended_ = error.what();
  }
}

}  // namespace radixlab
