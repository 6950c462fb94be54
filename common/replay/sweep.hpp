/// \file
/// One trace at several capacities under every policy: what a server's memory is worth, and what a better order would be worth.
#pragma once
#include "replay/replay.hpp"
#include "visualize/plot.hpp"

namespace radixlab {

struct SweepLine {
  std::string policy;
  std::vector<double> token_hit_rates;  ///< one for each capacity
};

struct Sweep {
  std::string trace, manager;
  std::size_t page_size = 0;
  std::vector<double> percents;         ///< of the trace's distinct tokens
  std::vector<std::size_t> capacities;  ///< [tokens] the same
  std::vector<SweepLine> lines;         ///< in the order of replay_policies(): clairvoyant is the last
  double infinite = 0;                  ///< token hit rate of a cache that never forgets
};

inline const std::vector<double> kUsualPercents = {1, 2, 5, 10, 20, 40, 70, 100};

/// One run a policy and capacity, `options` giving the rest. `done` of so many runs is told to `progress`. Throws as replay() does;
/// InputError for a trace that can be read only once; std::invalid_argument where chapter 07 is not built, and for a manager that takes
/// no policy.
Sweep sweep(const Trace& trace, const ReplayOptions& options, const std::vector<double>& percents = kUsualPercents,
            const std::function<void(std::size_t done, std::size_t runs)>& progress = {});

/// Policies whose rates differ by less than 0.2 points everywhere are one line, with all their names.
Plot hit_rate_plot(const Sweep& sweep, std::string title);
std::string sweep_table(const Sweep& sweep);  ///< a row a policy, a column a capacity
Json to_json(const Sweep& sweep);

}  // namespace radixlab
