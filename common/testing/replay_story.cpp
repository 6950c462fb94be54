#include "testing/replay_story.hpp"

#include <map>
#include <sstream>

#include "contract/snapshot.hpp"
#include "testing/recorded_call.hpp"

namespace radixlab {
namespace {

std::string text_of(const std::vector<PageId>& pages) { return Json(pages).dump(); }

class Replayer {
 public:
  explicit Replayer(BaseCacheManager& manager) : manager_(manager) {}

  // Makes the call of one line; returns what came out differently, or nothing.
  std::string play(const RecordedCall& call) {
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
  CacheHandle handle(const RecordedHandle& h) const {
    const auto it = now_.find(h);
    return it != now_.end() ? it->second
                            : CacheHandle{h[0], static_cast<std::uint32_t>(h[1]), static_cast<std::uint32_t>(h[2])};
  }

  std::string learn(const RecordedCall& call, const CacheHandle& now) {
    if (!call.found) return {};
    now_[*call.found] = now;
    return compare("found", now.cached_len, (*call.found)[0]);
  }

  static std::string compare(const char* what, std::uint64_t now, std::uint64_t then) {
    if (now == then) return {};
    return std::string(what) + " " + std::to_string(now) + " tokens; the story says " + std::to_string(then);
  }

  static std::string compare(const RecordedCall& call, const std::vector<PageId>& now) {
    if (!call.named || *call.named == now) return {};
    return "pages " + text_of(now) + "; the story says " + text_of(*call.named);
  }

  static std::string compare(const RecordedCall& call, const SizeInfo& now) {
    if (!call.sizes || *call.sizes == now) return {};
    return std::to_string(now.evictable_size) + " + " + std::to_string(now.protected_size) + " pages; the story says " +
           std::to_string(call.sizes->evictable_size) + " + " + std::to_string(call.sizes->protected_size);
  }

  std::string insert(const RecordedCall& call) {
    const InsertResult now = manager_.insert_prefix({call.tokens, call.cache_salt}, call.pages, handle(call.handle));
    std::string difference = learn(call, now.handle);
    if (!difference.empty() || !call.cached_len) return difference;
    return compare("had", now.cached_len, *call.cached_len);
  }

  std::string make(const RecordedCall& call) {
    if (call.op == "match") return learn(call, manager_.match_prefix({call.tokens, call.cache_salt}));
    if (call.op == "insert") return insert(call);
    if (call.op == "evict") return compare(call, manager_.evict(call.num_pages));
    if (call.op == "reset") return compare(call, manager_.reset());
    if (call.op == "size_info") return compare(call, manager_.size_info());
    if (call.op == "rename_pages") return manager_.rename_pages(call.moves), "";
    if (call.op == "request_ended") return manager_.request_ended({call.tokens, call.cache_salt}, call.reused), "";
    const CacheHandle h = handle(call.handle);
    if (call.op == "copy") {
      std::vector<PageId> pages(call.num_pages);
      manager_.copy_pages(h, pages);
      return compare(call, pages);
    }
    if (call.op == "whole_pages") return learn(call, manager_.whole_pages(h));
    if (call.op == "lock") manager_.lock_handle(h);
    if (call.op == "unlock") manager_.unlock_handle(h);
    if (call.op == "retain") manager_.retain(h, call.priority, call.duration);
    return {};
  }

  BaseCacheManager& manager_;
  std::map<RecordedHandle, CacheHandle> now_;  // the story's handles, and what they are here
};

}  // namespace

Replayed replay_story(std::istream& story, const std::string& name, BaseCacheManager& manager,
                      const std::function<void(std::size_t)>& after_line) {
  Replayed result;
  Replayer replayer(manager);
  for (JsonlReader lines(story, name, story_line_limits); const auto line = lines.next(); ++result.calls) {
    const RecordedCall call = read_story_call(*line, lines.where());
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
