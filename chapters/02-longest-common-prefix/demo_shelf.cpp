#include <fmt/format.h>
#include <functional>
#include <map>

#include "02-longest-common-prefix/demo_steps.hpp"
#include "contract/snapshot.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPages = 8, kPageSize = 4;

// Entries by a letter, and the pages that each of them names; a text's letters are pages of tokens.
class DemoShelf {
 public:
  explicit DemoShelf(std::span<const Stage> stages)
      : made_(create_cache_manager(stages, "lcp", {kPageSize, kPages, false})) {}

  std::string insert(char name, std::string_view letters) {
    const std::vector<TokenId> text = tokens(letters);
    std::vector<PageId> pages(letters.size()), named(letters.size());
    for (PageId& page : pages) page = made_.source->take().value();
    const InsertResult stored = made_.manager->insert_prefix(text, pages, {});
    made_.manager->copy_pages(stored.handle, named);
    for (std::size_t i = 0; i < pages.size(); ++i)
      if (named[i] != pages[i]) made_.source->give(pages[i]);
    entries_[name] = stored.handle;
    return fmt::format("{} cached before, {} given", counted(stored.cached_len / kPageSize),
                       letters.size() - stored.cached_len / kPageSize);
  }
  std::string lock(std::string_view letters) {
    locked_ = made_.manager->match_prefix(tokens(letters));
    made_.manager->lock_handle(locked_);
    return fmt::format("hit {} of {} tokens", locked_.cached_len, letters.size() * kPageSize);
  }
  std::string unlock() {
    made_.manager->unlock_handle(std::exchange(locked_, {}));
    return "nothing is protected";
  }
  std::string evict() {
    const std::vector<PageId> freed = made_.manager->evict(1);
    std::string pages;
    for (const PageId page : freed) {
      made_.source->give(page);
      pages += fmt::format(" {}", page);
    }
    return fmt::format("{}; frees {}:{}", gone(), counted(freed.size()), pages);
  }

  // For each page the entries that name it. Throws IntegrityError (I4).
  std::vector<std::string> owners() {
    std::vector<std::string> pages(kPages);
    for (const auto& [name, handle] : entries_)
      for (const PageId page : pages_of(handle)) pages.at(page) += name;
    made_.manager->check_integrity();
    if (made_.source->free_count() + made_.manager->size_info().total_size() != kPages)
      throw IntegrityError(fmt::format("I4: {} free and {} cached of {} pages", made_.source->free_count(),
                                       made_.manager->size_info().total_size(), kPages));
    return pages;
  }
  bool is_locked(const std::string& owners) const {
    for (const auto& [name, handle] : entries_)
      if (owners.find(name) != std::string::npos && handle.node == locked_.node && locked_.cached_len > 0) return true;
    return false;
  }

 private:
  static std::string counted(std::size_t pages) { return fmt::format("{} page{}", pages, pages == 1 ? "" : "s"); }
  static std::vector<TokenId> tokens(std::string_view letters) {
    std::vector<TokenId> text;
    for (const char letter : letters) text.insert(text.end(), kPageSize, letter);
    return text;
  }
  // The entries that an eviction has forgotten.
  std::string gone() {
    std::string names;
    std::erase_if(entries_, [&](const auto& entry) {
      const bool is_gone = pages_of(entry.second).empty();
      if (is_gone) names += fmt::format("{}{}", names.empty() ? "" : " and ", entry.first);
      return is_gone;
    });
    return names + (names.size() > 1 ? " go" : " goes");
  }
  // None if its entry was evicted (I28).
  std::vector<PageId> pages_of(const CacheHandle& handle) const try {
    std::vector<PageId> named(handle.cached_len / kPageSize);
    made_.manager->copy_pages(handle, named);
    return named;
  } catch (const std::logic_error&) {
    return {};
  }

  ManagedPool made_;
  std::map<char, CacheHandle> entries_;
  CacheHandle locked_;
};

struct Event {
  const char* call;
  const char* title;
  std::function<std::string(DemoShelf&)> happen;
};

const std::vector<Event> kEvents = {
    {"insert a: A B C", "a text of three pages of tokens comes", [](DemoShelf& s) { return s.insert('a', "ABC"); }},
    {"insert b: A B D E", "it begins like a: pages 0 and 1 have two owners now",
     [](DemoShelf& s) { return s.insert('b', "ABDE"); }},
    {"match A B D X, lock", "a request finds three of its four pages in b, and locks b",
     [](DemoShelf& s) { return s.lock("ABDX"); }},
    {"insert c: F", "a short text", [](DemoShelf& s) { return s.insert('c', "F"); }},
    {"insert d: F G", "c is a prefix of d: it holds nothing alone any more",
     [](DemoShelf& s) { return s.insert('d', "FG"); }},
    {"evict 1", "c goes first and frees nothing; a is the oldest that is not locked",
     [](DemoShelf& s) { return s.evict(); }},
    {"unlock", "the request is done", [](DemoShelf& s) { return s.unlock(); }},
    {"evict 1", "b goes as a whole, and is the last owner of four pages", [](DemoShelf& s) { return s.evict(); }}};

struct Frame {
  std::vector<std::string> owners;
  std::vector<bool> locked;
  std::string answer;
};

// A row a call: the pool, and whose the pages are.
std::string film(const std::vector<Frame>& frames) {
  CellRows rows = {{{.text = ""}}};
  for (std::size_t page = 0; page < kPages; ++page)
    rows[0].push_back({.text = fmt::format("page {}", page), .bold = true});
  rows[0].push_back({.text = ""});
  for (std::size_t i = 0; i < frames.size(); ++i) {
    rows.push_back({{.text = fmt::format("{}. {}", i + 1, kEvents[i].call), .left = true}});
    for (std::size_t page = 0; page < kPages; ++page) {
      const std::string& owners = frames[i].owners[page];
      const auto colour = owners.empty()       ? cell_colour::empty
                          : owners.size() == 1 ? cell_colour::own
                                               : cell_colour::shared;
      rows.back().push_back({.text = owners, .colour = colour, .width = 40, .bold = frames[i].locked[page]});
    }
    rows.back().push_back({.text = frames[i].answer, .left = true});
  }
  rows.push_back(
      {{.text = "blank: free.  a: named by entry a.  ab, orange: by two, held once.  Bold: a locked entry names it.",
        .columns = kPages + 2}});
  return to_dot_cells(rows);
}

}  // namespace

void show_shelf(Demo& demo, std::span<const Stage> stages) {
  fmt::print(
      "\nThe row lcp over {} pages of {} tokens, and no model. A letter of a text is a page of tokens; a cell\n"
      "says which entries name the page, and * that a locked one does.\n",
      kPages, kPageSize);
  DemoShelf shelf(stages);
  std::vector<Frame> frames;
  Json steps = Json::array();
  for (const Event& event : kEvents) {
    demo.step(fmt::format("{}: {}", event.call, event.title));
    Frame frame{.owners = {}, .locked = {}, .answer = event.happen(shelf)};
    frame.owners = shelf.owners();
    fmt::print("   |");
    for (const std::string& owners : frame.owners) {
      frame.locked.push_back(shelf.is_locked(owners));
      fmt::print("{:^5}|", owners + (frame.locked.back() ? "*" : ""));
    }
    fmt::print("  {}\n", frame.answer);
    steps.push_back({{"call", event.call}, {"pages", frame.owners}, {"answer", frame.answer}});
    frames.push_back(std::move(frame));
  }
  demo.figure("shelf.steps", steps);
  demo.picture("shelf", film(frames));
}

}  // namespace radixlab
