#include "visualize/tree_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <ostream>
#include <vector>

#include "visualize/folding.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

struct Line {
  std::string words;  // of what is no node
  const NodeView* view = nullptr;
  std::vector<std::size_t> children = {};  // in order
};

std::string text_of(const NodeView& view, const TreeTextOptions& options) {
  if (!options.token_text) {
    const auto shown = std::span(view.tokens).first(std::min(options.max_tokens, view.tokens.size()));
    return fmt::format("[{}]{}", fmt::join(shown, " "), shown.size() < view.tokens.size() ? "..." : "");
  }
  std::string text;
  for (const TokenId token : view.tokens) text += options.token_text(token);
  return fmt::format("[{}]", to_utf8(shorten_middle(visible_text(text), options.max_text)));
}

std::string line_words(const NodeView& view, bool in_tree, const TreeTextOptions& options) {
  std::string words = fmt::format("{}  {}", text_of(view, options),
                                  held_words(fmt::format("#{}", view.id), view, in_tree, options.max_page_runs));
  if (view.use.ref_count > 0) words += " \u00B7 " + counted(view.use.ref_count, "lock");
  return words + (view.evictable ? " \u00B7 evictable" : "");
}

// The lines of a snapshot, and which of them stand at the top. As in a picture, a node belongs under one before it.
class Lines {
 public:
  Lines(const Snapshot& snapshot, const TreeTextOptions& options) : in_tree_(snapshot.tree), options_(options) {
    for (const NodeView& view : snapshot.nodes) {
      const std::size_t parent = parent_of(view);
      by_id_.emplace(view.id, add("", parent, &view));
    }
    fold_away();
  }

  void print(std::ostream& out) const {
    struct Open {  // a stack and no recursion: a long chat is a deep tree
      std::size_t line;
      std::string stem, before;  // of its own line; of those below it
    };
    std::vector<Open> open;
    for (auto top = tops_.rbegin(); top != tops_.rend(); ++top) open.push_back({*top, "", ""});
    while (!open.empty()) {
      const auto [line, stem, before] = std::move(open.back());
      open.pop_back();
      const auto& [words, view, children] = lines_[line];
      out << options_.indent << stem << (view ? line_words(*view, in_tree_, options_) : words) << '\n';
      for (auto child = children.rbegin(); child != children.rend(); ++child) {
        const bool is_last = child == children.rbegin();
        open.push_back({*child, before + (is_last ? "└─ " : "├─ "), before + (is_last ? "   " : "│  ")});
      }
    }
  }

 private:
  std::size_t add(std::string words, std::size_t parent, const NodeView* view = nullptr) {
    children_of(parent).push_back(lines_.size());
    lines_.push_back({std::move(words), view});
    items_.push_back({parent, view});
    return lines_.size() - 1;
  }

  std::vector<std::size_t>& children_of(std::size_t line) { return line == kNoItem ? tops_ : lines_[line].children; }

  std::size_t parent_of(const NodeView& view) {
    if (view.parent == 0 && !in_tree_) return kNoItem;
    if (view.parent == 0) {
      const auto root = roots_.find(view.cache_salt);
      if (root != roots_.end()) return root->second;
      return roots_[view.cache_salt] = add(fmt::format("root, salt {}", view.cache_salt), kNoItem);
    }
    const auto parent = by_id_.find(view.parent);
    if (parent != by_id_.end()) return parent->second;
    return by_id_[view.parent] = add(fmt::format("#{} is named as parent, but is not there", view.parent), kNoItem);
  }

  void fold_away() {
    const Folding folding = fold(items_, {options_.max_children, options_.max_lines});
    const auto is_hidden = [&](std::size_t line) { return folding.hidden[line]; };
    std::erase_if(tops_, is_hidden);
    for (Line& line : lines_) std::erase_if(line.children, is_hidden);
    for (const Fold& fold : folding.folds) {
      children_of(fold.parent).push_back(lines_.size());
      lines_.push_back({.words = "... " + fold.words(in_tree_)});
      if (fold.below != kNoItem) lines_.back().children = {fold.below};
    }
  }

  const bool in_tree_;
  const TreeTextOptions& options_;
  std::vector<Line> lines_;
  std::vector<FoldItem> items_;  // [lines] without what stands for those that are folded away
  std::vector<std::size_t> tops_;
  std::map<std::uint32_t, std::size_t> roots_;  // by salt
  std::map<std::uint32_t, std::size_t> by_id_;
};

}  // namespace

void print_tree(std::ostream& out, const Snapshot& snapshot, const TreeTextOptions& options) {
  if (snapshot.nodes.empty()) out << options.indent << "nothing is cached\n";
  Lines(snapshot, options).print(out);
}

}  // namespace radixlab
