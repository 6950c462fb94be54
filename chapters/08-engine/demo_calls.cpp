#include "08-engine/demo_calls.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "visualize/cells.hpp"

namespace radixlab {
namespace {

// As the contract has them; a story's lines are shorter.
std::string full_name(const std::string& op) {
  static const std::map<std::string, std::string> names = {{"match", "match_prefix"},
                                                           {"copy", "copy_pages"},
                                                           {"lock", "lock_handle"},
                                                           {"unlock", "unlock_handle"},
                                                           {"insert", "insert_prefix"}};
  const auto found = names.find(op);
  return found == names.end() ? op : found->second;
}

}  // namespace

std::map<std::string, Calls> Seams::since_last() {
  std::map<std::string, Calls> calls;
  const std::string& text = story_.text();
  for (std::size_t at; (at = text.find("{\"op\":\"", seen_)) != std::string::npos;) {
    const std::size_t begin = at + 7;
    seen_ = text.find('"', begin);
    calls["manager"].add(full_name(text.substr(begin, seen_ - begin)));
  }
  if (!source_.calls.all.empty()) calls["pages"] = std::exchange(source_.calls, {});
  if (const std::size_t runs = device_.num_passes() - std::exchange(runs_, device_.num_passes()); runs > 0)
    calls["device"].add("run", runs);
  return calls;
}

std::string in_words(const Calls& calls, const char* between) {
  std::vector<std::string> words;
  for (const auto& [name, times] : calls.all) words.push_back(fmt::format("{} {}", name, times));
  return fmt::format("{}", fmt::join(words, between));
}

std::string drawing_of(const std::vector<PartCall>& calls) {
  CellRows router = {{{.text = "Router", .bold = true}}}, executor = {{{.text = "AttentionExecutor", .bold = true}}};
  std::string edges;
  for (const auto& [part, call, made] : calls) {
    CellRows& box = part == "router" ? router : executor;
    box.push_back({{.text = call, .colour = cell_colour::own, .port = call}});
    for (const auto& [whom, what] : made)
      edges += fmt::format("  {}:{} -> {} [label=\" {}\\l\", arrowhead=normal];\n", part, call, whom,
                           in_words(what, "\\l "));
  }
  const auto box = [](const std::string& name, const CellRows& rows) {
    return fmt::format("  {} [label=<{}>];\n", name, cell_table(rows));
  };
  const auto has = [](const std::string& words) { return CellRows{{{.text = words, .colour = cell_colour::shared}}}; };
  return std::string(kCellsHead) +
         "  graph [nodesep=0.7, ranksep=0.9];\n  edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=11];\n" +
         box("router", router) + box("executor", executor) +
         "  subgraph cluster_pages {\n    label=\"PageManager has\"; labelloc=b; color=\"#6b7280\";\n" +
         box("manager", has("cache manager")) + box("pages", has("page source")) +
         box("device", has("device, its pool")) + "  }\n" + edges + "}\n";
}

}  // namespace radixlab
