#include "storage/free_runs.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "storage/neighbours.hpp"

namespace radixlab {
namespace {

// REQUIRES: n in 1 .. 64
std::uint64_t low_bits(std::size_t n) { return ~std::uint64_t{0} >> (64 - n); }

}  // namespace

FreeRuns::FreeRuns(std::size_t num_pages) : num_pages_(num_pages), count_(num_pages) {
  for (std::size_t bits = num_pages; free_.empty() || bits > 1;) {
    auto& level = free_.emplace_back((bits + 63) / 64, ~std::uint64_t{0});
    if (level.empty()) level.push_back(0);
    if (bits % 64) level.back() = low_bits(bits % 64);
    bits = level.size();
  }
}

std::optional<PageId> FreeRuns::take() {
  if (count_ == 0) return {};
  PageId page = 0;
  take({&page, 1});
  return page;
}

void FreeRuns::take(std::span<PageId> out) {
  if (out.size() > count_)
    throw std::logic_error("I30: " + std::to_string(out.size()) + " pages are asked for, " + std::to_string(count_) +
                           " are free");
  count_ -= out.size();
  const auto& words = free_[0];
  for (std::size_t end = words.size() * 64; !out.empty();) {
    // What follows the last page that was taken is the lowest free one if it is free, since all before it are taken.
    const bool goes_on = end / 64 < words.size() && words[end / 64] != 0;
    const std::size_t word = goes_on ? end / 64 : lowest_word();
    const std::size_t begin = word * 64 + static_cast<std::size_t>(std::countr_zero(words[word]));
    end = begin;
    do {
      const std::uint64_t free = words[end / 64];
      const std::size_t run = std::min<std::size_t>(std::countr_one(free >> end % 64), out.size() - (end - begin));
      set(end / 64, free & ~(low_bits(run) << end % 64));
      end += run;
    } while (end % 64 == 0 && end - begin < out.size() && end / 64 < words.size() && words[end / 64] % 2 == 1);
    write_neighbours(static_cast<PageId>(begin), out.first(end - begin));
    out = out.subspan(end - begin);
  }
}

void FreeRuns::give(std::span<const PageId> pages) {
  std::size_t given = 0;
  try {
    while (given < pages.size()) given += give_run(pages.subspan(given));
  } catch (const std::logic_error&) {
    for (const PageId page : pages.first(given)) set(page / 64, free_[0][page / 64] & ~(std::uint64_t{1} << page % 64));
    count_ -= given;
    throw;
  }
}

std::size_t FreeRuns::give_run(std::span<const PageId> pages) {
  const PageId page = pages.front();
  if (page >= num_pages_)
    throw std::logic_error("I30: page " + std::to_string(page) + " is foreign, expected one of 0 .. " +
                           std::to_string(num_pages_) + " - 1");
  const std::size_t most = std::min({pages.size(), 64 - std::size_t{page} % 64, num_pages_ - page});
  const std::size_t run = count_neighbours(pages.first(most));
  const std::uint64_t bits = low_bits(run) << page % 64, free = free_[0][page / 64];
  if (const std::uint64_t twice = free & bits)
    throw std::logic_error("I30: page " +
                           std::to_string(page / 64 * 64 + static_cast<unsigned>(std::countr_zero(twice))) +
                           " is freed twice");
  set(page / 64, free | bits);
  count_ += run;
  return run;
}

std::size_t FreeRuns::lowest_word() const {
  std::size_t at = 0;
  for (std::size_t level = free_.size(); level-- > 1;)
    at = at * 64 + static_cast<std::size_t>(std::countr_zero(free_[level][at]));
  return at;
}

void FreeRuns::set(std::size_t word, std::uint64_t free) {
  std::uint64_t before = std::exchange(free_[0][word], free);
  for (std::size_t level = 1; level < free_.size() && (before != 0) != (free != 0); ++level) {
    std::uint64_t& above = free_[level][word / 64];
    before = std::exchange(above, above ^ std::uint64_t{1} << word % 64);
    free = above;
    word /= 64;
  }
}

}  // namespace radixlab
