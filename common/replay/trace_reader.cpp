#include "replay/trace_reader.hpp"

#include <fmt/format.h>
#include <fstream>

#include "replay/random.hpp"
#include "testing/recorded_call.hpp"

namespace radixlab {
namespace {

constexpr JsonLimits line_limits{.bytes = std::size_t{64} << 20, .values = 8'000'000, .depth = 8};
constexpr std::uint32_t kFirstOfTexts = std::uint32_t{1} << 31;  // salts that are numbers lie below

std::uint64_t needed_milliseconds(const Json& line, const std::string& where) {
  const Json& value = needed_value(line, "timestamp", where);
  const double ms = value.is_number() ? value.get<double>() : -1;
  if (!(ms >= 0 && ms < 1e18))
    throw InputError(fmt::format("{}: \"timestamp\" is {}; expected milliseconds from 0 up", where, shown(value)));
  return static_cast<std::uint64_t>(ms);
}

constexpr std::size_t kLargestPage = std::size_t{1} << 24;  // [tokens] as --page-size too

class TraceFile : public TraceSource {
 public:
  explicit TraceFile(const std::filesystem::path& file)
      : file_(file, std::ios::binary), reader_(file_, file.string(), size(file)) {
    if (!file_ || std::filesystem::is_directory(file))
      throw InputError(file.string() + ": cannot be read, expected a trace");
  }
  bool next(TraceOp& op) override { return reader_.next(op); }
  std::uint64_t done() const override { return reader_.done(); }
  std::uint64_t total() const override { return reader_.total(); }

 private:
  static std::uint64_t size(const std::filesystem::path& file) {
    std::error_code none;  // a pipe has no size
    const auto bytes = std::filesystem::file_size(file, none);
    return none ? 0 : bytes;
  }
  std::ifstream file_;
  TraceReader reader_;
};

}  // namespace

TraceReader::TraceReader(std::istream& in, std::string name, std::uint64_t bytes)
    : lines_(in, std::move(name), line_limits.bytes), bytes_(bytes) {}

bool TraceReader::next(TraceOp& op) {
  while (const auto line = lines_.next()) {
    bytes_read_ += line->size() + 1;
    if (read(parse_json_object(*line, lines_.where(), line_limits), op)) return true;
  }
  return false;
}

bool TraceReader::read(const Json& line, TraceOp& op) {
  const std::string where = lines_.where();
  const std::string name = optional_text(line, "op", where).value_or("request");
  if (name == "story") is_story_ = true;
  if (is_story_) return read_story(line, op);
  if (name == "config") return read_config(line, op), true;
  if (name == "mark") {
    op.kind = TraceOp::Kind::mark;
    op.label = needed_text(line, "label", where);
    return true;
  }
  if (name != "request" && name != "match")
    refuse(fmt::format("\"op\" is {}; expected request, match, mark or config", quote(name)));
  op.kind = name == "match" ? TraceOp::Kind::match : TraceOp::Kind::request;
  op.cache_salt = salt(line);
  if (line.contains("hash_ids"))
    read_blocks(line, op);
  else
    read_tokens(line, op);
  op.priority = line.contains("priority") ? needed_number<std::int32_t>(line, "priority", where) : 0;
  op.duration = line.contains("duration") ? needed_number<std::uint64_t>(line, "duration", where) : 0;
  name_request(line, op);
  return true;
}

// The manager that is replayed on has handles of its own, and what it evicts is its own affair: what a story asks of it are
// the requests that ended.
bool TraceReader::read_story(const Json& line, TraceOp& op) {
  RecordedCall call = read_story_call(line, lines_.where());
  if (call.op == "story") {
    if (call.page_size > kLargestPage)
      refuse(fmt::format("\"page_size\" is {}; expected at most {}", grouped(call.page_size), grouped(kLargestPage)));
    op.kind = TraceOp::Kind::config;
    op.capacity = std::nullopt;
    op.page_size = call.page_size;
    return true;
  }
  if (call.op != "request_ended" || call.tokens.empty()) return false;
  op.kind = TraceOp::Kind::request;
  op.blocks.clear();
  op.tokens = std::move(call.tokens);
  op.prompt = op.tokens.size();
  op.cache_salt = call.cache_salt;
  op.priority = 0;
  op.duration = 0;
  op.id = std::to_string(requests_++);
  return true;
}

void TraceReader::read_blocks(const Json& line, TraceOp& op) const {
  const std::string where = lines_.where();
  auto& ids = op.blocks = needed_numbers<std::uint64_t>(line, "hash_ids", where);
  const auto length = needed_number<std::uint64_t>(line, "input_length", where);
  if (length == 0 || length > ids.size() * kHashBlock || length <= (ids.size() - 1) * kHashBlock)
    refuse(fmt::format("\"input_length\" is {}, \"hash_ids\" are {}; expected an id for each block of {} tokens",
                       grouped(length), grouped(ids.size()), kHashBlock));
  if (line.contains("timestamp")) op.milliseconds = needed_milliseconds(line, where);
  op.make_tokens(length);
}

void TraceReader::read_tokens(const Json& line, TraceOp& op) {
  const std::string where = lines_.where();
  op.blocks.clear();
  op.tokens = needed_numbers<TokenId>(line, "tokens", where);
  if (op.tokens.empty()) refuse("\"tokens\" is empty; expected at least 1");
  op.prompt = op.tokens.size();
  if (!line.contains("output_tokens")) return;
  const auto output = needed_numbers<TokenId>(line, "output_tokens", where);
  op.tokens.insert(op.tokens.end(), output.begin(), output.end());
}

void TraceReader::read_config(const Json& line, TraceOp& op) const {
  if (requests_ > 0) refuse("a \"config\" behind the first request; expected in front of it");
  op.kind = TraceOp::Kind::config;
  op.page_size = std::nullopt;
  op.capacity = std::nullopt;
  if (line.contains("capacity")) op.capacity = needed_number<std::size_t>(line, "capacity", lines_.where());
}

void TraceReader::name_request(const Json& line, TraceOp& op) {
  const auto id = line.find("id");
  if (id != line.end() && !id->is_primitive())
    refuse(fmt::format("\"id\" is {}; expected a text or a number", shown(*id)));
  op.id = id != line.end() ? id->dump() : std::to_string(requests_);
  requests_ += op.kind == TraceOp::Kind::request;
}

std::uint32_t TraceReader::salt(const Json& line) {
  const auto value = line.find("cache_salt");
  if (value == line.end() || value->is_null()) return 0;
  if (value->is_string()) {
    const auto next = static_cast<std::uint32_t>(kFirstOfTexts + salts_.size());
    return value->get_ref<const std::string&>().empty() ? 0 : salts_.try_emplace(*value, next).first->second;
  }
  const auto number = whole_number<std::uint32_t>(*value, "cache_salt", lines_.where());
  if (number >= kFirstOfTexts)
    refuse(
        fmt::format("\"cache_salt\" is {}; expected less than {}, or a text", grouped(number), grouped(kFirstOfTexts)));
  return number;
}

void TraceReader::refuse(const std::string& what) const { throw InputError(lines_.where() + ": " + what); }

Trace trace_file(const std::filesystem::path& file) {
  return {file.string(), [file] { return std::make_unique<TraceFile>(file); }, std::filesystem::is_regular_file(file)};
}

Trace trace_stream(std::istream& in, const std::string& name) {
  return {name, [&in, name] { return std::make_unique<TraceReader>(in, name); }, false};
}

}  // namespace radixlab
