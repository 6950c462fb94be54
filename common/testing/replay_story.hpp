/// \file
/// The other half of Story: makes the calls of a story again, on any manager. A failure is shown again by replaying it
/// into a fresh Story around the same manager; structure and reasons are read off the manager between calls.
#pragma once
#include <functional>
#include <istream>
#include <string>
#include <string_view>

#include "contract/cache_manager.hpp"

namespace radixlab {

struct Replayed {
  std::size_t calls = 0;  ///< lines, the head counted
  /// Where a result was not the one in the story, one line each ("story:7: ..."). Another manager, or a bug since
  /// repaired.
  std::vector<std::string> differences;
};

/// Replays `story` into `manager`, a line at a time; `name` stands in messages. Handles are translated: what the
/// story's manager named is what this one named at that line. Calls `after_line` (if given) with the number of each
/// line that was replayed: the place for check_integrity() and pictures.
///
/// A story is a file like any other: types, ranges and sizes of a line are checked before its call is made. Throws
/// InputError ("story.jsonl:7: ...") if it is no story, IntegrityError with the line if a watched manager or after_line
/// finds a broken rule. What else a call throws is compared with the story.
Replayed replay_story(std::istream& story, const std::string& name, BaseCacheManager& manager,
                      const std::function<void(std::size_t)>& after_line = {});

/// The same for a text in memory, named "story".
Replayed replay_story(std::string_view story, BaseCacheManager& manager,
                      const std::function<void(std::size_t)>& after_line = {});

}  // namespace radixlab
