/// \file
/// A trace: what was asked of a prefix cache, one operation after the other. It is read one line at a time, so that it may be
/// larger than memory.
///
///   {"id": 7, "tokens": [5, 5, 9]}                                  a request
///   {"op": "match", "tokens": [5, 5]}                               a look-up alone, in no total
///   {"op": "mark", "label": "warm"}                                 a new stage of the figures begins
///   {"op": "config", "capacity": 4096}                              in front of the first request
///   {"timestamp": 0, "input_length": 700, "hash_ids": [3, 8]}       a request by names of blocks of 512 tokens
///   {"op": "request_ended", "tokens": [...], "cache_salt": 0, ...}  a request of a Story; its other calls are passed over
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// One line of a trace. A source fills the same one again and again, so that its memory is used again too.
struct TraceOp {
  enum class Kind { request, match, mark, config };
  Kind kind = Kind::request;
  std::string id;                     ///< as JSON: 7, "a"; of a request without one, its number from 0
  std::vector<TokenId> tokens;        ///< of a request: its prompt, then what was generated
  std::size_t prompt = 0;             ///< [tokens] how many of them are the prompt, which is looked up
  std::vector<std::uint64_t> blocks;  ///< the hash ids that tokens were made from; empty where tokens were given
  std::uint64_t milliseconds = 0;     ///< since the trace's begin, where hash ids are given
  std::uint32_t cache_salt = 0;
  std::int32_t priority = 0;                  ///< for `duration`, once it is cached
  std::uint64_t duration = 0;                 ///< [ticks]
  std::string label;                          ///< of a mark
  std::optional<std::size_t> capacity;        ///< [tokens] of a config
  std::optional<std::size_t> page_size = {};  ///< [tokens] of a config: a Story's head has one

  /// Makes the prompt, so many tokens, from `blocks`. REQUIRES: so many as they have, the last perhaps in part.
  void make_tokens(std::size_t count);

  PrefixKey key() const { return {tokens, cache_salt}; }
  PrefixKey prompt_key() const { return {std::span(tokens).first(prompt), cache_salt}; }
};

/// Gives a trace's operations in their order.
class TraceSource {
 public:
  virtual ~TraceSource() = default;
  /// Fills `op`; false at the end. Throws InputError, which names file and line, on a line that is none of a trace.
  virtual bool next(TraceOp& op) = 0;
  virtual std::uint64_t done() const = 0;   ///< how much of total() was read: for a progress bar
  virtual std::uint64_t total() const = 0;  ///< 0 if that is not known
};

/// A trace that can be opened. `again`: more than once, each time from its beginning (standard input cannot).
struct Trace {
  std::string name;  ///< in messages
  std::function<std::unique_ptr<TraceSource>()> open;
  bool again = true;
};

/// Throws InputError where a trace can be read only once.
void check_again(const Trace& trace);

/// What a first reading tells.
struct TraceFacts {
  std::size_t requests = 0, tokens = 0;
  std::size_t longest = 0;         ///< [tokens] of one request
  std::size_t pages = 0;           ///< of all requests, each with a last page that may be partly filled
  std::size_t distinct_pages = 0;  ///< whole pages that differ, in themselves or in what stands before them
};

/// Reads the trace once, and counts in pages of `page_size` tokens. `each`, if given, is told each request. Throws InputError as
/// the source does, and where the trace can be read only once. 8 bytes and a table's overhead a distinct page.
TraceFacts scan_trace(const Trace& trace, std::size_t page_size, const std::function<void(const TraceOp&)>& each = {});

}  // namespace radixlab
