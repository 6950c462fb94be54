/// \file
/// The options that every program with a model shares, and the parts that they describe.
#pragma once
#include <cstddef>
#include <string>

#include "01-naive-manager/factory.hpp"
#include "apps/cli.hpp"
#include "kernels/cpu/isa.hpp"
#include "llm/device.hpp"

namespace radixlab {

struct EngineOptions {
  std::string model;           ///< a Hugging Face Llama directory
  std::size_t page_size = 16;  ///< [tokens]
  std::size_t kv_tokens = 0;   ///< [tokens] of the KV pool; 0: as many as all requests of the run
  std::size_t chunk = 0;       ///< [tokens] of the prompt a step; 0: all
  std::size_t threads = 0;     ///< 0: one a core
  std::string isa = "best", dtype = "auto", device = "cpu";
};

void add_engine_options(CLI::App& app, EngineOptions& options);
void add_dtype_option(CLI::App& app, std::string& dtype);  ///< --dtype alone

/// For an option's check(): a name that check_drawing_file() takes, told when the options are read.
CLI::Validator drawing_file(const std::string& what);

/// --dump-tree, for dump_tree(): "Writes the tree of " + `which`. What check_tree_file() refuses is told
/// when the options are read.
void add_dump_tree_option(CLI::App& app, std::string& file, const std::string& which);

std::size_t chosen_threads(const EngineOptions& options);
Isa chosen_isa(const EngineOptions& options);  ///< throws std::invalid_argument if the processor lacks it

/// The type to compute in; for "auto" the one of the checkpoint's config.json. Throws as read_model_config does.
DType chosen_type(const std::string& dtype, const std::filesystem::path& model);

/// Pages for `tokens` tokens. Throws std::invalid_argument, with both numbers, if the device has not the memory free.
std::size_t pages_for(const EngineOptions& options, const Device& device, std::size_t tokens);

/// [tokens] of a page: `page_size`, but where a row's page holds a whole text, the longest request.
std::size_t page_size_for(std::string_view manager, std::size_t page_size, std::size_t longest);

/// "05" where the row of that name waits for its lab in this build, else nullptr.
const char* lab_of_missing(std::string_view manager);

/// `manager`, or the nearest row above it that has one in this build; where none has, the first that will.
std::string built_or_above(std::string_view manager);

}  // namespace radixlab
