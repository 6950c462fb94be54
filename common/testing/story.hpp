/// \file
/// A manager that is watched: it wraps a manager, checks each call against the brute-force truth and writes it down.
///
/// One JSON line a public call, with arguments and result; a handle is [cached_len, node, generation]:
///
///   {"op":"insert","tokens":[7,7,3,1],"cache_salt":0,"pages":[0,1,2,3],"from":[0,0,0],"cached_len":0,"handle":[4,1,1]}
///   {"op":"evict","num_pages":9,"error":"I25: asked to evict 9 pages, 4 are evictable"}
/// The lines are a failing test's story, a fuzzer's find, the player's film, a server's incident and replay's input:
/// one format. Structure (nodes, splits) is not in them: replaying the calls gives it again (replay_story.hpp).
///
/// Rules checked at each call:  I3 I7-I11 I15 I17-I19 I21 I22 I24-I26 I28 I37;  by same_as_snapshot():  I16 I36.
/// A broken one is written down as the last line and thrown as IntegrityError. What the manager itself throws is
/// written down and passed on. Brute force costs O(pages x tokens) a call: watch tests and short sessions, not a day of
/// traffic.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "contract/snapshot.hpp"
#include "testing/oracle.hpp"

namespace radixlab {

class Story : public BaseCacheManager {
 public:
  /// Watches `told`, which must outlive the story. `partial_hits`: its hits may end inside a page.
  Story(BaseCacheManager& told, std::size_t page_size, bool partial_hits);
  /// Watches and owns.
  Story(std::unique_ptr<BaseCacheManager> told, std::size_t page_size, bool partial_hits);

  CacheHandle match_prefix(PrefixKey key) override;
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;
  CacheHandle whole_pages(const CacheHandle& handle) const override;
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;
  std::vector<PageId> evict(std::size_t num_pages) override;
  void retain(const CacheHandle& handle, std::int32_t priority, std::uint64_t duration) override;
  void rename_pages(std::span<const PageMove> moves) override;
  void request_ended(PrefixKey key, std::size_t found) override;
  std::vector<PageId> reset() override;
  SizeInfo size_info() const override;
  Snapshot snapshot() const override { return told_.snapshot(); }  ///< the watched manager's; not written down

  /// I36: what the calls say is cached is what the snapshot shows, page by page, prefix by prefix.
  /// I16: each node's ref_count is the number of locks that end there or below, by the ledger of locks.
  void same_as_snapshot() const { same_as(told_.snapshot()); }
  /// check_integrity() and same_as_snapshot(), and what is broken is written down. `shot` is the snapshot of now.
  void check_state(const Snapshot& shot) const;

  const std::string& text() const { return lines_; }    ///< the lines so far
  std::string unfinished() const;                       ///< the line of a call that is under way, or nothing
  void write_down(bool on) { writes_ = on; }            ///< off: checks alone, for a call that is not told
  const Oracle& mirror() const { return oracle_; }      ///< what is cached, by the calls
  std::size_t page_size() const { return page_size_; }  ///< [tokens]

 private:
  using HandleName = std::tuple<std::uint32_t, std::uint32_t, std::size_t>;
  /// A handle that is good: what it names, and how often it is locked.
  struct Known {
    std::uint32_t cache_salt;
    std::vector<TokenId> tokens;
    std::vector<PageId> pages;
    std::size_t locks;
    bool must_hold;  // given out since the last evict: it must still be good, locked or not
  };
  struct Line;

  static HandleName name(const CacheHandle& h) { return {h.node, h.generation, h.cached_len}; }
  Known* known(const CacheHandle& handle) const;
  void remember(const CacheHandle& handle, PrefixKey key) const;
  void follow(Line& line, const CacheHandle& handle, const std::function<void()>& call) const;
  void ask(Line& line, const std::function<void()>& call) const;
  void check_insert(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from, const InsertResult& result,
                    std::size_t longest);
  void take_given(PrefixKey key, std::span<const PageId> pages, std::span<const PageId> named, std::size_t longest);
  void check_victims(std::size_t num_pages, const std::vector<PageId>& freed, const Snapshot& before) const;
  void forget(const std::vector<PageId>& freed);
  void same_as(const Snapshot& shot) const;
  void check_node(const NodeView& node, std::span<const TokenId> path, bool tree) const;
  [[noreturn]] void broken(const std::string& rule) const;

  std::unique_ptr<BaseCacheManager> owned_;
  BaseCacheManager& told_;
  std::size_t page_size_;
  bool partial_hits_;
  Oracle oracle_;
  mutable std::map<HandleName, Known> handles_;
  mutable std::string lines_, after_;  // after_: what follows the line that is open
  mutable const Line* open_ = nullptr;
  bool writes_ = true;
};

}  // namespace radixlab
