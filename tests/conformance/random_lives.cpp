// The proof at scale: random request lives on every manager of the ladder, as a table. A life that breaks a rule ends
// as a story of at most a screen; `--replay` shows it again.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include "apps/cli.hpp"
#include "apps/progress.hpp"
#include "io/atomic_file.hpp"
#include "lives.hpp"
#include "testing/replay_story.hpp"
#include "testing/shrink_story.hpp"

namespace {

using namespace radixlab;

struct Arguments {
  std::uint64_t steps = 20000, seed = 1;
  unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  std::string manager, policy, story_file, replay_file;
  std::size_t page_size = 0;
};

struct Failure {
  std::uint64_t seed;
  std::string error;
};

/// A row of the table, and the first of its lives that broke a rule.
struct Row {
  const Stage* stage;
  std::size_t page_size;
  std::string policy;
  LifeCounts sum = {};
  std::optional<Failure> failure = {};

  CacheOptions options(std::size_t num_pages) const {
    return {.page_size = page_size, .num_pages = num_pages, .watch = true, .policy = policy};
  }
};

/// A policy that is asked for is asked at each page size.
std::vector<Way> ways(const Stage& stage, const std::string& policy) {
  if (policy.empty()) return ways(stage);
  std::vector<Way> all;
  for (const char* const name : stage.policies)
    for (const std::size_t P : stage.page_sizes)
      if (name == policy) all.push_back({P, name});
  return all;
}

std::vector<Row> rows(const Arguments& args) {
  std::vector<Row> rows;
  for (const Stage* stage : built_stages())
    for (const auto& [P, policy] : ways(*stage, args.policy))
      if ((args.manager.empty() || args.manager == stage->name) && (args.page_size == 0 || args.page_size == P))
        rows.push_back({stage, P, policy});
  if (!rows.empty()) return rows;
  if (!args.manager.empty())
    create_cache_manager(args.manager, {.policy = args.policy});  // says which names there are, or its lab
  create_cache_manager("naive", {});                              // says its lab where no manager is built
  if (args.page_size == 0) throw std::invalid_argument("--policy " + args.policy + ": no manager has it");
  throw std::invalid_argument("--page-size " + std::to_string(args.page_size) +
                              ": no manager of the ladder runs at it");
}

/// One life, and its story if it is written down. The same row and seed give the same life.
class OneLife {
 public:
  OneLife(const Row& row, std::uint64_t seed, bool write_down)
      : options_(life_options(row.page_size, seed, row.stage->whole_texts)),
        made_(create_cache_manager(row.stage->name, row.options(options_.num_pages))) {
    made_.story->write_down(write_down);
  }
  LifeCounts live() { return random_life(*made_.story, *made_.source, at_desk_of(made_, options_)); }
  const std::string& story() const { return made_.story->text(); }
  std::size_t num_pages() const { return options_.num_pages; }

 private:
  LifeOptions options_;
  ManagedPool made_;
};

/// A new manager of the row's kind, and nothing else. A story tells of pages that its desk had taken, all in 0 .. num_pages-1.
std::unique_ptr<Story> fresh_story(const Row& row, std::size_t num_pages) {
  ManagedPool made = all_taken(create_cache_manager(row.stage->name, row.options(num_pages)));
  static_cast<void>(made.manager.release());  // it is the story
  return std::unique_ptr<Story>(made.story);
}

/// All lives of all rows, on all threads. What comes out does not depend on how many there are: counts are sums, and of
/// the lives of a row that break a rule the first is kept.
class ManyLives {
 public:
  ManyLives(std::vector<Row>& rows, const Arguments& args)
      : rows_(rows),
        first_seed_(args.seed),
        lives_((args.steps - 1) / LifeOptions{}.steps + 1),
        progress_("random lives", rows.size() * lives_) {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < args.threads; ++i) threads.emplace_back([this] { work(); });
    work();
  }

 private:
  void work() {
    for (std::size_t i = next_++; i < rows_.size() * lives_; i = next_++) {
      Row& row = rows_[i / lives_];
      const std::uint64_t seed = first_seed_ + i % lives_;
      {
        const std::lock_guard lock(mutex_);
        progress_.advance(1);
        if (row.failure && row.failure->seed < seed) continue;
      }
      LifeCounts counts;
      std::optional<Failure> failure;
      try {
        counts = OneLife(row, seed, false).live();
      } catch (const std::exception& error) {
        failure = {seed, error.what()};
      }
      const std::lock_guard lock(mutex_);
      row.sum += counts;
      if (failure && (!row.failure || seed < row.failure->seed)) row.failure = std::move(failure);
    }
  }

  std::vector<Row>& rows_;
  std::uint64_t first_seed_, lives_;  // of each row
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  Progress progress_;
};

