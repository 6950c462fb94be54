/// \file
/// The owner of the free pages that gives out neighbours: the lowest free pages, in order. So the pages of a piece of text are
/// mostly neighbours, which PageRun keeps in 16 bytes, also when other texts have come and gone.
///
///   free_[1]   0101                   if word w of the level below has a free page, then bit w is set
///   free_[0]   0000 1110 0000 0110    words of 4 bits here, of 64 in the code; word 0 and bit 0 stand on the right: pages 1,
///                                     2, 9, 10 and 11 are free
#pragma once
#include <cstdint>
#include <vector>

#include "contract/page_source.hpp"

namespace radixlab {

/// If a page is given back, then its bit is set: it joins its free neighbours without further work. No call allocates.
class FreeRuns : public PageSource {
 public:
  explicit FreeRuns(std::size_t num_pages);  ///< pages 0 .. num_pages-1, all free

  std::optional<PageId> take() override;  ///< O(log64 pages)
  /// O((n / 64 + stretches of neighbours) log64 pages) for n = out.size(), beside writing them.
  void take(std::span<PageId> out) override;
  void give(PageId page) override { give_run({&page, 1}); }
  /// If one page is wrong, then none is given back. Its costs are those of take().
  void give(std::span<const PageId> pages) override;
  std::size_t free_count() const override { return count_; }

 private:
  std::size_t give_run(std::span<const PageId> pages);  // as many of the first as are neighbours in one word: how many
  std::size_t lowest_word() const;                      // of level 0 that has a free page. REQUIRES: one is free
  void set(std::size_t word, std::uint64_t free);       // of level 0, and the bits above if it is empty now, or was

  std::size_t num_pages_, count_;
  std::vector<std::vector<std::uint64_t>> free_;  // by level, the pages' own first; the last has one word
};

}  // namespace radixlab
