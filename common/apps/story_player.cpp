// Plays a story: what was called and answered, line by line, and what is cached at the end, in words and as a picture.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "apps/cli.hpp"
#include "io/atomic_file.hpp"
#include "io/error.hpp"
#include "testing/story_follower.hpp"
#include "visualize/dot.hpp"
#include "visualize/render.hpp"

namespace {

using namespace radixlab;

struct Arguments {
  std::filesystem::path story, out;
  std::size_t step = 0;  // 0: to the end
};

constexpr std::size_t widest = 48;  // [characters] of what stands before "->"

/// Follows the story to the wanted step, with the broken rules that stand behind it.
std::vector<StoryLine> follow(StoryFollower& story, const Arguments& args) {
  std::vector<StoryLine> lines;
  while (args.step == 0 || lines.size() < args.step || lines.back().number < args.step) {
    std::optional<StoryLine> line = story.next();
    if (!line) break;
    lines.push_back(std::move(*line));
  }
  const std::size_t calls = static_cast<std::size_t>(std::ranges::count_if(lines, &StoryLine::number));
  if (args.step > calls)
    throw InputError(args.story.string() + ": has " + grouped(calls) + " calls; expected --step at most that");
  return lines;
}

void print(const std::vector<StoryLine>& lines) {
  std::size_t width = 0;
  for (const StoryLine& line : lines)
    if (line.number > 0 && !line.result.empty()) width = std::max(width, std::min(widest, line.what.size()));
  for (const StoryLine& line : lines) {
    if (line.number == 0)
      std::printf("But   %s\n", line.what.c_str());
    else if (line.result.empty())
      std::printf("%4zu  %s\n", line.number, line.what.c_str());
    else
      std::printf("%4zu  %-*s  -> %s\n", line.number, static_cast<int>(width), line.what.c_str(), line.result.c_str());
  }
}

void print(const Snapshot& shot) {
  const SizeInfo& size = shot.claimed;
  if (shot.nodes.empty()) return static_cast<void>(std::puts("Nothing is cached by these calls."));
  std::printf("Cached by these calls: %zu pages of %zu token%s, %zu of them locked\n", size.total_size(),
              shot.page_size, shot.page_size == 1 ? "" : "s", size.protected_size);
  for (const std::string& line : tree_lines(shot)) std::printf("  %s\n", line.c_str());
}

void draw(const Snapshot& shot, const Arguments& args) {
  std::filesystem::create_directories(args.out);
  const std::string name = args.story.stem().string();
  const std::string dot =
      to_dot(shot, {.title = name + (args.step > 0 ? ", after call " + std::to_string(args.step) : "")});
  for (const char* const ending : {".dot", ".svg"}) {
    const std::filesystem::path file = args.out / (name + ending);
    if (ending == std::string_view(".svg") && !can_render()) {
      std::puts("No picture: the program dot is missing (package graphviz)");
    } else {
      render(dot, file);
      std::printf("%s\n", file.c_str());
    }
  }
}

int play(const Arguments& args) {
  std::ifstream file(args.story, std::ios::binary);
  if (!file || std::filesystem::is_directory(args.story))
    throw InputError(args.story.string() + ": cannot be read, expected a story");
  StoryFollower story(file, args.story.string());
  const std::vector<StoryLine> lines = follow(story, args);
  if (lines.empty()) throw InputError(args.story.string() + ": holds no call");
  print(lines);
  std::puts("");
  print(story.snapshot());
  if (!args.out.empty()) draw(story.snapshot(), args);
  return exit_fine;
}

void add_options(CLI::App& app, Arguments& args) {
  app.description(
      "Plays a story: each call with its answer, and the tree that the calls say is cached after the last.");
  app.footer("Example: story_player build/labs/stories/5.2.jsonl --step 4 --out build/pictures");
  app.add_option("story", args.story, "The file: a JSON line a call, as Story writes it")->required();
  app.add_option("--step", args.step, "Stop after this call")->check(whole_number(1));
  app.add_option("--out", args.out, "Folder for the tree as .dot and .svg");
}

}  // namespace

int main(int argc, char** argv) {
  Arguments args;
  return run_program(
      "story_player", argc, argv, [&](CLI::App& app) { add_options(app, args); }, [&] { return play(args); });
}
