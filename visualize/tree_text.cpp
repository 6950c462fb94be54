#include "visualize/tree_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <ostream>
#include <vector>

#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

struct Line {
  std::string words;
  std::vector<std::size_t> children = {};  // in order
};

std::string line_words(const NodeView& view, bool in_tree, const TreeTextOptions& options) {
  const auto shown = std::span(view.tokens).first(std::min(options.max_tokens, view.tokens.size()));
  std::string words = fmt::format("[{}]{}  {}", fmt::join(shown, " "), shown.size() < view.tokens.size() ? "..." : "",
                                  held_words(fmt::format("#{}", view.id), view, in_tree, options.max_page_runs));
  if (view.use.ref_count > 0) words += " \u00B7 " + counted(view.use.ref_count, "lock");
  return words + (view.evictable ? " \u00B7 evictable" : "");
}

// The lines of a snapshot, and which of them stand at the top. As in a picture, a node belongs under one before it.
class Lines {
 public:
  Lines(const Snapshot& snapshot, const TreeTextOptions& options) {
    for (const NodeView& view : snapshot.nodes) {
      const std::optional<std::size_t> parent = parent_of(view, snapshot.tree);
      by_id_.emplace(view.id, add(line_words(view, snapshot.tree, options), parent));
    }
  }

  void print(std::ostream& out, const std::string& indent) const {
    struct Open {  // a stack and no recursion: a long chat is a deep tree
      std::size_t line;
      std::string stem, before;  // of its own line; of those below it
    };
    std::vector<Open> open;
    for (auto top = tops_.rbegin(); top != tops_.rend(); ++top) open.push_back({*top, "", ""});
    while (!open.empty()) {
      const auto [line, stem, before] = std::move(open.back());
      open.pop_back();
      out << indent << stem << lines_[line].words << '\n';
      const auto& children = lines_[line].children;
      for (auto child = children.rbegin(); child != children.rend(); ++child) {
        const bool is_last = child == children.rbegin();
        open.push_back({*child, before + (is_last ? "└─ " : "├─ "), before + (is_last ? "   " : "│  ")});
      }
    }
  }

 private:
  std::size_t add(std::string words, std::optional<std::size_t> parent) {
    (parent ? lines_[*parent].children : tops_).push_back(lines_.size());
    lines_.push_back({std::move(words)});
    return lines_.size() - 1;
  }

  std::optional<std::size_t> parent_of(const NodeView& view, bool in_tree) {
    if (view.parent == 0 && !in_tree) return {};
    if (view.parent == 0) {
      const auto root = roots_.find(view.cache_salt);
      if (root != roots_.end()) return root->second;
      return roots_[view.cache_salt] = add(fmt::format("root, salt {}", view.cache_salt), {});
    }
    const auto parent = by_id_.find(view.parent);
    if (parent != by_id_.end()) return parent->second;
    return by_id_[view.parent] = add(fmt::format("#{} is named as parent, but is not there", view.parent), {});
  }

  std::vector<Line> lines_;
  std::vector<std::size_t> tops_;
  std::map<std::uint32_t, std::size_t> roots_;  // by salt
  std::map<std::uint32_t, std::size_t> by_id_;
};

}  // namespace

void print_tree(std::ostream& out, const Snapshot& snapshot, const TreeTextOptions& options) {
  if (snapshot.nodes.empty()) out << options.indent << "nothing is cached\n";
  Lines(snapshot, options).print(out, options.indent);
}

}  // namespace radixlab
