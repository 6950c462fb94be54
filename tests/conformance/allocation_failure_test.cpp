// Memory runs out at every allocation of every call of every manager: a call that throws has changed nothing, and made
// again it gives what it would have given.
#include "allocation_failure.hpp"

namespace radixlab {
namespace {

std::string matched(World& w) { return show(w.cache.match_prefix(w.text)); }
std::string inserted(World& w) {
  const InsertResult result = w.cache.insert_prefix(w.text, w.pages, w.handle);
  return show(result.handle) + " " + std::to_string(result.cached_len);
}
std::string freed(World& w, const Pages& pages) {
  for (const PageId page : pages) w.source.give(page);
  return testing::PrintToString(pages);
}

// Trees of every size at which something grows: tables of children, the eviction order, the pool of nodes.
const std::vector<std::size_t> kSizes = sizes({0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24}, {0, 1, 4, 8});
constexpr std::size_t kPool = 64;  // enough for the largest of them

TEST_P(AllocationFailure, LookUp) {
  for (const std::size_t n : kSizes) {
    const auto look_up = [&](const Text& text) {
      at_every_allocation(
          "match", false, kPool, [&](World& w) { w.grow_tree(n), w.text = text; }, matched);
    };
    const World words(GetParam(), 1);
    look_up(words.sibling(0));
    look_up(words.tokens("q"));
    look_up(words.tokens("abc"));  // cuts behind a
    Text part = words.sibling(n / 2);
    part.resize(part.size() - (part.size() > 1));
    look_up(part);  // cuts, or ends inside a page
  }
}

TEST_P(AllocationFailure, Insert) {
  for (const std::size_t n : kSizes) {
    const auto insert = [&](const Text& text, bool resumes) {
      at_every_allocation(
          "insert", false, kPool,
          [&](World& w) {
            w.grow_tree(n);
            w.text = text;
            if (resumes) w.handle = w.cache.match_prefix({std::span(text).first(text.size() - 1), 0});
            w.pages = w.take(text.size());
            w.kv.write(text, w.pages, 0);
          },
          inserted);
    };
    const World words(GetParam(), 1);
    for (const bool resumes : {false, true}) {
      insert(words.sibling(0), resumes);
      insert(words.sibling(n), resumes);
      insert(words.tokens("q"), resumes);
      insert(words.tokens("aqrstu"), resumes);
      Text longer = words.sibling(n / 2);
      longer.push_back(1);
      insert(longer, resumes);
      longer.resize(longer.size() + words.P, 2);
      insert(longer, resumes);
    }
  }
}

TEST_P(AllocationFailure, InsertOfANewTenant) {
  at_every_allocation(
      "insert", false, 8,
      [](World& w) {
        w.insert(w.tokens("ab"));
        w.text = w.tokens("ab");
        w.pages = w.take(w.text.size());
        w.kv.write({w.text, 7}, w.pages, 0);
      },
      [](World& w) {
        return show(w.cache.insert_prefix({w.text, 7}, w.pages, {}).handle);
      });
}

// Others refuse the call by name, whatever memory there is.
bool keeps_priorities(const Cell& cell) try {
  World(cell, 1).cache.retain({}, 0, 0);
  return true;
} catch (const std::logic_error&) {
  return false;
}

TEST_P(AllocationFailure, TheHandle) {
  for (const std::size_t n : kSizes) {
    const auto prepare = [&](bool locked) {
      return [=](World& w) {
        w.handle = w.insert(w.sibling(0));
        if (locked) w.cache.lock_handle(w.handle);
        w.grow_tree(n);
      };
    };
    at_every_allocation("copy", false, kPool, prepare(false), [](World& w) {
      Pages out(w.desk.pages_for(w.handle.cached_len));
      w.cache.copy_pages(w.handle, out);
      return testing::PrintToString(out);
    });
    at_every_allocation("lock", false, kPool, prepare(false),
                        [](World& w) { return w.cache.lock_handle(w.handle), std::string(); });
    at_every_allocation("unlock", false, kPool, prepare(true),
                        [](World& w) { return w.cache.unlock_handle(w.handle), std::string(); });
    if (keeps_priorities(GetParam())) {
      at_every_allocation("retain", false, kPool, prepare(n % 2 == 0),
                          [](World& w) { return w.cache.retain(w.handle, 1, 10), std::string(); });
    }
  }
}

TEST_P(AllocationFailure, RenamePages) {
  for (const std::size_t n : kSizes) {
    const auto prepare = [&](World& w) {
      w.insert(w.tokens("pqrst")), w.cache.match_prefix(w.tokens("pq")), w.grow_tree(n);
    };
    at_every_allocation("rename", false, kPool, prepare, [](World& w) {
      const PageMove moves[] = {{0, kPool}, {1, 2}, {2, 1}, {5, kPool + 1}};
      try {
        w.cache.rename_pages(moves);
      } catch (const std::logic_error& refused) {
        return std::string(refused.what());
      }
      return std::string("renamed");
    });
  }
}

TEST_P(AllocationFailure, EvictAndReset) {
  for (const std::size_t n : kSizes) {
    const auto prepare = [&](World& w) {
      w.insert(w.tokens("pqrstuv"));  // a long text, of which a short beginning is left: it may shrink
      w.cache.match_prefix(w.tokens("pq"));
      w.grow_tree(n);
    };
    World probe(GetParam(), kPool);
    prepare(probe);
    const std::size_t all = probe.cache.size_info().evictable_size;
    for (std::size_t some = 0; some <= all; some += 1 + all / 6)
      at_every_allocation("evict", false, kPool, prepare, [=](World& w) { return freed(w, w.cache.evict(some)); });
    at_every_allocation("evict", false, kPool, prepare, [=](World& w) { return freed(w, w.cache.evict(all)); });
    if (all > 0)  // what is left of the long text goes, though a page is enough
      at_every_allocation("evict", false, kPool, prepare, [](World& w) { return freed(w, w.cache.evict(1)); });
    at_every_allocation("reset", false, kPool, prepare, [](World& w) { return freed(w, w.cache.reset()); });
    at_every_allocation("snapshot", false, kPool, prepare, [](World& w) {
      const Snapshot shot = counted([&] { return w.made.manager->snapshot(); });
      return std::to_string(shot.nodes.size());
    });
  }
}

// One more node than the pool's first block holds: at a cut, at a new leaf, at a new tenant and at its leaf; and at the
// cut of a victim's tail, the first or the second to go. Managers without a tree have no such pool.
TEST_P(AllocationFailure, TheNodePoolGrows) {
  if (!World(GetParam(), 1).cache.snapshot().tree) return;
  for (const std::size_t n : sizes({253, 254}, {254})) {
    const auto prepare = [&](std::string_view letters) {
      return [=](World& w) {
        w.grow_tree(n);
        w.text = letters.empty() ? w.sibling(3) : w.tokens(letters);
        w.text.resize(2 * w.P);
        w.pages = w.take(w.text.size());
      };
    };
    at_every_allocation("match", false, 2 * 256 + kPool, prepare(""), matched);
    for (const std::size_t pages : {std::size_t{1}, std::size_t{3}})
      at_every_allocation("evict", false, 2 * 256 + kPool, prepare(""), [=](World& w) {
        return freed(w, w.cache.evict(std::min(pages, w.cache.size_info().evictable_size)));
      });
    at_every_allocation("insert", false, 2 * 256 + kPool, prepare("aq"), inserted);
    at_every_allocation("insert", false, 2 * 256 + kPool, prepare("aq"), [](World& w) {
      return show(w.cache.insert_prefix({w.text, 9}, w.pages, {}).handle);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Ladder, AllocationFailure, testing::ValuesIn(allocation_cells()), cell_name);

class Table : public testing::Environment {
  void TearDown() override {
    std::printf("%-16s%-18s%8s%20s\n", "manager", "call", "calls", "allocations failed");
    for (const auto& [key, count] : table)
      std::printf("%-16s%-18s%8zu%20zu\n", key.first.c_str(), key.second.c_str(), count.calls, count.allocations);
  }
};
const testing::Environment* const kTable = testing::AddGlobalTestEnvironment(new Table);

}  // namespace
}  // namespace radixlab
