/// \file
/// What is cached and locked by the calls of a story. For story_follower.cpp.
#pragma once
#include <map>
#include <set>

#include "contract/snapshot.hpp"
#include "testing/oracle.hpp"
#include "testing/recorded_call.hpp"

namespace radixlab {

class FollowedTree {
 public:
  explicit FollowedTree(std::size_t page_size) : page_size_(page_size), cached_(page_size, false) {}

  /// The text that a handle names, by the call that gave it out last.
  struct Named {
    std::uint32_t cache_salt;
    std::vector<TokenId> tokens;
    std::size_t locks;
  };

  /// Follows a call. What cannot be (a handle that names more than its text, a page that is freed twice) is passed over:
  /// a broken manager said so, and the line of the broken rule follows.
  void follow(const RecordedCall& call);

  const Named* find(const RecordedHandle& handle) const;  ///< null: nobody gave it out
  std::size_t page_size() const { return page_size_; }    ///< [tokens]
  Snapshot snapshot() const;

 private:
  struct Page {  // of the tree that is drawn; parents before children
    PageId id;
    const Oracle::Held* held;
    std::size_t parent, locks;
    std::size_t children = 0;
    std::uint32_t node = 0;
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void remember(const RecordedCall& call);
  void hold(const RecordedCall& call);
  void rename(std::span<const PageMove> moves);
  void forget(const std::vector<PageId>& pages);
  std::vector<Page> pages() const;
  std::size_t locks_on(const Oracle::Held& held) const;
  std::size_t start(const Oracle::Held& held) const { return (held.len - 1) / page_size_ * page_size_; }

  std::size_t page_size_;
  Oracle cached_;
  std::set<PageId> ends_;  // pages with which an insert ended
  std::map<RecordedHandle, Named> named_;
};

}  // namespace radixlab
