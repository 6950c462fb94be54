#include "06-page-allocator/demo_pool.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

#include "visualize/cells.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kCellWidth = 7;  // of "cache 2"

}  // namespace

std::vector<std::string> page_cells(const PageAllocator& allocator, const PageTables& tables) {
  std::vector<std::string> cells;
  for (PageId page = 0; page < allocator.max_pages(); ++page) {
    const PageSlot& slot = allocator.slot(page);
    std::string owner;
    if (slot.owner == PageOwner::cache) owner = "cache";
    if (slot.owner == PageOwner::request)
      for (const auto& [name, pages] : tables)
        if (std::ranges::count(pages, page) > 0) owner += name;
    cells.push_back(owner.empty() ? "" : fmt::format("{} {}", owner, slot.ref_count));
  }
  return cells;
}

std::string row_of_pages(const std::vector<std::string>& cells, std::size_t count) {
  std::string row = "|";
  for (std::size_t page = 0; page < std::min(count, cells.size()); ++page)
    row += fmt::format("{:^{}}|", cells[page], kCellWidth);
  return row;
}

std::string row_of_numbers(std::size_t count) {
  std::string row = " ";
  for (std::size_t page = 0; page < count; ++page) row += fmt::format("{:^{}} ", page, kCellWidth);
  return row;
}

std::string_view page_colour(const std::string& cell) {
  return cell.empty() ? cell_colour::empty : cell.starts_with("cache") ? cell_colour::shared : cell_colour::own;
}

bool is_shared(const PageAllocator& allocator, PageId page) { return allocator.slot(page).ref_count > 1; }

Request PagedDesk::start(std::vector<TokenId> prompt) {
  Request r;
  r.tokens = std::move(prompt);
  if (!desk.start(r)) throw std::logic_error("the demo's pool is too small for a prompt");
  return r;
}

void PagedDesk::compute(Request& r) {
  kv.write(r.tokens, r.pages, r.computed);
  r.computed = r.tokens.size();
  check(r);
}

void PagedDesk::append(Request& r, TokenId token) {
  if (!desk.grow(r, r.tokens.size() + 1) || !desk.make_writable(r))
    throw std::logic_error("the demo's pool is too small for a token more");
  r.tokens.push_back(token);
  compute(r);
}

Request PagedDesk::fork(Request& r) {
  std::optional<Request> twin = desk.fork(r);
  if (!twin) throw std::logic_error("the demo's pool is too small for a fork");
  return *std::move(twin);
}

void PagedDesk::serve(std::vector<TokenId> prompt) {
  Request r = start(std::move(prompt));
  compute(r);
  desk.finish(r);
}

}  // namespace radixlab
