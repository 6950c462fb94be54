/// \file
/// One line of a story, with its types and ranges checked. For what reads stories; replay_story.hpp makes the calls.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "contract/cache_manager.hpp"
#include "io/jsonl.hpp"

namespace radixlab {

/// A handle as it is written: [cached_len, node, generation].
using RecordedHandle = std::array<std::uint64_t, 3>;

inline constexpr JsonLimits story_line_limits{.bytes = std::size_t{16} << 20, .depth = 4};

struct RecordedCall {
  std::string op;
  std::size_t page_size = 0;  // of a head [tokens]
  std::string rule;           // the broken one
  std::vector<TokenId> tokens;
  std::uint32_t cache_salt = 0;
  std::vector<PageId> pages;  // given to an insert
  RecordedHandle handle{};    // what the call follows; an insert's `from`
  std::vector<PageMove> moves;
  std::size_t num_pages = 0;
  std::int32_t priority = 0;
  std::uint64_t duration = 0;
  std::size_t reused = 0;  // of a request that ended: tokens that were cached when it began

  std::optional<std::string> error;     // and how it ended
  std::optional<RecordedHandle> found;  // what a match or an insert gave out, or whole_pages
  std::optional<std::size_t> cached_len;
  std::optional<std::vector<PageId>> named;
  std::optional<SizeInfo> sizes;
};

/// `line` stands at `where`. Throws InputError ("story.jsonl:7: ...") if it is no call of a story.
RecordedCall read_story_call(const Json& line, const std::string& where);

}  // namespace radixlab
