#include "testing/recorded_call.hpp"

namespace radixlab {
namespace {

constexpr std::size_t most_pages = story_line_limits.values;  // of a copy: no line could list more

/// Reads the line at `where`.
class CallReader {
 public:
  CallReader(const Json& line, std::string where) : line_(line), where_(std::move(where)) {}

  RecordedCall read() const {
    RecordedCall call;
    call.op = needed_text(line_, "op", where_);
    call.error = optional_text(line_, "error", where_);
    if (call.op == "story") {
      call.page_size = number<std::size_t>("page_size");
      if (call.page_size == 0) refuse("\"page_size\" is 0; expected at least 1 token");
    } else if (call.op == "broken") {
      call.rule = needed_text(line_, "rule", where_);
    } else if (call.op == "match" || call.op == "insert" || call.op == "request_ended") {
      read_key(call);
    } else if (call.op == "evict" || call.op == "reset") {
      if (call.op == "evict") call.num_pages = number<std::size_t>("num_pages");
      if (has("pages")) call.named = needed_numbers<PageId>(line_, "pages", where_);
    } else if (call.op == "rename_pages") {
      read_moves(call);
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

  RecordedHandle handle(const char* key) const {
    const auto parts = needed_numbers<std::uint64_t>(line_, key, where_);
    if (parts.size() != 3 || parts[1] > UINT32_MAX || parts[2] > UINT32_MAX)
      refuse(quote(key) + " is no handle; expected [cached_len, node, generation]");
    return {parts[0], parts[1], parts[2]};
  }

  void read_key(RecordedCall& call) const {
    call.tokens = needed_numbers<TokenId>(line_, "tokens", where_);
    call.cache_salt = number<std::uint32_t>("cache_salt");
    if (call.op == "request_ended") {
      call.reused = number<std::size_t>("found");
      if (call.reused > call.tokens.size())
        refuse("\"found\" is " + grouped(call.reused) + "; expected at most its " + grouped(call.tokens.size()) +
               " tokens");
      return;
    }
    if (has("handle")) call.found = handle("handle");  // it failed otherwise
    if (call.op == "match") return;
    call.pages = needed_numbers<PageId>(line_, "pages", where_);
    call.handle = handle("from");
    if (has("cached_len")) call.cached_len = number<std::size_t>("cached_len");
  }

  void read_moves(RecordedCall& call) const {
    const auto moves = line_.find("moves");
    if (moves == line_.end() || !moves->is_array()) refuse("\"moves\" is missing; expected [[from, to], ...]");
    for (const Json& move : *moves) {
      const auto is_page = [](const Json& page) {
        return page.is_number_unsigned() && page.get<std::uint64_t>() <= UINT32_MAX;
      };
      if (!move.is_array() || move.size() != 2 || !is_page(move[0]) || !is_page(move[1]))
        refuse("\"moves\" holds " + quote(move.dump()) + "; expected two pages, [from, to]");
      call.moves.push_back({move[0].get<PageId>(), move[1].get<PageId>()});
    }
  }

  void read_by_handle(RecordedCall& call) const {
    if (call.op != "copy" && call.op != "lock" && call.op != "unlock" && call.op != "retain" &&
        call.op != "whole_pages")
      refuse("\"op\" is " + quote(call.op) + ", which is no call of a manager");
    call.handle = handle("handle");
    if (call.op == "retain") {
      call.priority = number<std::int32_t>("priority");
      call.duration = number<std::uint64_t>("duration");
    } else if (call.op == "whole_pages") {
      if (has("whole")) call.found = handle("whole");
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

}  // namespace

RecordedCall read_story_call(const Json& line, const std::string& where) { return CallReader(line, where).read(); }

}  // namespace radixlab
