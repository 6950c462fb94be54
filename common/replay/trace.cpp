#include "replay/trace.hpp"

#include <algorithm>
#include <unordered_set>

#include "io/error.hpp"
#include "replay/random.hpp"
#include "storage/page_hashes.hpp"

namespace radixlab {

void TraceOp::make_tokens(std::size_t count) {
  tokens.clear();
  tokens.reserve(count);
  for (const std::uint64_t block : blocks)
    append_hash_block(tokens, block, std::min(kHashBlock, count - tokens.size()));
  prompt = count;
}

void check_again(const Trace& trace) {
  if (!trace.again) throw InputError(trace.name + " is read once only; expected --trace FILE or --generate NAME");
}

TraceFacts scan_trace(const Trace& trace, std::size_t page_size, const std::function<void(const TraceOp&)>& each) {
  if (!trace.again)
    throw InputError(trace.name + " is read once only, and must be read twice here: expected --trace FILE");
  TraceFacts facts;
  std::unordered_set<std::uint64_t> pages;
  const auto source = trace.open();
  for (TraceOp op; source->next(op);) {
    if (op.kind != TraceOp::Kind::request) continue;
    ++facts.requests;
    facts.tokens += op.tokens.size();
    facts.longest = std::max(facts.longest, op.tokens.size());
    facts.pages += (op.tokens.size() + page_size - 1) / page_size;
    for (const std::uint64_t page : page_hashes(op.key(), page_size)) pages.insert(page);
    if (each) each(op);
  }
  facts.distinct_pages = pages.size();
  return facts;
}

}  // namespace radixlab
