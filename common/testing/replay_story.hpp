/// \file
/// The other half of Story: makes the calls of a story again, on any manager. A failure is shown again by replaying it
/// into a fresh Story around the same manager; structure and reasons are read off the manager between calls.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "contract/cache_manager.hpp"

namespace radixlab {

struct Replayed {
  std::size_t calls = 0;
  /// Where a result was not the one in the story, one line each ("line 7: ..."). Another manager, or a bug since
  /// repaired.
  std::vector<std::string> differences;
};

/// Replays `text` into `manager`. Handles are translated: what the story's manager named is what this one named at that
/// line. Calls `after_line` (if given) with the number of each line that was replayed: the place for check_integrity()
/// and pictures. Throws IntegrityError with the line's number if a watched manager or after_line finds a broken rule,
/// std::invalid_argument ("line 7: ...") if the text is no story.
Replayed replay_story(std::string_view text, BaseCacheManager& manager,
                      const std::function<void(std::size_t)>& after_line = {});

}  // namespace radixlab
