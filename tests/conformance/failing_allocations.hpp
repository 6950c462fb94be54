/// \file
/// Memory that runs out on purpose. Linked into an executable, failing_allocations.cpp replaces its operator new and
/// delete: the k-th allocation of the code under test throws std::bad_alloc, once.
///
/// Only the code under test counts. It is a stack of layers, each of which says whether the next one does:
///   test  ->  FailHere  ->  desk (counts)  ->  Spared<Story> (does not)  ->  Counted (does)  ->  the manager
#pragma once
#include <cstddef>

#include "testing/story.hpp"

namespace radixlab {

/// For its lifetime the k-th allocation that counts fails; none if k is 0. One thread's business: plain variables.
class AllocationFault {
 public:
  explicit AllocationFault(std::size_t k) { seen = 0, fail_at = k; }
  ~AllocationFault() { fail_at = 0; }
  AllocationFault(const AllocationFault&) = delete;

  static inline bool counts = false;      ///< now: this is the code under test
  static inline std::size_t seen = 0;     ///< allocations that counted, since the last fault was set up
  static inline std::size_t fail_at = 0;  ///< 1: the first of them; 0: none
  static inline std::size_t live = 0;     ///< [bytes] that are not freed yet, whether they count or not
};

/// Says for its lifetime whether allocations count.
class FailHere {
 public:
  explicit FailHere(bool counts) { AllocationFault::counts = counts; }
  ~FailHere() { AllocationFault::counts = before_; }
  FailHere(const FailHere&) = delete;

 private:
  bool before_ = AllocationFault::counts;
};

/// The manager under test: what it allocates counts. Reading it (size_info, snapshot) is the watcher's doing.
class Counted : public BaseCacheManager {
 public:
  explicit Counted(BaseCacheManager& told) : told_(told) {}
  CacheHandle match_prefix(PrefixKey key) override { return FailHere(true), told_.match_prefix(key); }
  void copy_pages(const CacheHandle& h, std::span<PageId> out) const override {
    FailHere(true), told_.copy_pages(h, out);
  }
  CacheHandle whole_pages(const CacheHandle& h) const override { return FailHere(true), told_.whole_pages(h); }
  void lock_handle(const CacheHandle& h) override { FailHere(true), told_.lock_handle(h); }
  void unlock_handle(const CacheHandle& h) override { FailHere(true), told_.unlock_handle(h); }
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override {
    return FailHere(true), told_.insert_prefix(key, pages, from);
  }
  std::vector<PageId> evict(std::size_t num_pages) override { return FailHere(true), told_.evict(num_pages); }
  void retain(const CacheHandle& h, std::int32_t priority, std::uint64_t duration) override {
    FailHere(true), told_.retain(h, priority, duration);
  }
  void rename_pages(std::span<const PageMove> moves) override { FailHere(true), told_.rename_pages(moves); }
  void request_ended(PrefixKey key, std::size_t found) override { FailHere(true), told_.request_ended(key, found); }
  std::vector<PageId> reset() override { return FailHere(true), told_.reset(); }
  SizeInfo size_info() const override { return told_.size_info(); }
  Snapshot snapshot() const override { return told_.snapshot(); }

 private:
  BaseCacheManager& told_;
};

/// A Story whose own notes never fail.
class SparedStory : public Story {
 public:
  using Story::Story;
  CacheHandle match_prefix(PrefixKey key) override { return FailHere(false), Story::match_prefix(key); }
  void copy_pages(const CacheHandle& h, std::span<PageId> out) const override {
    FailHere(false), Story::copy_pages(h, out);
  }
  CacheHandle whole_pages(const CacheHandle& h) const override { return FailHere(false), Story::whole_pages(h); }
  void lock_handle(const CacheHandle& h) override { FailHere(false), Story::lock_handle(h); }
  void unlock_handle(const CacheHandle& h) override { FailHere(false), Story::unlock_handle(h); }
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override {
    return FailHere(false), Story::insert_prefix(key, pages, from);
  }
  std::vector<PageId> evict(std::size_t num_pages) override { return FailHere(false), Story::evict(num_pages); }
  void retain(const CacheHandle& h, std::int32_t priority, std::uint64_t duration) override {
    FailHere(false), Story::retain(h, priority, duration);
  }
  void rename_pages(std::span<const PageMove> moves) override { FailHere(false), Story::rename_pages(moves); }
  void request_ended(PrefixKey key, std::size_t found) override { FailHere(false), Story::request_ended(key, found); }
  std::vector<PageId> reset() override { return FailHere(false), Story::reset(); }
  SizeInfo size_info() const override { return FailHere(false), Story::size_info(); }
};

}  // namespace radixlab
