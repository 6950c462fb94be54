#include "ladder.hpp"
#include "replay/replay.hpp"

namespace radixlab {

std::vector<ReplaySummary> compare_managers(const Trace& trace, const ReplayOptions& options,
                                            const std::function<void(const ReplaySummary&, std::size_t)>& done) {
  check_again(trace);
  std::vector<ReplayOptions> wanted;
  for (const Stage* const row : built_stages()) {
    ReplayOptions own = options;
    own.manager = row->name;
    own.policy.clear();
    own.tail = options.tail && takes_policy(row->name);
    if (takes_policy(row->name) && own.manager != "paged")  // row `policies` is that tree under each
      for (const std::string& policy : replay_policies()) wanted.emplace_back(own).policy = policy;
    else
      wanted.push_back(own);
  }
  std::vector<ReplaySummary> all;
  for (const ReplayOptions& each : wanted) {
    all.push_back(replay(trace, each));
    if (done) done(all.back(), wanted.size());
  }
  return all;
}

}  // namespace radixlab
