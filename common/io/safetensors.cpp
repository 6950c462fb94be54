#include "io/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <optional>

#include "io/json.hpp"

namespace radixlab {
namespace {

constexpr std::size_t length_bytes = 8;
constexpr std::size_t longest_header = std::size_t{16} << 20;  // 100,000 tensors; the format allows 100 MB
constexpr std::size_t most_dimensions = 8;

/// One tensor's entry of the header, as it is checked: every refusal names the file and the tensor.
struct Entry {
  const std::filesystem::path& file;
  const std::string& name;
  const Json& json;

  [[noreturn]] void refuse(std::string_view what) const {
    throw file_error(file, fmt::format("tensor {} {}", quote(name), what));
  }

  const Json& list(const char* key) const {
    const auto at = json.find(key);
    if (at == json.end() || !at->is_array()) refuse(fmt::format("has no list \"{}\"", key));
    return *at;
  }

  std::size_t number(const Json& value, std::string_view key) const {
    if (!value.is_number_unsigned())
      refuse(fmt::format("has {} in its \"{}\": expected a whole number", shown(value), key));
    return value.get<std::size_t>();
  }

  DType dtype() const {
    const auto at = json.find("dtype");
    if (at == json.end() || !at->is_string()) refuse("has no \"dtype\"");
    for (const DTypeInfo& info : dtype_table)
      if (info.name == at->get_ref<const std::string&>()) return info.type;
    refuse(fmt::format("has dtype {}, which is not read here", shown(*at)));
  }

  std::vector<std::size_t> shape() const {
    std::vector<std::size_t> out;
    for (const Json& dimension : list("shape")) out.push_back(number(dimension, "shape"));
    if (out.size() > most_dimensions)
      refuse(fmt::format("has {} dimensions: at most {} are read", out.size(), most_dimensions));
    return out;
  }
};

/// Bytes of a tensor of that shape; nothing if the number does not fit.
std::optional<std::size_t> bytes_of(DType dtype, const std::vector<std::size_t>& shape) {
  std::size_t bytes = dtype_size(dtype);
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  for (const std::size_t dimension : shape)
    if (__builtin_mul_overflow(bytes, dimension, &bytes)) return std::nullopt;
  return bytes;
}

std::span<const std::byte> range_of(const Entry& entry, DType dtype, const std::vector<std::size_t>& shape,
                                    std::span<const std::byte> file, std::size_t data_start) {
  const Json& offsets = entry.list("data_offsets");
  if (offsets.size() != 2) entry.refuse("has \"data_offsets\" that are not [begin, end]");
  const std::size_t begin = entry.number(offsets[0], "data_offsets"), end = entry.number(offsets[1], "data_offsets");
  if (begin > end)
    entry.refuse(fmt::format("begins at byte {} of the data and ends at {}", grouped(begin), grouped(end)));
  if (end > file.size() - data_start) {
    const auto last = std::numeric_limits<std::size_t>::max();
    entry.refuse(fmt::format("ends at byte {} but the file has {} (truncated download?)",
                             grouped(end > last - data_start ? last : end + data_start), grouped(file.size())));
  }
  const auto expected = bytes_of(dtype, shape);
  if (!expected) entry.refuse(fmt::format("has a shape {} whose size is beyond any memory", shape_text(shape)));
  if (*expected != end - begin)
    entry.refuse(fmt::format("of type {} and shape {} needs {} bytes but its data_offsets span {}", dtype_name(dtype),
                             shape_text(shape), grouped(*expected), grouped(end - begin)));
  return file.subspan(data_start + begin, end - begin);
}

TensorView read_entry(const Entry& entry, std::span<const std::byte> file, std::size_t data_start) {
  if (!entry.json.is_object()) entry.refuse(fmt::format("is {}: expected an object", shown(entry.json)));
  TensorView view{entry.name, entry.dtype(), entry.shape(), {}};
  view.bytes = range_of(entry, view.dtype, view.shape, file, data_start);
  return view;
}

/// The header's text, or InputError.
std::string_view header_text(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  const std::string_view file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (file.size() < length_bytes)
    throw file_error(path,
                     fmt::format("has {} bytes: too short for a safetensors file (truncated download?)", file.size()));
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), length_bytes);
  if (length > longest_header)
    throw file_error(path,
                     fmt::format("says that its header has {} bytes, and at most {} are read: not a safetensors file?",
                                 grouped(length), grouped(longest_header)));
  if (length > file.size() - length_bytes)
    throw file_error(path, fmt::format("header ends at byte {} but the file has {} (truncated download?)",
                                       grouped(length_bytes + length), grouped(file.size())));
  return file.substr(length_bytes, length);
}

