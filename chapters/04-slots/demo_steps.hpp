/// \file
/// The steps of demo_04. Figures go to `demo` under the names that README.md's marks use.
#pragma once
#include <filesystem>
#include <span>

#include "01-naive-manager/factory.hpp"
#include "apps/demo.hpp"
#include "io/dtype.hpp"

namespace radixlab {

/// A mask in levels: the way to the lowest free slot, and versions through alloc, free and occupy.
void show_slots(Demo& demo);

/// The trie of the header's figure, call by call, until its newest row is taken anew.
void show_trie(Demo& demo);

/// Six requests on a pool of four rows: what is copied, what takes no row, what is evicted.
void show_rows(Demo& demo, std::span<const Stage> stages);

/// A hit of n tokens of a document, copied between two rows of the model's KV pool, beside computing it.
void show_copying(Demo& demo, const std::filesystem::path& model, DType type);

/// What README.md's tables say, and the answers to questions.json under their names, from runs; prints nothing.
void keep_numbers(Demo& demo);

}  // namespace radixlab
