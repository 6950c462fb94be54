#include "testing/replay_story.hpp"

#include <array>
#include <map>
#include <optional>
#include <sstream>

#include "contract/snapshot.hpp"
#include "io/jsonl.hpp"

namespace radixlab {
namespace {

using Recorded = std::array<std::uint64_t, 3>;  // a handle as it is written: [cached_len, node, generation]

constexpr JsonLimits line_limits{.bytes = std::size_t{16} << 20, .depth = 4};
constexpr std::size_t most_pages = line_limits.values;  // of a copy: no line could list more

/// One line, with its types and ranges checked.
struct Call {
  std::string op;
  std::vector<TokenId> tokens;
  std::uint32_t cache_salt = 0;
  std::vector<PageId> pages;  // given to an insert
  Recorded handle{};          // what the call follows; an insert's `from`
  std::size_t num_pages = 0;
  std::int32_t priority = 0;
  std::uint64_t duration = 0;

  std::optional<std::string> error;  // and how it ended
  std::optional<Recorded> found;
  std::optional<std::size_t> cached_len;
  std::optional<std::vector<PageId>> named;
  std::optional<SizeInfo> sizes;
};

/// Reads the line at `where`.
class CallReader {
 public:
  CallReader(const Json& line, std::string where) : line_(line), where_(std::move(where)) {}

  Call read() const {
    Call call;
    call.op = needed_text(line_, "op", where_);
    call.error = optional_text(line_, "error", where_);
    if (call.op == "story") {
      if (number<std::size_t>("page_size") == 0) refuse("\"page_size\" is 0; expected at least 1 token");
    } else if (call.op == "broken") {
      needed_text(line_, "rule", where_);
    } else if (call.op == "match" || call.op == "insert") {
      read_key(call);
    } else if (call.op == "evict" || call.op == "reset") {
      if (call.op == "evict") call.num_pages = number<std::size_t>("num_pages");
      if (has("pages")) call.named = needed_numbers<PageId>(line_, "pages", where_);
    } else if (call.op == "size_info") {
      if (has("evictable_size"))
        call.sizes = SizeInfo{number<std::size_t>("evictable_size"), number<std::size_t>("protected_size")};
    } else {
      read_by_handle(call);
    }
    return call;
  }

 private:
  bool has(const char* key) const { return line_.contains(key); }
  [[noreturn]] void refuse(const std::string& what) const { throw InputError(where_ + ": " + what); }

  template <std::integral T>
  T number(const char* key) const {
    return needed_number<T>(line_, key, where_);
  }

  Recorded handle(const char* key) const {
    const auto parts = needed_numbers<std::uint64_t>(line_, key, where_);
    if (parts.size() != 3 || parts[1] > UINT32_MAX || parts[2] > UINT32_MAX)
      refuse("\"" + std::string(key) + "\" is no handle; expected [cached_len, node, generation]");
    return {parts[0], parts[1], parts[2]};
  }

  void read_key(Call& call) const {
    call.tokens = needed_numbers<TokenId>(line_, "tokens", where_);
    call.cache_salt = number<std::uint32_t>("cache_salt");
    if (has("handle")) call.found = handle("handle");  // it failed otherwise
    if (call.op == "match") return;
    call.pages = needed_numbers<PageId>(line_, "pages", where_);
    call.handle = handle("from");
    if (has("cached_len")) call.cached_len = number<std::size_t>("cached_len");
  }

  void read_by_handle(Call& call) const {
    if (call.op != "copy" && call.op != "lock" && call.op != "unlock" && call.op != "retain")
      refuse("\"op\" is " + quote(call.op) + ", which is no call of a manager");
    call.handle = handle("handle");
    if (call.op == "retain") {
      call.priority = number<std::int32_t>("priority");
      call.duration = number<std::uint64_t>("duration");
    } else if (call.op == "copy") {
      call.num_pages = number<std::size_t>("num_pages");
      if (call.num_pages > most_pages)
        refuse("\"num_pages\" is " + grouped(call.num_pages) + "; expected at most " + grouped(most_pages));
      if (has("pages")) call.named = needed_numbers<PageId>(line_, "pages", where_);
    }
  }