void print(const Row& row) {
  std::printf("%-9s%3zu", row.stage->name, row.page_size);
  if (row.failure) {
    std::printf("  %s seed %llu FAILED: %s\n", row.policy.c_str(), static_cast<unsigned long long>(row.failure->seed),
                row.failure->error.c_str());
    return;
  }
  const LifeCounts& n = row.sum;
  std::printf("%10zu%11zu%11zu%9zu%8zu%8zu%8zu%9zu%9zu%9zu%9zu%10zu%s%s\n", n.steps, n.reused, n.evicted, n.splits,
              n.twins, n.forks, n.aborts, n.refused, n.stale, n.copied, n.renamed, n.unshared,
              row.policy.empty() ? "" : "  ", row.policy.c_str());
}

/// Lives the broken life again, written down, and shrinks its story.
void tell(const Row& row, const std::string& story_file) {
  OneLife again(row, row.failure->seed, true);
  try {
    again.live();
  } catch (const std::exception&) {  // known already
  }
  std::string story = again.story();
  try {
    const Shrunk shrunk = shrink_story(story, [&] { return fresh_story(row, again.num_pages()); });
    std::printf("\n%s\nIn %zu calls (%zu stories were tried):\n%s", shrunk.error.c_str(), shrunk.calls, shrunk.played,
                shrunk.story.c_str());
    story = shrunk.story;
  } catch (const std::invalid_argument& error) {
    std::printf("\n%s: look at the desk and the pages.\n", error.what());
  }
  const std::string policy = row.policy.empty() ? "" : " --policy " + row.policy;
  std::printf("\nLive it again: --manager %s --page-size %zu%s --seed %llu --steps 1\n", row.stage->name, row.page_size,
              policy.c_str(), static_cast<unsigned long long>(row.failure->seed));
  if (story_file.empty()) return;
  write_file(story_file, story);
  std::printf("Replay it:     --manager %s --page-size %zu%s --replay %s\n", row.stage->name, row.page_size,
              policy.c_str(), story_file.c_str());
}

bool live_all(const Arguments& args) {
  std::vector<Row> all = rows(args);
  if (!args.story_file.empty()) check_output_file(args.story_file);
  ManyLives(all, args);
  std::printf("%-9s%3s%10s%11s%11s%9s%8s%8s%8s%9s%9s%9s%9s%10s\n", "manager", "P", "steps", "reused", "evicted",
              "splits", "twins", "forks", "aborts", "no room", "stale", "copied", "moved", "unshared");
  for (const Row& row : all) print(row);
  const auto broken = std::ranges::find_if(all, [](const Row& row) { return row.failure.has_value(); });
  if (broken != all.end()) return tell(*broken, args.story_file), false;
  std::puts("reused, evicted, copied in tokens; no rule was broken");
  return true;
}

bool replay(const Arguments& args) {
  if (args.manager.empty() || args.page_size == 0)
    throw std::invalid_argument("--replay needs --manager and --page-size");
  std::ifstream story(args.replay_file, std::ios::binary);
  if (!story) throw std::invalid_argument(args.replay_file + ": cannot be read, expected a story");
  constexpr std::size_t kMostPages = 1 << 16;
  const ManagedPool made = all_taken(create_cache_manager(
      args.manager, {.page_size = args.page_size, .num_pages = kMostPages, .watch = true, .policy = args.policy}));
  try {
    const Replayed replayed = replay_story(story, args.replay_file, *made.manager,
                                           [&](std::size_t) { made.story->check_state(made.story->snapshot()); });
    for (const std::string& difference : replayed.differences) std::puts(difference.c_str());
    std::printf("%zu calls, no rule was broken\n", replayed.calls);
    return true;
  } catch (const IntegrityError& error) {
    std::puts(error.what());
    return false;
  }
}

void add_options(CLI::App& app, Arguments& args) {
  app.description(
      "Random request lives on the managers of the ladder, with every rule checked after every step. A life that "
      "breaks "
      "one ends as a story of a few calls.");
  app.footer("Example: random_lives --steps 1000000 --story broken.jsonl");
  app.add_option("--steps", args.steps, "Steps a row, rounded up to whole lives of 300")
      ->check(whole_number(1))
      ->capture_default_str();
  app.add_option("--seed", args.seed, "Seed of the first life; the next has the next")->capture_default_str();
  app.add_option("--manager", args.manager, "One manager; default: all that are built");
  app.add_option("--page-size", args.page_size, "One page size in tokens; default: all of the row")
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--policy", args.policy, "One policy; default: each of the row at one of its page sizes");
  app.add_option("--threads", args.threads, "The result is the same for any number")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--story", args.story_file, "Where the story of the first broken row is written");
  app.add_option("--replay", args.replay_file, "Replays a story instead");
}

}  // namespace

int main(int argc, char** argv) {
  Arguments args;
  return run_program(
      "random_lives", argc, argv, [&](CLI::App& app) { add_options(app, args); },
      [&] { return (args.replay_file.empty() ? live_all(args) : replay(args)) ? exit_fine : exit_check_failed; });
}
