/// \file
/// The calls of a story in a form that can be cut: each names the call whose handle it uses, and takes fresh pages.
#pragma once
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "testing/story.hpp"

namespace radixlab {

/// One call, written so that it still means something when others are left out: a handle is the call that gave it out.
struct ScriptedCall {
  std::string op;
  std::size_t id = 0;  ///< which line it was
  std::vector<TokenId> tokens;
  std::uint32_t cache_salt = 0;
  std::size_t giver = 0;   ///< whose handle it uses; 0: the empty handle
  std::size_t amount = 0;  ///< pages to evict or to rename, ticks to retain, tokens that an ended request had found
  std::int32_t priority = 0;
  bool operator==(const ScriptedCall&) const = default;
  bool gives() const { return op == "match" || op == "insert"; }
};
using CallScript = std::vector<ScriptedCall>;

/// The calls of a story, without those by handles that nobody gave out. Throws InputError ("story:7: ...") if the text
/// is none.
CallScript call_script(std::string_view story);

/// Makes scripted calls on a new manager, as far as they make sense there.
class CallPlayer {
 public:
  /// `cache` is new, and must outlive the player.
  explicit CallPlayer(Story& cache) : cache_(cache) {}

  /// False if the call has lost its sense, and was not made: an unlock without its lock, a call by the handle of one
  /// that was left out. Throws IntegrityError if it breaks a rule; what the manager refuses is made.
  bool play(const ScriptedCall& call);

 private:
  struct Given {
    CacheHandle handle;
    std::vector<TokenId> prefix;
    std::uint32_t cache_salt;
  };
  using Name = std::array<std::uint64_t, 3>;

  bool has_sense(const ScriptedCall& call) const;
  void make(const ScriptedCall& call, const CacheHandle& handle);
  void give(const ScriptedCall& call, const CacheHandle& handle);
  void insert(const ScriptedCall& call, const CacheHandle& from);
  const PageId* cached(PrefixKey key, std::size_t page) const;
  static Name name(const CacheHandle& h) { return {h.cached_len, h.node, h.generation}; }

  Story& cache_;
  std::map<std::size_t, Given> given_;  // by the id of the call that gave it out
  std::map<Name, std::ptrdiff_t> locks_;
  PageId next_page_ = 0;
};

}  // namespace radixlab
