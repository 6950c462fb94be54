#include "mutate.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace radixlab::fuzz {
namespace {

using Json = nlohmann::ordered_json;

std::size_t below(std::size_t n, Random& random) { return random() % n; }

std::vector<std::string> split(std::string_view text, char between) {
  std::vector<std::string> parts;
  for (;; text.remove_prefix(parts.back().size() + 1)) {
    parts.emplace_back(text.substr(0, text.find(between)));
    if (parts.back().size() == text.size()) return parts;
  }
}

std::string join(const std::vector<std::string>& parts, char between) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i ? std::string(1, between) : "") + parts[i];
  return out;
}

/// All values of a document, and all keys.
struct Parts {
  std::vector<Json*> values;
  std::vector<std::string> keys;

  void collect(Json& value) {
    values.push_back(&value);
    if (value.is_object())
      for (const auto& [key, inner] : value.items()) keys.push_back(key), collect(inner);
    if (value.is_array())
      for (Json& inner : value) collect(inner);
  }
};

Json odd_value(Random& random) {
  static const Json odd = {
      0,         1,          2,         7,         -1,        255,        4096,          65536,         INT32_MAX,
      1LL << 31, UINT32_MAX, 1LL << 32, INT64_MAX, INT64_MIN, UINT64_MAX, 0.5,           -0.0,          1e-300,
      1e308,     "",         "x",       nullptr,   true,      false,      Json::array(), Json::object()};
  return odd[below(odd.size(), random)];
}

void change_number(Json& value, Random& random) {
  const auto number = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
  const std::uint64_t changed[] = {number + 1, number - 1, number * 2, number / 2, number ^ 4};
  value = changed[below(std::size(changed), random)];
}

void change_member(Json& value, const Parts& parts, Random& random) {
  const std::size_t what = below(3, random);
  const Json copy = *parts.values[below(parts.values.size(), random)];
  if (value.is_array()) {
    if (what > 0) value.insert(value.begin() + static_cast<std::ptrdiff_t>(below(value.size() + 1, random)), copy);
    if (what == 0 && !value.empty()) value.erase(below(value.size(), random));
    return;
  }
  if (what > 0 && !parts.keys.empty()) value[parts.keys[below(parts.keys.size(), random)]] = copy;
  if (what == 0 && !value.empty())
    value.erase(std::next(value.begin(), static_cast<std::ptrdiff_t>(below(value.size(), random))));
}

/// A field of a Protocol Buffers message: its tag, and what follows it (without the length, if it has one).
struct Field {
  std::uint64_t tag;
  std::string content;
};

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out += static_cast<char>(value);
}

std::optional<std::vector<Field>> fields_of(std::string_view rest) {
  std::vector<Field> fields;
  const auto read = [&]() -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63 && !rest.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest.front());
      rest.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  };
  while (!rest.empty()) {
    const auto tag = read();
    if (!tag) return std::nullopt;
    const auto kind = *tag & 7;
    const auto number = kind == 0 || kind == 2 ? read()
                        : kind == 1            ? 8
                        : kind == 5            ? std::optional<std::uint64_t>(4)
                                               : std::nullopt;
    if (!number || (kind != 0 && *number > rest.size())) return std::nullopt;
    fields.push_back({*tag, kind == 0 ? varint(*number) : std::string(rest.substr(0, *number))});
    if (kind != 0) rest.remove_prefix(*number);
  }
  return fields;
}

std::string text_of(const std::vector<Field>& fields) {
  std::string out;
  for (const auto& [tag, content] : fields)
    out += varint(tag) + ((tag & 7) == 2 ? varint(content.size()) : "") + content;
  return out;
}

void change_field(Field& field, Random& random) {
  if ((field.tag & 7) == 0) {
    field.content = varint(below(2, random) ? below(8, random) : std::uint64_t{1} << below(64, random));
    return;
  }
  if (const auto inner = mutate_message(field.content, random);
      (field.tag & 7) == 2 && !inner.empty() && below(4, random)) {
    field.content = inner;
    return;
  }
  const std::size_t size = field.content.size();
  field.content.resize((field.tag & 7) == 2 ? size + 16 : size);
  const auto now = LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(field.content.data()), size, field.content.size());
  if ((field.tag & 7) == 2) field.content.resize(now);
}

}  // namespace

std::string mutate_bytes(std::string_view, Random&) { return {}; }

std::string mutate_json(std::string_view input, Random& random) {
  Json json = Json::parse(input, nullptr, false);
  if (json.is_discarded()) return {};
  Parts parts;
  parts.collect(json);
  Json& value = *parts.values[below(parts.values.size(), random)];
  const std::size_t what = below(4, random);
  if (what == 0) {
    value = odd_value(random);
  } else if (what == 1) {
    value = Json(*parts.values[below(parts.values.size(), random)]);
  } else if (value.is_structured()) {
    change_member(value, parts, random);
  } else {
    change_number(value, random);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::ignore);
}

std::string mutate_lines(std::string_view input, Random& random) {
  std::vector<std::string> lines = split(input, '\n');
  const std::size_t at = below(lines.size(), random), other = below(lines.size(), random), what = below(8, random);
  if (what == 0) {
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
  } else if (what == 1) {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::string(lines[other]));
  } else if (what == 2) {
    std::swap(lines[at], lines[other]);
  } else if (const auto changed = mutate_json(lines[at], random); !changed.empty()) {
    lines[at] = changed;
  }
  return join(lines, '\n');
}

std::string mutate_sections(std::string_view input, Random& random) {
  std::vector<std::string> sections = split(input, '\xff');
  const std::size_t at = below(sections.size(), random);
  const std::size_t head = at > 0 && sections[at].starts_with('h') ? 2 : 0;
  if (head == 2 && sections[at].size() > 1 && below(4, random) == 0) {
    sections[at][1] = static_cast<char>(below(255, random));
  } else {
    const auto changed =
        mutate_json(std::string_view(sections[at]).substr(std::min(head, sections[at].size())), random);
    if (changed.empty()) return {};
    sections[at] = sections[at].substr(0, head) + changed;
  }
  return join(sections, '\xff');
}

std::string mutate_message(std::string_view input, Random& random) {
  auto fields = fields_of(input);
  if (!fields || fields->empty()) return {};
  const auto at = fields->begin() + static_cast<std::ptrdiff_t>(below(fields->size(), random));
  const Field other = (*fields)[below(fields->size(), random)];
  const std::size_t what = below(8, random);
  if (what == 0) {
    fields->erase(at);
  } else if (what == 1) {
    fields->insert(at, other);
  } else if (what == 2) {
    at->content = other.tag == at->tag ? other.content : at->content;
  } else {
    change_field(*at, random);
  }
  return text_of(*fields);
}

}  // namespace radixlab::fuzz
