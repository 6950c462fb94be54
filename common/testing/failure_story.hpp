/// \file
/// For GoogleTest suites: a test whose manager is watched tells its story when it fails.
///
///   class Lab05 : public testing::Test {
///    protected:
///     RadixCacheManager manager;
///     Story cache{manager, 1, false};
///     FailureStory failure{cache};  // behind the story, so that it goes first
///   };
///
/// At the first failure, while all stands as it did then, it prints
///
///   The story so far
///      1  insert  [7 7 3 1]  -> 0 cached
///      2  lock    [7 7 3 1]
///   Then  evict   1 page     -> frees page 2
///   But   I19: evicted page 2 of a locked prefix of 4 tokens
///
/// and, where the environment's RADIXLAB_STORY_DIR names a folder, it writes there Suite.Test.jsonl (the calls),
/// Suite.Test.calls.dot (the tree that they say is cached) and Suite.Test.yours.dot (the manager's own snapshot). There
/// a program that is killed in a call (a crash, a loop whose time is up) tells too which call it was.
#pragma once
#include <gtest/gtest.h>
#include <string>

#include "testing/story.hpp"

namespace radixlab {

class FailureStory : private testing::EmptyTestEventListener {
 public:
  /// Listens until it goes; `story` must outlive it.
  explicit FailureStory(const Story& story);
  /// Tells, too, if an exception is leaving the test.
  ~FailureStory() override;
  FailureStory(const FailureStory&) = delete;
  FailureStory& operator=(const FailureStory&) = delete;

  void tell();  ///< once, however often it is called

 private:
  void OnTestPartResult(const testing::TestPartResult& result) override;
  void write(const std::string& lines, const Snapshot& calls) const;

  const Story& story_;
  FailureStory* const outer_;  // of another manager in the same test
  const int exceptions_;       // under way when it began
  const std::string test_;     // GoogleTest tells it now; when it reports a failure, asking it would block
  bool told_ = false;
};

}  // namespace radixlab
