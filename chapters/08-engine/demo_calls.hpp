/// \file
/// demo_08's counts: which call of a part reached whom, and how often. They are taken at the seams, so nobody writes them down.
#pragma once
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "08-engine/demo_model.hpp"

namespace radixlab {

/// What was called, how often; in the order of the first calls.
struct Calls {
  void add(const std::string& name, std::size_t times = 1) {
    const auto found = std::ranges::find(all, name, [](const auto& one) { return one.first; });
    if (found == all.end())
      all.emplace_back(name, times);
    else
      found->second += times;
  }
  std::vector<std::pair<std::string, std::size_t>> all;
};

/// Counts what is asked of a page source.
class CountingSource : public PageSource {
 public:
  explicit CountingSource(std::shared_ptr<PageSource> inner) : inner_(std::move(inner)) {}
  std::optional<PageId> take() override {
    calls.add("take");
    return inner_->take();
  }
  void take(std::span<PageId> out) override {
    calls.add("take", out.size());
    inner_->take(out);
  }
  void give(PageId page) override {
    calls.add("give");
    inner_->give(page);
  }
  std::size_t free_count() const override { return inner_->free_count(); }

  Calls calls;  // pages, by "take" and "give"

 private:
  std::shared_ptr<PageSource> inner_;
};

/// Counts, between two looks, what reached the cache manager, the pages and the device. Only they are counted: whoever is
/// called in between called them.
class Seams {
 public:
  Seams(const Story& story, CountingSource& source, const CountingDevice& device)
      : story_(story), source_(source), device_(device) {}

  std::map<std::string, Calls> since_last();  ///< by who was called: "manager", "pages", "device"

 private:
  const Story& story_;
  CountingSource& source_;
  const CountingDevice& device_;
  std::size_t seen_ = 0, runs_ = device_.num_passes();
};

/// A call of the part "router" or "executor".
struct PartCall {
  std::string part, call;
  std::map<std::string, Calls> made;  ///< as Seams::since_last
};

std::string in_words(const Calls& calls, const char* between);  ///< "match_prefix 1, lock_handle 1"
std::string drawing_of(const std::vector<PartCall>& calls);     ///< in DOT

}  // namespace radixlab