  const Json& line_;
  std::string where_;
};

std::string text_of(const std::vector<PageId>& pages) { return Json(pages).dump(); }

class Replayer {
 public:
  explicit Replayer(BaseCacheManager& manager) : manager_(manager) {}

  // Makes the call of one line; returns what came out differently, or nothing.
  std::string play(const Call& call) {
    if (call.op == "story" || call.op == "broken") return {};
    try {
      const std::string difference = make(call);
      return call.error ? "went through; the story says: " + quote(*call.error) : difference;
    } catch (const IntegrityError&) {
      throw;
    } catch (const std::exception& error) {
      return call.error ? std::string() : std::string("failed: ") + error.what();
    }
  }

 private:
  CacheHandle handle(const Recorded& h) const {
    const auto it = now_.find(h);
    return it != now_.end() ? it->second
                            : CacheHandle{h[0], static_cast<std::uint32_t>(h[1]), static_cast<std::uint32_t>(h[2])};
  }

  std::string learn(const Call& call, const CacheHandle& now) {
    if (!call.found) return {};
    now_[*call.found] = now;
    return compare("found", now.cached_len, (*call.found)[0]);
  }

  static std::string compare(const char* what, std::uint64_t now, std::uint64_t then) {
    if (now == then) return {};
    return std::string(what) + " " + std::to_string(now) + " tokens; the story says " + std::to_string(then);
  }

  static std::string compare(const Call& call, const std::vector<PageId>& now) {
    if (!call.named || *call.named == now) return {};
    return "pages " + text_of(now) + "; the story says " + text_of(*call.named);
  }

  static std::string compare(const Call& call, const SizeInfo& now) {
    if (!call.sizes || *call.sizes == now) return {};
    return std::to_string(now.evictable_size) + " + " + std::to_string(now.protected_size) + " pages; the story says " +
           std::to_string(call.sizes->evictable_size) + " + " + std::to_string(call.sizes->protected_size);
  }

  std::string insert(const Call& call) {
    const InsertResult now = manager_.insert_prefix({call.tokens, call.cache_salt}, call.pages, handle(call.handle));
    std::string difference = learn(call, now.handle);
    if (!difference.empty() || !call.cached_len) return difference;
    return compare("had", now.cached_len, *call.cached_len);
  }

  std::string make(const Call& call) {
    if (call.op == "match") return learn(call, manager_.match_prefix({call.tokens, call.cache_salt}));
    if (call.op == "insert") return insert(call);
    if (call.op == "evict") return compare(call, manager_.evict(call.num_pages));
    if (call.op == "reset") return compare(call, manager_.reset());
    if (call.op == "size_info") return compare(call, manager_.size_info());
    const CacheHandle h = handle(call.handle);
    if (call.op == "copy") {
      std::vector<PageId> pages(call.num_pages);
      manager_.copy_pages(h, pages);
      return compare(call, pages);
    }
    if (call.op == "lock") manager_.lock_handle(h);
    if (call.op == "unlock") manager_.unlock_handle(h);
    if (call.op == "retain") manager_.retain(h, call.priority, call.duration);
    return {};
  }

  BaseCacheManager& manager_;
  std::map<Recorded, CacheHandle> now_;  // the story's handles, and what they are here
};

}  // namespace

Replayed replay_story(std::istream& story, const std::string& name, BaseCacheManager& manager,
                      const std::function<void(std::size_t)>& after_line) {
  Replayed result;
  Replayer replayer(manager);
  for (JsonlReader lines(story, name, line_limits); const auto line = lines.next(); ++result.calls) {
    const Call call = CallReader(*line, lines.where()).read();
    try {
      const std::string difference = replayer.play(call);
      if (!difference.empty()) result.differences.push_back(lines.where() + ": " + difference);
      if (after_line) after_line(lines.number());
    } catch (const IntegrityError& error) {
      throw IntegrityError(lines.where() + ": " + error.what());
    }
  }
  return result;
}

Replayed replay_story(std::string_view story, BaseCacheManager& manager,
                      const std::function<void(std::size_t)>& after_line) {
  std::istringstream lines{std::string(story)};
  return replay_story(lines, "story", manager, after_line);
}

}  // namespace radixlab
