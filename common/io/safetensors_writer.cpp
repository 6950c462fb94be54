#include "io/safetensors_writer.hpp"

#include <cstdint>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

namespace radixlab {

std::size_t TensorInfo::size() const {
  std::size_t product = 1;
  for (const std::size_t dimension : shape) product *= dimension;
  return product;
}

SafetensorsWriter::SafetensorsWriter(std::filesystem::path file, const std::vector<TensorInfo>& tensors)
    : file_(std::move(file)) {
  nlohmann::ordered_json header;
  header["__metadata__"] = {{"format", "pt"}};  // transformers refuses a file without it
  for (const TensorInfo& tensor : tensors) {
    if (header.contains(tensor.name)) throw std::logic_error("two tensors are called " + tensor.name);
    header[tensor.name] = {{"dtype", dtype_name(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {left_, left_ + tensor.bytes()}}};
    left_ += tensor.bytes();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  file_.write(std::as_bytes(std::span(&length, 1)));
  file_.write(text);
}

void SafetensorsWriter::append(std::span<const std::byte> bytes) {
  if (bytes.size() > left_)
    throw std::logic_error(fmt::format("{} bytes more than the header says", bytes.size() - left_));
  file_.write(bytes);
  left_ -= bytes.size();
}

void SafetensorsWriter::finish() {
  if (left_ != 0) throw std::logic_error(fmt::format("{} bytes fewer than the header says", left_));
  file_.commit();
}

}  // namespace radixlab
