#include "01-naive-manager/demo_desk.hpp"

#include <fmt/format.h>
#include <sstream>

#include "contract/snapshot.hpp"
#include "io/jsonl.hpp"

namespace radixlab {
namespace {

std::string counted_pages(std::size_t count) { return fmt::format("{} page{}", count, count == 1 ? "" : "s"); }

// The tokens of a request whose keys and values are written, or are to be.
PrefixKey first_tokens(const Request& r, std::size_t count) { return std::span(r.tokens).first(count); }

// One call of a story, for a row of them; empty for what asks for sizes alone.
std::string call_words(const Json& line) {
  const std::string op = line.at("op");
  if (op == "match") return fmt::format("match {} -> {}", line.at("tokens").size(), line.at("handle").at(0).get<int>());
  if (op == "insert") return fmt::format("insert {} -> {}", line.at("tokens").size(), line.at("cached_len").get<int>());
  if (op == "evict") return fmt::format("evict {}", line.at("num_pages").get<int>());
  return op == "copy" || op == "lock" || op == "unlock" ? op : "";
}

}  // namespace

DemoDesk::DemoDesk(std::span<const Stage> stages, const std::string& manager, std::size_t num_pages,
                   std::size_t page_size)
    : num_pages_(num_pages),
      page_size_(page_size),
      cache_(create_cache_manager(stages, manager, {page_size, num_pages, true})),
      kv_(num_pages, page_size),
      desk_(*cache_.manager, *cache_.source, kv_, page_size) {}

std::string DemoDesk::start(char name, std::vector<TokenId> prompt) {
  Request& r = requests_[name];
  r = {};
  r.tokens = std::move(prompt);
  if (!desk_.start(r)) return "no room: waits";
  const std::size_t shared = r.hit / page_size_;
  return fmt::format("hit {}: {} shared, {} taken", r.hit, shared, counted_pages(r.pages.size() - shared));
}

std::string DemoDesk::compute(char name, std::size_t tokens) {
  Request& r = requests_.at(name);
  const std::size_t before = r.computed;
  kv_.write(first_tokens(r, tokens), r.pages, before);
  r.computed = tokens;
  tokens_computed_ += tokens - before;
  return fmt::format("{} computed", tokens - before);
}

std::string DemoDesk::chunk_done(char name) {
  desk_.chunk_done(requests_.at(name));
  return fmt::format("{} locked", counted_pages(requests_.at(name).handle.cached_len / page_size_));
}

std::string DemoDesk::grow(char name, TokenId generated) {
  Request& r = requests_.at(name);
  const std::size_t had = r.pages.size();
  if (!desk_.grow(r, r.tokens.size() + 1)) return "no room";
  r.tokens.push_back(generated);
  return fmt::format("{} taken", counted_pages(r.pages.size() - had));
}

std::string DemoDesk::finish(char name) {
  const std::size_t free = cache_.source->free_count();
  desk_.finish(requests_.at(name));
  return fmt::format("{} given back", counted_pages(cache_.source->free_count() - free));
}

bool DemoDesk::is_running(char name) const {
  const auto found = requests_.find(name);
  return found != requests_.end() && !found->second.pages.empty();
}

void DemoDesk::add_cached(PoolState& state) const {
  for (const NodeView& node : cache_.manager->snapshot().nodes)
    for (const PageId page : node.pages) state.pages.at(page) += '#';
  state.cached = cache_.manager->size_info().total_size();
}

void DemoDesk::add_running(PoolState& state) const {
  for (const auto& [name, r] : requests_) {
    if (r.pages.empty()) continue;
    kv_.check(first_tokens(r, r.computed), r.pages);
    for (const PageId page : r.pages) {
      std::string& cell = state.pages.at(page);
      if (cell.empty())
        ++state.private_pages;
      else if (!cell.starts_with('#'))
        throw IntegrityError(fmt::format("I3: page {} is private to two", page));
      cell += name;
    }
  }
}

PoolState DemoDesk::state() const {
  PoolState state;
  state.pages.resize(num_pages_);
  add_cached(state);
  add_running(state);
  state.free = cache_.source->free_count();
  if (state.free + state.private_pages + state.cached != num_pages_)
    throw IntegrityError(fmt::format("I4: free {} + private {} + cached {}, expected {} pages in all", state.free,
                                     state.private_pages, state.cached, num_pages_));
  cache_.manager->check_integrity();
  return state;
}

std::string DemoDesk::calls() {
  std::istringstream text(cache_.story->text());
  JsonlReader lines(text, "story");
  std::string words;
  std::size_t seen = 0;
  while (const std::optional<Json> line = lines.next()) {
    if (++seen <= lines_read_) continue;
    const std::string call = call_words(*line);
    if (!call.empty()) words += fmt::format("{}{}", words.empty() ? "" : ", ", call);
  }
  lines_read_ = seen;
  return words;
}

}  // namespace radixlab
