// JSON lines, read as a trace and replayed with every rule checked. First check: at least one line is a trace's.
#include <sstream>

#include "contract/snapshot.hpp"
#include "io/error.hpp"
#include "replay/replay.hpp"
#include "replay/trace_reader.hpp"
#include "target.hpp"

namespace radixlab {

/// Read first, so that lines in front of a wrong one count; then run on a pool that is soon full. A broken rule is a find.
bool fuzz::run(std::string_view input, std::ostream*) {
  bool any = false;
  try {
    std::istringstream in{std::string(input)};
    TraceReader reader(in, "trace");
    for (TraceOp op; reader.next(op);) any = true;
    std::istringstream again{std::string(input)};
    replay(trace_stream(again, "trace"), {.page_size = 4, .capacity = Capacity{.tokens = 64}, .check = true});
  } catch (const InputError&) {
  }
  return any;
}

}  // namespace radixlab
