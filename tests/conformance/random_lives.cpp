// Random request lives on every manager of the ladder, as a table; `--replay` shows a failure again.
#include <cstdio>
#include <fstream>

#include "apps/cli.hpp"
#include "io/atomic_file.hpp"
#include "lives.hpp"
#include "testing/replay_story.hpp"

namespace {

using namespace radixlab;

struct Arguments {
  std::uint64_t seeds = 60, first_seed = 1;
  std::string manager, story_file, replay_file;
  std::size_t page_size = 0;
};

// All seeds of one row of the table. False at the first that breaks a rule.
bool live_row(const Stage& stage, std::size_t page_size, const Arguments& args) {
  LifeCounts sum;
  for (std::uint64_t seed = args.first_seed; seed < args.first_seed + args.seeds; ++seed) {
    const LifeOptions options = life_options(page_size, seed);
    const Made made = watched(stage.name, page_size, options.num_pages);
    try {
      sum += random_life(*made.story, *made.source, options);
    } catch (const std::exception& error) {
      std::printf("%-10s P %-3zu seed %llu FAILED\n  %s\n", stage.name, page_size,
                  static_cast<unsigned long long>(seed), error.what());
      if (!args.story_file.empty()) {
        write_file(args.story_file, made.story->text());
        std::printf("  its story is %s: see it again with\n  --manager %s --page-size %zu --replay %s\n",
                    args.story_file.c_str(), stage.name, page_size, args.story_file.c_str());
      }
      return false;
    }
  }
  std::printf("%-10s%3zu%8zu%10zu%10zu%8zu%8zu%8zu%8zu%7zu\n", stage.name, page_size, sum.steps, sum.reused,
              sum.evicted, sum.splits, sum.twins, sum.aborts, sum.refused, sum.stale);
  return true;
}

bool live_all(const Arguments& args) {
  std::printf("%-10s%3s%8s%10s%10s%8s%8s%8s%8s%7s\n", "manager", "P", "steps", "reused", "evicted", "splits", "twins",
              "aborts", "no room", "stale");
  bool fine = true, any = false;
  for (const Stage& stage : kLadder) {
    if (!args.manager.empty() && args.manager != stage.name) continue;
    if (!stage.make && !args.manager.empty())
      create_cache_manager(kLadder, args.manager, {});  // says which lab builds it
    for (const std::size_t P : stage.page_sizes)
      if (args.page_size == 0 || args.page_size == P) any = true, fine = live_row(stage, P, args) && fine;
  }
  if (!any && !args.manager.empty()) create_cache_manager(kLadder, args.manager, {});  // says which names there are
  if (!any)
    throw std::invalid_argument("--page-size " + std::to_string(args.page_size) +
                                ": no manager of the ladder runs at it");
  if (fine) std::puts("reused, evicted in tokens; no rule was broken");
  return fine;
}

bool replay(const Arguments& args) {
  if (args.manager.empty() || args.page_size == 0)
    throw std::invalid_argument("--replay needs --manager and --page-size");
  std::ifstream story(args.replay_file, std::ios::binary);
  if (!story) throw std::invalid_argument(args.replay_file + ": cannot be read, expected a story");
  const Made made = watched(args.manager, args.page_size, 1);
  try {
    const Replayed replayed = replay_story(story, args.replay_file, *made.manager, [&](std::size_t) {
      made.manager->check_integrity();
      made.story->same_as_snapshot();
    });
    for (const std::string& difference : replayed.differences) std::puts(difference.c_str());
    std::printf("%zu calls, no rule was broken\n", replayed.calls);
    return true;
  } catch (const IntegrityError& error) {
    std::puts(error.what());
    return false;
  }
}

void add_options(CLI::App& app, Arguments& args) {
  app.description("Random request lives on the managers of the ladder, with every rule checked after every step.");
  app.footer("Example: random_lives --manager radix --page-size 4 --seeds 1000");
  app.add_option("--seeds", args.seeds, "Lives a row")->check(CLI::Range(1, 1000000000))->capture_default_str();
  app.add_option("--first-seed", args.first_seed, "Seed of the first life")->capture_default_str();
  app.add_option("--manager", args.manager, "One manager; default: all that are built");
  app.add_option("--page-size", args.page_size, "One page size in tokens; default: all of the row")
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--story", args.story_file, "Where a failing life's story is written");
  app.add_option("--replay", args.replay_file, "Replays a story instead");
}

}  // namespace

int main(int argc, char** argv) {
  Arguments args;
  return run_program(
      "random_lives", argc, argv, [&](CLI::App& app) { add_options(app, args); },
      [&] { return (args.replay_file.empty() ? live_all(args) : replay(args)) ? exit_fine : exit_check_failed; });
}
