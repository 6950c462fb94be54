#include "visualize/dump_tree.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>

#include "io/atomic_file.hpp"
#include "io/error.hpp"
#include "visualize/label_text.hpp"
#include "visualize/render.hpp"
#include "visualize/tree_text.hpp"

namespace radixlab {
namespace {

std::string tree_as_text(const Snapshot& snapshot, const DotOptions& options) {
  const auto [evictable, locked] = snapshot.claimed;
  std::ostringstream text;
  if (!options.title.empty()) text << options.title << '\n';
  text << fmt::format("{}; {} evictable, {} protected; a page is {}\n\n", counted(snapshot.nodes.size(), "node"),
                      counted(evictable, "page"), counted(locked, "page"), counted(snapshot.page_size, "token"));
  print_tree(text, snapshot,
             {.max_page_runs = options.max_page_runs,
              .token_text = options.token_text,
              .max_children = options.max_children,
              .max_lines = options.max_boxes});
  return text.str();
}

}  // namespace

void check_drawing_file(const std::filesystem::path& file, const std::string& what) {
  const std::string ending = file.extension().string();
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (ending != ".dot" && ending != ".svg" && ending != ".png" && ending != ".txt")
    throw InputError(file.string() + ": no kind of file that " + what +
                     " is written to; expected the ending .dot, .svg, .png or .txt");
  if (!std::filesystem::is_directory(folder))
    throw InputError(file.string() + ": the folder " + quote(folder.string()) + " does not exist");
  if ((ending == ".svg" || ending == ".png") && !can_render())
    throw InputError(file.string() +
                     ": the program dot was not found: install the package graphviz, or choose .dot or .txt");
}

void dump_tree(const Snapshot& snapshot, const std::filesystem::path& file, const DotOptions& options) {
  check_tree_file(file);
  if (file.extension() == ".txt") return write_file(file, tree_as_text(snapshot, options));
  DotOptions as_large = options;
  as_large.fit_page = false;
  render(to_dot(snapshot, as_large), file);
}

}  // namespace radixlab
