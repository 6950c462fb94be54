#include "testing/failure_story.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "testing/story_follower.hpp"
#include "visualize/dot.hpp"

// AddressSanitizer keeps the signals to itself, and calls this before its report ends the program.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*)());  // NOLINT(bugprone-reserved-identifier)

namespace radixlab {
namespace {

constexpr std::size_t kLines = 12;   // of calls that are printed
constexpr std::size_t kWidest = 40;  // [characters] of what stands before "->"

FailureStory* innermost = nullptr;

const char* folder() { return std::getenv("RADIXLAB_STORY_DIR"); }

// A program that is about to die has nothing to lose: what is not safe in a signal's handler may fail here, and then it
// dies untold. The signal comes again when the handler is done, and kills.
void tell_the_innermost() {
  if (innermost) innermost->tell();
}

void tell_before_the_end(int signal) {
  tell_the_innermost();
  std::raise(signal);
}

void listen_for_the_end() {
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(tell_the_innermost);
  static std::array<char, 1 << 18> stack;  // an endless recursion has used up the program's own
  const stack_t other{.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
  sigaltstack(&other, nullptr);
  for (const int signal : {SIGXCPU, SIGSEGV, SIGBUS, SIGFPE, SIGABRT}) {
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler != SIG_DFL) continue;  // a sanitizer's
    now.sa_handler = tell_before_the_end;
    now.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER | SA_ONSTACK;
    sigaction(signal, &now, nullptr);
  }
}

// "Lab05Tree.T2_SplitKeepsLocks", without the names of parameters.
std::string test_name() {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  if (!test) return "story";
  const std::string suite = test->test_suite_name(), name = test->name();
  return suite.substr(suite.find('/') + 1) + "." + name.substr(0, name.find('/'));
}

std::vector<StoryLine> follow(StoryFollower& story) {
  std::vector<StoryLine> lines;
  while (std::optional<StoryLine> line = story.next()) lines.push_back(std::move(*line));
  return lines;
}

void print(const std::vector<StoryLine>& lines, bool finished) {
  std::size_t calls = 0, width = 0;
  for (const StoryLine& line : lines) calls = std::max(calls, line.number);
  for (const StoryLine& line : lines)
    if (line.number > 0 && !line.result.empty()) width = std::max(width, std::min(kWidest, line.what.size()));
  std::cout << "The story so far\n";
  if (calls > kLines) std::cout << "  ...   " << calls - kLines << " calls before\n";
  for (const StoryLine& line : lines) {
    if (line.number > 0 && line.number + kLines <= calls) continue;
    const bool last = line.number == calls;
    std::string told = line.number == 0 ? "But" : last ? "Then" : std::to_string(line.number);
    told.insert(0, line.number == 0 || last ? 0 : 4 - std::min<std::size_t>(4, told.size()), ' ');
    told.resize(std::max<std::size_t>(6, told.size() + 1), ' ');
    told += line.what;
    if (!line.result.empty()) told.resize(std::max(told.size(), width + 6), ' ');
    if (!line.result.empty()) told += "  -> " + line.result;
    std::cout << told << (last && !finished ? "   (it did not come back)\n" : "\n");
  }
  std::cout << std::endl;
}

}  // namespace

FailureStory::FailureStory(const Story& story)
    : story_(story),
      outer_(std::exchange(innermost, this)),
      exceptions_(std::uncaught_exceptions()),
      test_(test_name()) {
  testing::UnitTest::GetInstance()->listeners().Append(this);
  if (folder()) listen_for_the_end();
}

FailureStory::~FailureStory() {
  if (std::uncaught_exceptions() > exceptions_) tell();
  testing::UnitTest::GetInstance()->listeners().Release(this);
  innermost = outer_;
}

void FailureStory::OnTestPartResult(const testing::TestPartResult& result) {
  if (result.failed()) tell();
}

void FailureStory::tell() {
  if (std::exchange(told_, true)) return;
  const std::string unfinished = story_.unfinished(), text = story_.text() + unfinished;
  std::istringstream stream(text);
  StoryFollower story(stream, "story");
  const std::vector<StoryLine> lines = follow(story);
  if (lines.empty()) return;
  print(lines, unfinished.empty());
  if (folder()) write(text, story.snapshot());
}

void FailureStory::write(const std::string& lines, const Snapshot& calls) const {
  const std::string path = std::filesystem::path(folder()) / test_;
  if (std::filesystem::exists(path + ".jsonl")) return;  // the first that failed, of several managers or parameters
  std::ofstream(path + ".jsonl") << lines;
  try {
    const Snapshot yours = story_.snapshot();
    if (calls.nodes.empty() && yours.nodes.empty()) return;
    std::ofstream(path + ".calls.dot") << to_dot(calls, {.title = "what the calls say"});
    std::ofstream(path + ".yours.dot") << to_dot(yours, {.title = "yours"});
  } catch (const std::exception& error) {
    std::cout << "No picture: snapshot() throws: " << error.what() << std::endl;
  }
}

}  // namespace radixlab
