// The plain side of a target: runs it over files, with any compiler. What was found once stays a test.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "apps/cli.hpp"
#include "io/mapped_file.hpp"
#include "target.hpp"

namespace {

namespace fs = std::filesystem;
using namespace radixlab;

struct Arguments {
  std::vector<fs::path> paths;
  std::string story;
  bool all_pass = false;
};

std::set<fs::path> files_of(const std::vector<fs::path>& paths) {
  std::set<fs::path> files;
  for (const fs::path& path : paths) {
    if (!fs::is_directory(path)) files.insert(path);
    if (fs::is_directory(path))
      for (const auto& entry : fs::directory_iterator(path)) files.insert(entry.path());
  }
  return files;
}

int replay(const Arguments& args) {
  std::ofstream story;
  if (!args.story.empty()) story.open(args.story);
  std::size_t passed = 0;
  const auto files = files_of(args.paths);
  for (const fs::path& file : files) {
    try {
      const bool pass = fuzz::run(MappedFile(file).text(), story.is_open() ? &story : nullptr);
      passed += pass;
      if (args.all_pass && !pass) std::printf("%s: does not pass the first check\n", file.c_str());
    } catch (const std::exception& error) {
      std::printf("%s: FIND: %s\n", file.c_str(), error.what());
      return exit_check_failed;
    }
  }
  std::printf("%zu inputs, %zu passed the first check, no find\n", files.size(), passed);
  return args.all_pass && (passed < files.size() || files.empty()) ? exit_check_failed : exit_fine;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments args;
  return run_program(
      "replay", argc, argv,
      [&](CLI::App& app) {
        app.description("Runs a fuzz target over files. Exit code 1 and the file's name at the first find.");
        app.footer("Example: replay_fuzz_manager tests/fuzz/finds/manager --story story.jsonl");
        app.add_option("FILES", args.paths, "Inputs, or folders of them")->required()->check(CLI::ExistingPath);
        app.add_option("--story", args.story, "Where the calls on a cache manager are written, as a Story");
        app.add_flag("--all-pass", args.all_pass, "Also fails where an input does not pass the first check");
      },
      [&] { return replay(args); });
}
