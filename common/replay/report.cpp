#include "replay/report.hpp"

#include <fmt/format.h>

#include "io/error.hpp"

namespace radixlab {
namespace {

std::string percent(const std::optional<double>& rate) {
  return rate ? fmt::format("{:.1f} %", 100 * *rate) : "is built in lab 07";
}

std::string milliseconds(std::uint64_t ns) { return fmt::format("{:.1f} ms", static_cast<double>(ns) / 1e6); }

std::string row(const char* name, const std::string& value, const std::string& more = "") {
  return fmt::format("  {:<18}{:>14}{}{}\n", name, value, more.empty() ? "" : "   ", more);
}

std::string stage_rows(const std::vector<ReplayStage>& stages) {
  if (stages.empty()) return "";
  std::string text = fmt::format("\n  {:<12}{:>10}{:>14}{:>14}{:>10}{:>14}\n", "stage", "requests", "prompt", "cached",
                                 "look-ups", "[us] each");
  for (const auto& [label, f] : stages) {
    const double us = f.lookups ? static_cast<double>(f.lookup_ns) / 1e3 / static_cast<double>(f.lookups) : 0;
    text +=
        fmt::format("  {:<12}{:>10}{:>14}{:>14}{:>10}{:>14}\n", label, grouped(f.requests), grouped(f.prompt_tokens),
                    grouped(f.cached_tokens), grouped(f.lookups), f.lookups ? fmt::format("{:.2f}", us) : "-");
  }
  return text;
}

Json number_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json figures(const ReplayFigures& f) {
  return {{"requests", f.requests},
          {"prompt_tokens", f.prompt_tokens},
          {"cached_tokens", f.cached_tokens},
          {"evicted_tokens", f.evicted_tokens},
          {"too_long", f.too_long},
          {"request_hit_rate", number_or_null(f.request_hit_rate)},
          {"token_hit_rate", number_or_null(f.token_hit_rate)},
          {"block_hit_rate", number_or_null(f.block_hit_rate)},
          {"match_ns", f.match_ns},
          {"insert_ns", f.insert_ns},
          {"evict_ns", f.evict_ns},
          {"lookups", f.lookups},
          {"lookup_ns", f.lookup_ns}};
}

}  // namespace

std::string replay_table(const ReplaySummary& s) {
  const ReplayFigures& f = s.total;
  std::string text =
      fmt::format("manager {}{}, pages of {} token{}, {}\n", s.manager, s.policy.empty() ? "" : ", policy " + s.policy,
                  grouped(s.page_size), s.page_size == 1 ? "" : "s",
                  s.capacity ? "room for " + grouped(s.capacity) + " tokens" : "unbounded");
  text += row("requests", grouped(f.requests), f.too_long ? grouped(f.too_long) + " longer than the cache" : "");
  text += row("prompt tokens", grouped(f.prompt_tokens));
  text += row("cached tokens", grouped(f.cached_tokens));
  text += row("evicted tokens", grouped(f.evicted_tokens));
  text += row("token hit rate", percent(f.token_hit_rate));
  text += row("block hit rate", percent(f.block_hit_rate));
  text += row("request hit rate", percent(f.request_hit_rate));
  text += row("nodes at the end", grouped(s.nodes));
  text += row("bytes a token", s.bytes_per_cached_token ? fmt::format("{:.2f}", *s.bytes_per_cached_token) : "-",
              grouped(s.held_tokens) + " tokens are held");
  text += row("match", milliseconds(f.match_ns));
  text += row("insert", milliseconds(f.insert_ns));
  text += row("evict", milliseconds(f.evict_ns));
  return text + stage_rows(s.stages);
}

std::string comparison_table(const std::vector<ReplaySummary>& all) {
  constexpr const char* kHead = "{:<9} {:<12}{:>9}{:>12}{:>12}{:>9}{:>13}{:>9}{:>9}{:>9}\n";
  std::string text = fmt::format(fmt::runtime(kHead), "", "", "page", "capacity", "cached", "", "evicted", "match",
                                 "insert", "evict") +
                     fmt::format(fmt::runtime(kHead), "manager", "policy", "[tokens]", "[tokens]", "[tokens]", "[%]",
                                 "[tokens]", "[ms]", "[ms]", "[ms]");
  const auto ms = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e6; };
  for (const ReplaySummary& s : all) {
    const ReplayFigures& f = s.total;
    text += fmt::format(
        "{:<9} {:<12}{:>9}{:>12}{:>12}{:>9.1f}{:>13}{:>9.1f}{:>9.1f}{:>9.1f}\n", s.manager, s.policy,
        grouped(s.page_size), s.capacity ? grouped(s.capacity) : "-", grouped(f.cached_tokens),
        f.prompt_tokens ? 100.0 * static_cast<double>(f.cached_tokens) / static_cast<double>(f.prompt_tokens) : 0,
        grouped(f.evicted_tokens), ms(f.match_ns), ms(f.insert_ns), ms(f.evict_ns));
  }
  return text;
}

Json to_json(const ReplaySummary& s) {
  Json json = figures(s.total);
  json["manager"] = s.manager;
  json["policy"] = s.policy;
  json["page_size"] = s.page_size;
  json["capacity"] = s.capacity;
  json["nodes"] = s.nodes;
  json["held_tokens"] = s.held_tokens;
  json["bytes_per_cached_token"] = number_or_null(s.bytes_per_cached_token);
  json["stages"] = Json::array();
  for (const auto& [label, f] : s.stages) {
    Json stage = figures(f);
    stage["label"] = label;
    json["stages"].push_back(std::move(stage));
  }
  return json;
}

}  // namespace radixlab
