// JSON lines, read as a Story and replayed into a watched manager. First check: at least one line is a call.
#include "io/error.hpp"
#include "ladder.hpp"
#include "target.hpp"
#include "testing/replay_story.hpp"

namespace radixlab {
namespace {

/// As the story's first line says, if it says one that the ladder runs at.
std::size_t page_size_of(std::string_view story) {
  const std::string_view key = "\"page_size\":";
  const auto at = story.substr(0, 64).find(key);
  if (at == story.npos) return 1;
  const auto digits = story.substr(at + key.size());
  return digits.starts_with("16") ? 16 : digits.starts_with('4') ? 4 : digits.starts_with('3') ? 3 : 1;
}

}  // namespace

/// A broken rule is an answer here: a story may call what no honest caller would, such as giving a page twice, and the
/// watcher ends it there. Whether managers break rules under honest callers is what fuzz_manager asks.
bool fuzz::run(std::string_view input, std::ostream*) {
  bool any = false;
  const std::size_t page_size = page_size_of(input);
  const ManagedPool made = create_cache_manager("radix", {.page_size = page_size, .watch = true});
  try {
    replay_story(input, *made.manager, [&](std::size_t) {
      any = true;
      made.story->check_integrity();
      made.story->same_as_snapshot();
    });
  } catch (const InputError&) {
  } catch (const IntegrityError&) {
  }
  return any;
}

}  // namespace radixlab
