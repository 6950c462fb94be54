// A folder of weights, written in one input: sections between bytes 0xFF, which no JSON text contains.
//   index 0xFF shard 0xFF shard     an empty index: the first shard is model.safetensors itself
// A shard is a mode, a count n, and text. Mode 'h': the text is the header, its true length is put before it and n
// bytes of data behind it. Another mode: the text is the file as it is.
// First check: a file's header is read and its tensors cover its data.
#include <algorithm>
#include <cstring>

#include "io/atomic_file.hpp"
#include "io/safetensors.hpp"
#include "target.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {
namespace {

std::string_view cut(std::string_view& rest) {
  const auto section = rest.substr(0, rest.find('\xff'));
  rest.remove_prefix(std::min(rest.size(), section.size() + 1));
  return section;
}

std::string shard_of(std::string_view section) {
  if (section.size() < 2) return std::string(section);
  const std::string text(section.substr(2));
  if (section[0] != 'h') return text;
  const std::uint64_t length = text.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file + text + std::string(static_cast<unsigned char>(section[1]), 'd');
}

/// Every element of every tensor is read: a view that leads outside is a find.
void read_all(const SafetensorsFile& file) {
  for (const TensorView& tensor : file.tensors()) {
    std::vector<float> values(is_weight_type(tensor.dtype) ? tensor.size() : 0);
    if (!values.empty()) widen(tensor, 0, values);
  }
}

bool is_read(const std::string& bytes) try {
  const auto exact = std::make_unique<std::byte[]>(bytes.size());  // a heap block of this size: a byte more is noticed
  std::ranges::copy(std::as_bytes(std::span(bytes)), exact.get());
  read_all(SafetensorsFile({exact.get(), bytes.size()}, "model.safetensors"));
  return true;
} catch (const InputError&) {
  return false;
}

void read_folder(std::string_view index, const std::string& one, const std::string& two) try {
  static const TemporaryFolder folder;
  const auto whole = folder / "model.safetensors", list = folder / "model.safetensors.index.json";
  std::filesystem::remove(index.empty() ? list : whole);
  if (!index.empty()) write_file(list, index);
  write_file(index.empty() ? whole : folder / "1.safetensors", one);
  write_file(folder / "2.safetensors", two);
  const Checkpoint checkpoint(folder.path());
  for (const std::string& name : checkpoint.names())
    if (!checkpoint.contains(name)) throw std::logic_error("a tensor is named that is not there");
  for (const SafetensorsFile& file : checkpoint.files()) read_all(file);
  checkpoint.total_bytes();
} catch (const InputError&) {
}

}  // namespace

bool fuzz::run(std::string_view input, std::ostream*) {
  const auto index = cut(input);
  const std::string one = shard_of(cut(input)), two = shard_of(cut(input));
  const bool first = is_read(one), second = is_read(two);
  if (first) read_folder(index, one, two);
  return first || second;
}

}  // namespace radixlab
