#include "cells.hpp"

#include <algorithm>

namespace radixlab {
namespace {

// Of a row of whole texts the table says at which max_len it runs, and the script's texts are cut to that.
std::vector<std::size_t> page_sizes_of(const Stage& stage, const Axes& axes) {
  if (!stage.whole_texts) return axes.page_sizes.empty() ? std::vector<std::size_t>{1, 8, 16, 64} : axes.page_sizes;
  if (axes.page_sizes.empty()) return stage.page_sizes;
  std::vector<std::size_t> asked = stage.page_sizes;
  std::erase_if(asked, [&](std::size_t size) { return std::ranges::count(axes.page_sizes, size) == 0; });
  return asked.empty() ? std::vector{stage.page_sizes.front()} : asked;
}

}  // namespace

std::vector<Isa> isas_of(DType type, const Axes& axes) {
  const auto is_fit = [&](Isa isa) { return type == DType::bf16 || isa <= Isa::avx512; };
  std::vector<Isa> supported = supported_isas(), chosen;
  std::erase_if(supported, [&](Isa isa) { return !is_fit(isa); });
  for (const std::string& name : axes.isas) {
    const Isa isa = name == "best" ? supported.back() : parse_isa(name);
    if (is_fit(isa)) chosen.push_back(isa);
  }
  return chosen;
}

std::vector<Cell> all_cells(const Axes& axes, const Stage& stage) {
  std::vector<Cell> cells;
  const auto add = [&](const std::string& model, DType type) {
    for (const Isa isa : isas_of(type, axes)) {
      for (const std::size_t page_size : page_sizes_of(stage, axes)) {
        for (const std::size_t threads : axes.threads) {
          for (const std::size_t chunk : axes.chunks) {
            const std::size_t unit = stage.whole_texts ? unit_that_fits(page_size) : page_size;
            for (const char* const policy : stage.policies) {
              for (const char* const device : stage.devices)
                cells.push_back({model, type, page_size, threads, isa, chunk, unit, policy, device});
            }
          }
        }
      }
    }
  };
  for (const std::string& model : axes.model_names) {
    for (const std::string& type : axes.dtypes) add(model, *weight_dtype(type));
  }
  return cells;
}

std::size_t expected_cells(const Axes& axes, const Stage& stage) {
  std::size_t ways = 0;  // types with their instruction sets
  for (const std::string& type : axes.dtypes) ways += isas_of(*weight_dtype(type), axes).size();
  return ways * axes.model_names.size() * page_sizes_of(stage, axes).size() * axes.threads.size() * axes.chunks.size() *
         stage.policies.size() * stage.devices.size();
}

bool is_slow(const Cell& cell) {
  return cell.isa == Isa::scalar && cell.script_page >= 64 && (cell.threads != 2 || cell.chunk != 7);
}

bool has_two_blocks(const Cell& cell) {
  return cell.chunk == 0 && script_pages(cell.page_size) * cell.page_size > kTwoBlocks + 2 &&
         cell.isa == isas_of(cell.type, {.isas = {"best"}}).front();
}

}  // namespace radixlab