/// Tensors stand in the order of their bytes; each begins where the one before ends, and the last ends with the file.
void check_cover(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                 std::span<const std::byte> data) {
  const std::byte* reached = data.data();
  const auto place = [&](const std::byte* at) { return grouped(static_cast<std::size_t>(at - data.data())); };
  const TensorView* before = nullptr;
  for (const TensorView& tensor : tensors) {
    const std::byte* begin = tensor.bytes.data();
    if (begin < reached)
      throw file_error(
          path, fmt::format("tensors {} and {} overlap: the second begins at byte {} of the data, the first ends at {}",
                            quote(before->name), quote(tensor.name), place(begin), place(reached)));
    if (begin > reached)
      throw file_error(path, fmt::format("bytes {} to {} of the data, before tensor {}, belong to no tensor",
                                         place(reached), place(begin), quote(tensor.name)));
    reached = begin + tensor.bytes.size();
    before = &tensor;
  }
  if (reached != data.data() + data.size())
    throw file_error(path, fmt::format("the last {} bytes belong to no tensor",
                                       grouped(static_cast<std::size_t>(data.data() + data.size() - reached))));
}

template <typename Element, typename Convert>
void widen_from(std::span<const std::byte> bytes, std::span<float> out, Convert convert) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Element element;
    std::memcpy(&element, bytes.data() + i * sizeof element, sizeof element);
    out[i] = convert(element);
  }
}

}  // namespace

std::string shape_text(std::span<const std::size_t> shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

void widen(const TensorView& tensor, std::size_t first_element, std::span<float> out) {
  if (first_element > tensor.size() || out.size() > tensor.size() - first_element)
    throw std::out_of_range(fmt::format("tensor {} has {} elements, asked for {} from {}", quote(tensor.name),
                                        tensor.size(), out.size(), first_element));
  if (out.empty()) return;
  const auto bytes = tensor.bytes.subspan(first_element * dtype_size(tensor.dtype));
  if (tensor.dtype == DType::f32) {
    std::memcpy(out.data(), bytes.data(), out.size_bytes());
  } else if (tensor.dtype == DType::bf16) {
    widen_from<std::uint16_t>(bytes, out, bf16_to_f32);
  } else if (tensor.dtype == DType::f16) {
    widen_from<std::uint16_t>(bytes, out, f16_to_f32);
  } else {
    throw InputError(
        fmt::format("tensor {} is {}: expected F32, BF16 or F16", quote(tensor.name), dtype_name(tensor.dtype)));
  }
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& file) : path_(file), map_(file) { read(map_.bytes()); }

SafetensorsFile::SafetensorsFile(std::span<const std::byte> bytes, const std::filesystem::path& name) : path_(name) {
  read(bytes);
}

void SafetensorsFile::read(std::span<const std::byte> file) {
  const std::string_view header = header_text(path_, file);
  const std::size_t data_start = length_bytes + header.size();
  const Json json = parse_json(header, path_.filename().string() + ": header", {.bytes = longest_header, .depth = 8});
  if (!json.is_object()) throw file_error(path_, fmt::format("header is {}: expected an object", shown(json)));
  for (const auto& [name, value] : json.items())
    if (name != "__metadata__") tensors_.push_back(read_entry({path_, name, value}, file, data_start));
  const auto place = [](const TensorView& t) { return std::pair(t.bytes.data(), t.bytes.size()); };  // empty ones first
  std::sort(tensors_.begin(), tensors_.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  check_cover(path_, tensors_, file.subspan(data_start));
  for (std::size_t i = 0; i < tensors_.size(); ++i) by_name_.emplace(tensors_[i].name, i);
}

const TensorView* SafetensorsFile::find(std::string_view name) const {
  const auto at = by_name_.find(name);
  return at == by_name_.end() ? nullptr : &tensors_[at->second];
}

const TensorView& SafetensorsFile::at(std::string_view name) const {
  if (const TensorView* tensor = find(name)) return *tensor;
  throw file_error(path_, fmt::format("has no tensor {}", quote(name)));
}

}  // namespace radixlab
