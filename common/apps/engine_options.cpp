#include "apps/engine_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <stdexcept>
#include <thread>

#include "apps/devices.hpp"
#include "io/error.hpp"
#include "ladder.hpp"
#include "visualize/dump_tree.hpp"

namespace radixlab {

void add_engine_options(CLI::App& app, EngineOptions& options) {
  app.add_option("--model", options.model, "Hugging Face Llama directory")->required()->check(CLI::ExistingDirectory);
  app.add_option("--page-size", options.page_size, "Tokens a page")->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--kv-tokens", options.kv_tokens, "Tokens that the KV pool holds; 0: enough for all requests")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1} << 40));
  app.add_option("--chunk", options.chunk, "Prompt tokens computed at a time; 0: all");
  app.add_option("--threads", options.threads, "Threads; 0: one a core")->check(CLI::Range(0, 256));
  app.add_option("--isa", options.isa, "Instruction set; all give the same bits")
      ->check(CLI::IsMember(isa_choices()))
      ->capture_default_str();
  add_dtype_option(app, options.dtype);
  app.add_option("--device", options.device, "Where it runs")
      ->check(CLI::IsMember(device_names()))
      ->capture_default_str();
}

void add_dtype_option(CLI::App& app, std::string& dtype) {
  app.add_option("--dtype", dtype,
                 "Type of weights, activations and KV; auto: bfloat16 if the checkpoint is, else float32")
      ->check(CLI::IsMember({"auto", "float32", "bfloat16"}))
      ->capture_default_str();
}

CLI::Validator drawing_file(const std::string& what) {
  const auto trouble = [what](const std::string& name) -> std::string {
    try {
      check_drawing_file(name, what);
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  return CLI::Validator(trouble, "");
}

void add_dump_tree_option(CLI::App& app, std::string& file, const std::string& which) {
  app.add_option("--dump-tree", file,
                 "Writes the tree of " + which + "; FILE ends in .dot, .svg, .png or .txt, and a large tree is folded")
      ->type_name("FILE")
      ->check(drawing_file("a tree"));
}

std::size_t chosen_threads(const EngineOptions& options) {
  return options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
}

Isa chosen_isa(const EngineOptions& options) {
  const Isa isa = options.isa == "best" ? best_isa() : parse_isa(options.isa);
  if (!isa_supported(isa)) {
    throw std::invalid_argument("--isa " + options.isa + ": this processor lacks it; it has up to " +
                                std::string(isa_name(best_isa())));
  }
  return isa;
}

DType chosen_type(const std::string& dtype, const std::filesystem::path& model) {
  return dtype == "auto" ? natural_type(read_model_config(model)) : *weight_dtype(dtype);
}

std::size_t pages_for(const EngineOptions& options, const Device& device, std::size_t tokens) {
  const std::size_t wanted = options.kv_tokens ? options.kv_tokens : tokens;
  const std::size_t pages = (wanted + options.page_size - 1) / options.page_size;
  const double bytes = static_cast<double>(device.page_bytes(options.page_size)) * static_cast<double>(pages);
  const auto memory = static_cast<double>(device.free_bytes());
  if (bytes > memory) {
    throw std::invalid_argument("a KV pool of " + grouped(wanted) + " tokens needs " +
                                readable_bytes(static_cast<std::uint64_t>(bytes)) + "; this machine has " +
                                readable_bytes(static_cast<std::uint64_t>(memory)) + " (--kv-tokens sets the size)");
  }
  return pages;
}

std::size_t page_size_for(std::string_view manager, std::size_t page_size, std::size_t longest) {
  const auto row = std::ranges::find(kLadder, manager, [](const Stage& stage) { return std::string_view(stage.name); });
  return row != kLadder.end() && row->whole_texts ? longest : page_size;
}

const char* lab_of_missing(std::string_view manager) { return lab_to_do(manager); }

std::string built_or_above(std::string_view manager) {
  std::string_view built = kLadder[1].name;  // row 00 has none
  for (const Stage& stage : kLadder) {
    if (stage.make) built = stage.name;
    if (stage.name == manager) return std::string(built);
  }
  return std::string(manager);
}

}  // namespace radixlab
