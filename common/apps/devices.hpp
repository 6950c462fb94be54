/// \file
/// The devices by name, as --device and the rows of the ladder know them: a chapter that brings one adds a line to the
/// table in devices.cpp.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "llm/device.hpp"
#include "llm/model.hpp"

namespace radixlab {

std::vector<std::string> device_names();

/// `model` and `threads` must outlive it; `isa` is for devices that are this processor. Throws std::invalid_argument for
/// an unknown name, with the names that there are.
std::unique_ptr<Device> make_device(std::string_view name, const Model& model, Isa isa, ThreadPool& threads);

}  // namespace radixlab
