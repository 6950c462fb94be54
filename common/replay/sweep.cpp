#include "replay/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "io/error.hpp"

namespace radixlab {
namespace {

struct Look {
  std::string_view policy, colour, style;
  double width;
};
constexpr Look kLooks[] = {
    {"lru", "#0a5fa5", "solid", 2.4},         {"return-rate", "#b3470f", "solid", 2.4},
    {"clairvoyant", "#1f2937", "solid", 2.4}, {"lfu", "#00735a", "solid", 1.3},
    {"slru", "#8f3f73", "solid", 1.3},        {"fifo", "#0a5fa5", "dashed", 1.3},
    {"filo", "#6b7280", "dotted", 1.3},       {"mru", "#6b7280", "dashed", 1.3},
    {"size", "#8a6d00", "dashed", 1.3},       {"product", "#00735a", "dashed", 1.3},
    {"hybrid", "#8f3f73", "dashed", 1.3},     {"priority", "#0a5fa5", "dotted", 1.3},
};

PlotLine plot_line(const SweepLine& line) {
  const auto look = std::ranges::find(kLooks, line.policy, &Look::policy);
  const Look& as = look == std::end(kLooks) ? Look{"", "#4b5563", "solid", 1.3} : *look;
  return {line.policy, line.token_hit_rates, as.colour, as.style, as.width};
}

/// Whether they would be drawn one upon the other.
bool look_alike(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double x, double y) { return std::abs(x - y) < 0.002; });
}

}  // namespace

Sweep sweep(const Trace& trace, const ReplayOptions& options, const std::vector<double>& percents,
            const std::function<void(std::size_t, std::size_t)>& progress) {
  const std::vector<std::string> policies = replay_policies();
  if (policies.empty()) throw std::invalid_argument("a policy is built in lab 07");
  ReplayOptions each = options;
  each.capacity = Capacity{};

  const std::size_t runs = policies.size() * percents.size() + 1;
  std::size_t done = 0;
  const auto run = [&] {
    ReplaySummary summary = replay(trace, each);
    if (progress) progress(++done, runs);
    return summary;
  };
  check_again(trace);
  const ReplaySummary all = run();
  Sweep result{.trace = trace.name, .manager = options.manager, .page_size = all.page_size, .percents = percents};
  result.infinite = all.total.token_hit_rate.value_or(0);
  each.page_size = all.page_size;
  const std::size_t distinct = scan_trace(trace, all.page_size).distinct_pages * all.page_size;
  for (const double percent : percents)
    result.capacities.push_back(
        std::max(all.page_size, static_cast<std::size_t>(static_cast<double>(distinct) * percent / 100)));
  for (const std::string& policy : policies) {
    SweepLine& line = result.lines.emplace_back(SweepLine{policy, {}});
    each.policy = policy;
    for (const std::size_t capacity : result.capacities) {
      each.capacity = Capacity{.tokens = capacity};
      line.token_hit_rates.push_back(run().total.token_hit_rate.value_or(0));
    }
  }
  return result;
}

Plot hit_rate_plot(const Sweep& s, std::string title) {
  Plot plot{.title = std::move(title),
            .x_says = "capacity, as a share of the trace's distinct tokens",
            .y_says = "token hit rate",
            .x = s.percents};
  for (const double percent : s.percents) plot.x_labels.push_back(fmt::format("{:g} %", percent));
  plot.lines.push_back({"infinite", std::vector(s.percents.size(), s.infinite), "#6b7280", "dotted", 1.6});
  for (const SweepLine& line : s.lines) {
    const auto twin = std::ranges::find_if(
        plot.lines, [&](const PlotLine& drawn) { return look_alike(drawn.y, line.token_hit_rates); });
    if (twin != plot.lines.end())
      twin->name += ", " + line.policy;
    else
      plot.lines.push_back(plot_line(line));
  }
  return plot;
}

std::string sweep_table(const Sweep& s) {
  std::string text =
      fmt::format("token hit rate, manager {}, pages of {} tokens\n  {:<14}", s.manager, s.page_size, "capacity");
  for (const double percent : s.percents) text += fmt::format("{:>10}", fmt::format("{:g} %", percent));
  text += fmt::format("\n  {:<14}", "in tokens");
  for (const std::size_t capacity : s.capacities) text += fmt::format("{:>10}", grouped(capacity));
  for (const SweepLine& line : s.lines) {
    text += fmt::format("\n  {:<14}", line.policy);
    for (const double rate : line.token_hit_rates) text += fmt::format("{:>10.1f}", 100 * rate);
  }
  return text + fmt::format("\n  {:<14}{:>10.1f}   a cache that never forgets\n", "infinite", 100 * s.infinite);
}

Json to_json(const Sweep& s) {
  Json json{{"trace", s.trace},       {"manager", s.manager},       {"page_size", s.page_size},
            {"percents", s.percents}, {"capacities", s.capacities}, {"infinite", s.infinite}};
  for (const SweepLine& line : s.lines) json["policies"][line.policy] = line.token_hit_rates;
  return json;
}

}  // namespace radixlab
