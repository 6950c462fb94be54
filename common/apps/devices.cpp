#include "apps/devices.hpp"

#include <stdexcept>

#include "llm/cpu_device.hpp"

namespace radixlab {
namespace {

struct Row {
  const char* name;
  std::unique_ptr<Device> (*make)(const Model&, Isa, ThreadPool&);
};

constexpr Row kDevices[] = {
    {"cpu",
     [](const Model& model, Isa isa, ThreadPool& threads) -> std::unique_ptr<Device> {
       return std::make_unique<CpuDevice>(model, isa, threads);
     }},
};

}  // namespace

std::vector<std::string> device_names() {
  std::vector<std::string> names;
  for (const Row& row : kDevices) names.emplace_back(row.name);
  return names;
}

std::unique_ptr<Device> make_device(std::string_view name, const Model& model, Isa isa, ThreadPool& threads) {
  std::string known;
  for (const Row& row : kDevices) {
    if (row.name == name) return row.make(model, isa, threads);
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw std::invalid_argument("device \"" + std::string(name) + "\": expected one of " + known);
}

}  // namespace radixlab
