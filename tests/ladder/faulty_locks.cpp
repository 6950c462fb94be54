#include "faulty_locks.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace radixlab {

FaultyLocks::FaultyLocks(std::unique_ptr<BaseCacheManager> inner, Fault fault, PageSource& source,
                         std::size_t page_size)
    : ManagerWrapper(std::move(inner)), fault_(fault), source_(source), page_size_(page_size) {}

CacheHandle FaultyLocks::match_prefix(PrefixKey key) {
  if (fault_ == Fault::evict) lock_late_ones();  // a start that found room has evicted nothing
  after_match_ = true;
  return inner_->match_prefix(key);
}

InsertResult FaultyLocks::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  if (fault_ == Fault::evict) lock_late_ones();
  after_match_ = false;
  return inner_->insert_prefix(key, pages, from);
}

void FaultyLocks::lock_handle(const CacheHandle& handle) {
  if (fault_ == Fault::evict) lock_late_ones();
  const bool is_late = fault_ == Fault::lock || fault_ == (after_match_ ? Fault::evict : Fault::unlock);
  if (!is_late || handle.cached_len == 0) return inner_->lock_handle(handle);
  late_.push_back({handle});
}

void FaultyLocks::unlock_handle(const CacheHandle& handle) {
  if (fault_ == Fault::evict) lock_late_ones();
  const auto late = std::ranges::find(late_, handle, &Late::handle);
  if (late != late_.end())
    late_.erase(late);
  else
    inner_->unlock_handle(handle);
  if (at_once_)
    for (const PageId page : evict(size_info().evictable_size)) source_.give(page);
  if (fault_ == Fault::unlock) lock_late_ones();
}

std::vector<PageId> FaultyLocks::evict(std::size_t num_pages) {
  std::vector<PageId> freed = inner_->evict(num_pages);
  for (Late& late : late_) {
    if (late.is_gone || !is_gone(late.handle)) continue;
    late.is_gone = true;
    ++chances_;
  }
  if (fault_ == Fault::evict) lock_late_ones();
  return freed;
}

// By the contract it is refused then (I28).
bool FaultyLocks::is_gone(const CacheHandle& handle) const {
  std::vector<PageId> pages((handle.cached_len + page_size_ - 1) / page_size_);
  try {
    inner_->copy_pages(handle, pages);
    return false;
  } catch (const std::logic_error&) {
    return true;
  }
}

void FaultyLocks::lock_late_ones() {
  for (const Late& late : std::exchange(late_, {})) inner_->lock_handle(late.handle);
}

}  // namespace radixlab
