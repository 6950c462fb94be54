#include "replay/trace_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/atomic_file.hpp"
#include "io/json.hpp"

namespace radixlab {
namespace {

std::string line_of(const TraceOp& op) {
  using Kind = TraceOp::Kind;
  if (op.kind == Kind::config) return fmt::format("{{\"op\":\"config\",\"capacity\":{}}}\n", op.capacity.value_or(0));
  if (op.kind == Kind::mark) return fmt::format("{{\"op\":\"mark\",\"label\":{}}}\n", Json(op.label).dump());
  if (!op.blocks.empty())
    return fmt::format("{{\"timestamp\":{},\"input_length\":{},\"output_length\":0,\"hash_ids\":[{}]}}\n",
                       op.milliseconds, op.prompt, fmt::join(op.blocks, ","));
  const std::span<const TokenId> tokens = op.tokens;
  std::string line =
      fmt::format("{{\"op\":\"{}\",\"id\":{},\"tokens\":[{}]", op.kind == Kind::match ? "match" : "request", op.id,
                  fmt::join(tokens.first(op.prompt), ","));
  if (op.prompt < tokens.size())
    line += fmt::format(",\"output_tokens\":[{}]", fmt::join(tokens.subspan(op.prompt), ","));
  if (op.cache_salt > 0) line += fmt::format(",\"cache_salt\":{}", op.cache_salt);
  if (op.duration > 0) line += fmt::format(",\"priority\":{},\"duration\":{}", op.priority, op.duration);
  return line + "}\n";
}

}  // namespace

void write_trace(const Trace& trace, const std::filesystem::path& file) {
  AtomicFile out(file);
  const auto source = trace.open();
  std::string lines;
  for (TraceOp op; source->next(op);) {
    lines += line_of(op);
    if (lines.size() < std::size_t{1} << 20) continue;
    out.write(lines);
    lines.clear();
  }
  out.write(lines);
  out.commit();
}

}  // namespace radixlab
