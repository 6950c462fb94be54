/// \file
/// The steps of demo_00 that fill a file each. Figures go to `demo` under the names that README.md's marks use.
#pragma once
#include <vector>

#include "apps/demo.hpp"
#include "apps/document_qa.hpp"
#include "llm/device.hpp"

namespace radixlab {

/// "How large it is": the formula for every preset, in both types, a token and a page.
void show_sizes(Demo& demo, const ModelConfig& shipped, std::size_t page_size);

/// "What sharing saves": seed 004's three sequences, their sizes, and why keys and values may be shared at all.
void show_sharing(Demo& demo, Device& device);

/// "The waste": tokens computed again, and bytes held twice if all requests are kept.
void show_waste(Demo& demo, Device& device, const std::vector<Ask>& asks, std::size_t page_size);

}  // namespace radixlab
