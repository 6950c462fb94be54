#include "life_checks.hpp"

#include <algorithm>

#include "contract/snapshot.hpp"

namespace radixlab {
namespace {

// `needed`: by how many requests, as their page tables or locks say.
void check_owners(Engine& engine, PageId page, std::size_t needed, const char* rule) {
  const std::optional<std::size_t> counted = engine.pages().ref_count(page);
  if (counted.value_or(1) == needed || (!counted && needed == 0)) return;
  throw IntegrityError(std::string(rule) + ": page " + std::to_string(page) + " is needed by " +
                       std::to_string(needed) + " requests, and counted for " + std::to_string(counted.value_or(1)));
}

}  // namespace

void check_pages(Engine& engine, const PageSource& source, const Story* story, std::size_t num_pages) {
  const BaseCacheManager& cache = engine.pages().cache();
  const Snapshot shot = cache.snapshot();
  story ? story->check_state(shot) : check(shot);
  std::vector<std::size_t> tables(num_pages);
  std::vector<bool> is_cached(num_pages);
  std::size_t cached = 0;
  for (const NodeView& node : shot.nodes) {
    for (const PageId page : node.pages) {
      is_cached.at(page) = true, ++cached;
      if (engine.pages().ref_count(page)) check_owners(engine, page, node.use.ref_count, "I16");
    }
  }
  for (const EngineRequest* const r : engine.router().running())
    for (const PageId page : r->at_desk.pages)
      if (!is_cached.at(page)) ++tables[page];
  std::size_t privates = 0;
  for (PageId page = 0; page < num_pages; ++page) {
    if (tables[page] == 0) continue;
    check_owners(engine, page, tables[page], "I3");
    ++privates;
  }
  if (source.free_count() + cached + privates != num_pages)
    throw IntegrityError("I4: " + std::to_string(source.free_count()) + " free + " + std::to_string(cached) +
                         " cached + " + std::to_string(privates) + " private pages, expected " +
                         std::to_string(num_pages));
  if (engine.router().running().empty() && cache.size_info().protected_size > 0)
    throw IntegrityError("I18: nobody runs, and locks are left");
}

void free_shared_pages(Engine& engine, RequestId id, Device& device, KvLedger& ledger, FirstWrongBit* watch) {
  const auto running = engine.router().running();
  const auto aborted = std::ranges::find(running, id, &EngineRequest::id);
  if (aborted == running.end()) return;
  for (const PageId page : (*aborted)->at_desk.pages) {
    const bool is_shared = std::ranges::any_of(running, [&](const EngineRequest* other) {
      return other->id != id && std::ranges::count(other->at_desk.pages, page) > 0;
    });
    if (!is_shared) continue;
    device.poison({&page, 1});
    ledger.free(page);
    if (watch) watch->ledger().free(page);
  }
}

}  // namespace radixlab
