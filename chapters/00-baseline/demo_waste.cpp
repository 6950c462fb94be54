#include <algorithm>
#include <fmt/format.h>

#include "00-baseline/demo_steps.hpp"
#include "00-baseline/kv_size.hpp"
#include "apps/timing.hpp"
#include "io/error.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

// A bar a request: what it shares with an earlier one, and what is its own.
std::string waste_picture(const std::vector<Ask>& asks, const std::vector<std::size_t>& shared) {
  CellRows rows;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    std::vector<Cell> row = {{.text = fmt::format("request {}", i + 1)}};
    const std::string own = grouped(asks[i].prompt.size() - shared[i]) + " new";
    if (shared[i] > 0)
      row.push_back({.text = grouped(shared[i]) + " computed again", .colour = cell_colour::wasted, .width = 520});
    row.push_back({.text = own, .colour = cell_colour::own, .width = 60, .columns = shared[i] > 0 ? 1u : 2u});
    rows.push_back(std::move(row));
  }
  return to_dot_cells(rows);
}

// If all requests were kept at once, apart or sharing whole pages.
void show_memory(Demo& demo, const Device& device, std::span<const std::vector<TokenId>> prompts,
                 std::size_t page_size) {
  const PagesNeeded pages = pages_needed(prompts, page_size);
  const std::size_t page = page_size * kv_bytes_per_token(device.config(), device.type());
  fmt::print("   Kept side by side they would take {} pages of {} tokens, {}; sharing, {} pages, {}:\n",
             grouped(pages.apart), page_size, readable_bytes(pages.apart * page), grouped(pages.shared),
             readable_bytes(pages.shared * page));
  fmt::print("   {} bytes would be held more than once.\n", grouped((pages.apart - pages.shared) * page));
  demo.figure("waste.pages_apart", pages.apart);
  demo.figure("waste.pages_shared", pages.shared);
  demo.figure("waste.bytes_apart", pages.apart * page);
  demo.figure("waste.bytes_shared", pages.shared * page);
  demo.figure("waste.bytes_twice", (pages.apart - pages.shared) * page);
}

}  // namespace

void show_waste(Demo& demo, Device& device, const std::vector<Ask>& asks, std::size_t page_size) {
  demo.step(fmt::format("The waste: {} questions on one document, one after the other", asks.size()));
  std::vector<std::vector<TokenId>> prompts;
  prompts.reserve(asks.size());
  for (const Ask& ask : asks) prompts.push_back(ask.prompt);
  const std::vector<std::size_t> shared = shared_with_earlier(prompts);
  std::size_t total = 0, again = 0;
  double spent_ms = 0;
  fmt::print("   {:<46}{:>8}{:>10}{:>10}\n", "", "tokens", "again", "ms");
  for (std::size_t i = 0; i < asks.size(); ++i) {
    const double ms = milliseconds([&] { recompute(device, prompts[i]); });
    fmt::print("   {:<46.45}{:>8}{:>10}{:>10.1f}\n", asks[i].question.question, grouped(prompts[i].size()),
               grouped(shared[i]), ms);
    total += prompts[i].size();
    again += shared[i];
    spent_ms += ms;
  }
  const double share = 100.0 * static_cast<double>(again) / static_cast<double>(total);
  fmt::print("\n   {} of {} tokens ({:.1f} %) were computed again, in {:.0f} ms altogether.\n", grouped(again),
             grouped(total), share, spent_ms);
  demo.figure("waste.questions", asks.size());
  demo.figure("waste.tokens", total);
  demo.figure("waste.again", again);
  demo.figure("waste.again_percent", share);
  demo.figure("waste.needed", total - again);
  demo.figure("waste.longest", std::ranges::max(shared));
  show_memory(demo, device, prompts, page_size);
  demo.picture("waste", waste_picture(asks, shared));
}

}  // namespace radixlab
