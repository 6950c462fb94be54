#include "testing/story_follower.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "testing/followed_tree.hpp"

namespace radixlab {
namespace {

using std::to_string;

constexpr std::size_t most_tokens = 8, most_runs = 4;  // in a line
constexpr std::size_t most_page_size = std::size_t{1} << 20;

// Text of the file, for a screen.
std::string plain(std::string text) {
  for (char& sign : text)
    if (sign < ' ' || sign > '~') sign = '?';
  return text;
}

std::string counted(std::size_t count, const char* what) {
  return grouped(count) + " " + what + (count == 1 ? "" : "s");
}

// "[7 7 3 1]"; a long text keeps its start and its last token: "[7 7 3 1 0 2 .. 9] (2,000 tokens)".
std::string words(std::span<const TokenId> text, std::uint32_t salt) {
  std::string said = "[";
  const bool long_text = text.size() > most_tokens;
  for (std::size_t i = 0; i < (long_text ? most_tokens - 2 : text.size()); ++i)
    said.append(i > 0 ? " " : "").append(to_string(text[i]));
  if (long_text) said.append(" .. ").append(to_string(text.back()));
  said += ']';
  if (long_text) said.append(" (").append(counted(text.size(), "token")).append(")");
  if (salt > 0) said.append(" salt ").append(to_string(salt));
  return said;
}

// "pages 0-3 7", or "page 7".
std::string page_words(std::span<const PageId> pages) {
  std::string said = pages.size() == 1 ? "page" : pages.empty() ? "no page" : "pages";
  std::size_t runs = 0;
  for (std::size_t i = 0, next; i < pages.size(); i = next, ++runs) {
    for (next = i + 1; next < pages.size() && pages[next] == pages[next - 1] + 1;) ++next;
    if (runs == most_runs) return said + " .. (" + grouped(pages.size()) + ")";
    said.append(" ").append(to_string(pages[i]));
    if (next - i > 1) said.append("-").append(to_string(pages[next - 1]));
  }
  return said;
}

std::string result_words(const RecordedCall& call) {
  if (call.error) return "refused: " + plain(*call.error);
  if (call.op == "match" && call.found) return grouped((*call.found)[0]) + " cached";
  if (call.op == "whole_pages" && call.found) return counted((*call.found)[0], "token");
  if (call.op == "insert" && call.cached_len) return grouped(*call.cached_len) + " cached";
  if (call.op == "copy" && call.named) return page_words(*call.named);
  if ((call.op == "evict" || call.op == "reset") && call.named) return "frees " + page_words(*call.named);
  if (call.sizes)
    return grouped(call.sizes->evictable_size) + " evictable, " + grouped(call.sizes->protected_size) + " locked";
  return {};
}

}  // namespace

class StoryFollower::Player {
 public:
  Player(std::istream& story, std::string name) : lines_(story, std::move(name), story_line_limits) {}

  std::optional<StoryLine> next() {
    while (const std::optional<Json> line = lines_.next()) {
      const RecordedCall call = read_story_call(*line, lines_.where());
      if (call.op == "story") {
        if (call.page_size > most_page_size)
          throw InputError(lines_.where() + ": \"page_size\" is " + grouped(call.page_size) + "; expected at most " +
                           grouped(most_page_size));
        tree_.emplace(call.page_size);
        continue;
      }
      if (!tree_)
        throw InputError(lines_.where() +
                         ": expected a story's head before its calls: {\"op\":\"story\",\"page_size\":...}");
      if (call.op == "broken") return StoryLine{0, plain(call.rule), {}};
      StoryLine told{++number_, call.op, result_words(call)};
      if (const std::string about = subject(call); !about.empty()) {
        told.what.resize(std::max<std::size_t>(8, call.op.size() + 1), ' ');
        told.what += about;
      }
      tree_->follow(call);
      return told;
    }
    return std::nullopt;
  }

  Snapshot snapshot() const { return tree_ ? tree_->snapshot() : Snapshot{}; }

 private:
  std::string subject(const RecordedCall& call) const {
    if (call.op == "match" || call.op == "insert") return words(call.tokens, call.cache_salt);
    if (call.op == "request_ended")
      return words(call.tokens, call.cache_salt) + ", of which " + grouped(call.reused) + " were found";
    if (call.op == "evict") return counted(call.num_pages, "page");
    if (call.op == "rename_pages") return counted(call.moves.size(), "page");
    if (call.op == "reset" || call.op == "size_info") return {};
    const std::string more =
        call.op == "retain" ? " priority " + to_string(call.priority) + " for " + counted(call.duration, "tick") : "";
    if (const FollowedTree::Named* const named = tree_->find(call.handle))
      return words(named->tokens, named->cache_salt) + more;
    return (call.handle[0] == 0 ? "nothing" : "a handle that nobody gave out") + more;
  }

  JsonlReader lines_;
  std::optional<FollowedTree> tree_;  // from the head on
  std::size_t number_ = 0;
};

StoryFollower::StoryFollower(std::istream& story, std::string name)
    : player_(std::make_unique<Player>(story, std::move(name))) {}
StoryFollower::~StoryFollower() = default;
std::optional<StoryLine> StoryFollower::next() { return player_->next(); }
Snapshot StoryFollower::snapshot() const { return player_->snapshot(); }

std::vector<std::string> tree_lines(const Snapshot& snapshot) {
  std::vector<std::string> lines;
  std::map<std::uint32_t, std::size_t> depth;  // of a node, by its id
  for (const NodeView& node : snapshot.nodes) {
    const std::size_t at = depth[node.id] = node.parent ? depth[node.parent] + 1 : 0;
    lines.push_back(std::string(2 * at, ' ') + words(node.tokens, node.parent ? 0 : node.cache_salt) + "  " +
                    page_words(node.pages) + (node.use.ref_count > 0 ? "  locked" : ""));
  }
  return lines;
}

}  // namespace radixlab
