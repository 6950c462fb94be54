/// \file
/// From a long story that ends with a broken rule to a short one that breaks the same rule: delta debugging (A. Zeller,
/// R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002) over the calls, then over their texts.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "testing/story.hpp"

namespace radixlab {

struct Shrunk {
  std::string story;       ///< ends with the line of the broken rule
  std::string error;       ///< what is broken there
  std::size_t calls = 0;   ///< lines that are calls
  std::size_t played = 0;  ///< candidates that were tried
};

/// A new manager of the kind that failed, watched.
using FreshStory = std::function<std::unique_ptr<Story>()>;

/// Shrinks `story`: the rule that its replay breaks first, looked for after each call, is broken by the result too. A call
/// that lost its sense because another was left out is left out too: an unlock without its lock, a call by a handle that
/// nobody gave out. Throws std::invalid_argument if the calls alone break no rule: then the fault is not the manager's.
Shrunk shrink_story(std::string_view story, const FreshStory& fresh);

}  // namespace radixlab
