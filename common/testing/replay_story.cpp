#include "testing/replay_story.hpp"

#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "contract/snapshot.hpp"

namespace radixlab {
namespace {

using Json = nlohmann::json;

class Replayer {
 public:
  explicit Replayer(BaseCacheManager& manager) : manager_(manager) {}

  // Makes the call of one line; returns what came out differently, or nothing.
  std::string play(const Json& line) {
    const std::string op = line.at("op");
    if (op == "story" || op == "broken") return {};
    try {
      std::string difference = call(op, line);
      if (line.contains("error")) return "went through; the story says: " + line["error"].get<std::string>();
      return difference;
    } catch (const IntegrityError&) {
      throw;
    } catch (const Json::exception&) {
      throw;
    } catch (const std::exception& error) {
      if (line.contains("error")) return {};
      return std::string("failed: ") + error.what();
    }
  }

 private:
  using Recorded = std::array<std::uint64_t, 3>;

  CacheHandle handle(const Json& recorded) const {
    const auto h = recorded.get<Recorded>();
    const auto it = now_.find(h);
    return it != now_.end() ? it->second
                            : CacheHandle{h[0], static_cast<std::uint32_t>(h[1]), static_cast<std::uint32_t>(h[2])};
  }

  std::string learn(const Json& line, const CacheHandle& now) {
    if (!line.contains("handle")) return {};  // it failed then
    const auto recorded = line["handle"].get<Recorded>();
    now_[recorded] = now;
    if (recorded[0] == now.cached_len) return {};
    return "found " + std::to_string(now.cached_len) + " tokens; the story says " + std::to_string(recorded[0]);
  }

  static std::string compare(const Json& line, const std::vector<PageId>& now) {
    if (!line.contains("pages") || line["pages"].get<std::vector<PageId>>() == now) return {};
    return "pages " + Json(now).dump() + "; the story says " + line["pages"].dump();
  }

  std::string call(const std::string& op, const Json& line) {
    if (op == "match" || op == "insert") {
      const auto tokens = line.at("tokens").get<std::vector<TokenId>>();
      const PrefixKey key(tokens, line.at("cache_salt"));
      if (op == "match") return learn(line, manager_.match_prefix(key));
      return learn(
          line,
          manager_.insert_prefix(key, line.at("pages").get<std::vector<PageId>>(), handle(line.at("from"))).handle);
    }
    if (op == "evict") return compare(line, manager_.evict(line.at("num_pages")));
    if (op == "reset") return compare(line, manager_.reset());
    if (op == "size_info") return manager_.size_info(), std::string();
    const CacheHandle h = handle(line.at("handle"));
    if (op == "copy") {
      std::vector<PageId> pages(line.at("num_pages").get<std::uint32_t>());
      manager_.copy_pages(h, pages);
      return compare(line, pages);
    }
    if (op == "lock") return manager_.lock_handle(h), std::string();
    if (op == "unlock") return manager_.unlock_handle(h), std::string();
    if (op == "retain") return manager_.retain(h, line.at("priority"), line.at("duration")), std::string();
    throw Json::other_error::create(501, "\"op\" is \"" + op + "\", which is no call of a manager", nullptr);
  }

  BaseCacheManager& manager_;
  std::map<Recorded, CacheHandle> now_;  // the story's handles, and what they are here
};

}  // namespace

Replayed replay_story(std::string_view text, BaseCacheManager& manager,
                      const std::function<void(std::size_t)>& after_line) {
  Replayed result;
  Replayer replayer(manager);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string where = "line " + std::to_string(number) + ": ";
    try {
      const std::string difference = replayer.play(Json::parse(line));
      if (!difference.empty()) result.differences.push_back(where + difference);
      if (after_line) after_line(number);
    } catch (const Json::exception& error) {
      throw std::invalid_argument(where + "expected a call of a story: " + error.what());
    } catch (const IntegrityError& error) {
      throw IntegrityError(where + error.what());
    }
    ++result.calls;
  }
  return result;
}

}  // namespace radixlab
