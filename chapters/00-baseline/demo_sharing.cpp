#include <cstring>
#include <fmt/format.h>

#include "00-baseline/demo_steps.hpp"
#include "00-baseline/kv_size.hpp"
#include "apps/cli.hpp"
#include "io/error.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

using Tokens = std::vector<TokenId>;

const Tokens kPrefix = {1, 2, 3, 4, 5};
const std::vector<Tokens> kSuffixes = {{10, 11}, {20, 21}, {30, 31}};

Tokens operator+(Tokens a, const Tokens& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Seed 004's model: 4 layers of keys that are 128 wide.
ModelConfig seeds_model() {
  ModelConfig config;
  config.num_hidden_layers = 4;
  config.num_key_value_heads = 1;
  config.head_dim = 128;
  return config;
}

std::string kibibytes(std::size_t bytes) { return fmt::format("{:.2f} KiB", static_cast<double>(bytes) / 1024); }

void add_tokens(std::vector<Cell>& row, const Tokens& tokens, std::string_view colour) {
  for (const TokenId token : tokens) row.push_back({.text = std::to_string(token), .colour = colour, .width = 22});
}

std::string bytes_of(const Tokens& tokens, std::size_t token_bytes) {
  return grouped(tokens.size() * token_bytes) + " B";
}

std::vector<Cell> headline(const std::string& words) {
  return {{.text = words, .columns = kPrefix.size(), .bold = true, .left = true}};
}

// Left: every sequence by itself.
CellRows apart_rows(std::size_t tokens, std::size_t token_bytes) {
  CellRows rows = {headline(fmt::format("apart: {} tokens, {}", tokens, kibibytes(tokens * token_bytes)))};
  for (std::size_t i = 0; i < kSuffixes.size(); ++i) {
    std::vector<Cell> row = {{.text = fmt::format("sequence {}", i + 1), .left = true}};
    add_tokens(row, kPrefix, i == 0 ? cell_colour::shared : cell_colour::wasted);
    add_tokens(row, kSuffixes[i], cell_colour::own);
    const std::string copies = i == 0 ? "" : ", of them copies " + bytes_of(kPrefix, token_bytes);
    row.push_back({.text = bytes_of(kPrefix + kSuffixes[i], token_bytes) + copies, .left = true});
    rows.push_back(std::move(row));
  }
  return rows;
}

// Right: the prefix once, and a branch to each suffix.
std::string sharing_picture(const PagesNeeded& tokens, std::size_t token_bytes) {
  CellRows shared = {
      headline(fmt::format("shared: {} tokens,", tokens.shared)), headline(kibibytes(tokens.shared * token_bytes)), {}};
  add_tokens(shared.back(), kPrefix, cell_colour::shared);
  shared.back().back().port = "end";
  shared.push_back({{.text = bytes_of(kPrefix, token_bytes), .columns = kPrefix.size()}});
  std::string dot = fmt::format(
      "{}  graph [rankdir=LR, ranksep=0.4, nodesep=0.15];\n  apart [label=<{}>];\n  shared [label=<{}>];\n"
      "  apart -> shared [style=invis];\n",
      kCellsHead, cell_table(apart_rows(tokens.apart, token_bytes)), cell_table(shared));
  for (std::size_t i = 0; i < kSuffixes.size(); ++i) {
    std::vector<Cell> suffix;
    add_tokens(suffix, kSuffixes[i], cell_colour::own);
    suffix.push_back({.text = bytes_of(kSuffixes[i], token_bytes), .left = true});
    dot += fmt::format("  suffix{} [label=<{}>];\n  shared:end:e -> suffix{}:w;\n", i, cell_table({suffix}), i);
  }
  return dot + "}\n";
}

// All keys and values of tokens [first, last) of a text, computed from its beginning.
std::vector<float> kv_of(Device& device, const Tokens& text, std::size_t first, std::size_t last) {
  device.make_pool(1, text.size());
  device.reserve(text.size(), text.size());
  const PageId page = 0;
  device.run({text, 0, {&page, 1}}, {});
  std::vector<float> numbers;
  for (KvPlace at; at.layer < device.config().num_hidden_layers; ++at.layer)
    for (at.kv_head = 0; at.kv_head < device.config().num_key_value_heads; ++at.kv_head)
      for (at.place = first; at.place < last; ++at.place)
        for (at.d = 0; at.d < device.config().head_dim; ++at.d) {
          numbers.push_back(device.key(at));
          numbers.push_back(device.value(at));
        }
  return numbers;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// What may be shared, by a real model: a token's keys and values depend on the tokens before it and on no later one.
void show_why(Demo& demo, Device& device) {
  const std::size_t n = kPrefix.size();
  const std::vector<float> prefix = kv_of(device, kPrefix, 0, n);
  bool equal = true;
  for (const Tokens& suffix : kSuffixes) equal &= same_bits(prefix, kv_of(device, kPrefix + suffix, 0, n));
  const Tokens& suffix = kSuffixes.front();
  const bool alone =
      same_bits(kv_of(device, suffix, 0, suffix.size()), kv_of(device, kPrefix + suffix, n, n + suffix.size()));
  fmt::print("\n   K and V of 1 2 3 4 5, by the model: {} in all three, {} numbers bit for bit\n",
             equal ? "the same" : "NOT THE SAME", grouped(prefix.size()));
  fmt::print("   K and V of 10 11, computed alone as the seed does: {} as behind 1 2 3 4 5\n",
             alone ? "THE SAME" : "not the same");
  demo.figure("sharing.prefix_equal", equal);
  demo.figure("sharing.suffix_alone_equal", alone);
  if (!equal || alone) throw CheckFailed("keys and values do not depend on the tokens before them, and only on those");
}

}  // namespace

void show_sharing(Demo& demo, Device& device) {
  demo.step("What sharing saves: seed 004's three sequences, 5 tokens in common and 2 of their own");
  std::vector<Tokens> sequences;
  sequences.reserve(kSuffixes.size());
  for (const Tokens& suffix : kSuffixes) sequences.push_back(kPrefix + suffix);
  const std::size_t bytes = kv_bytes_per_token(seeds_model(), DType::f32);
  const PagesNeeded tokens = pages_needed(sequences, 1);
  const double saved = 100.0 - 100.0 * static_cast<double>(tokens.shared) / static_cast<double>(tokens.apart);
  fmt::print("   4 layers, 128 wide, float32: {} bytes a token\n", grouped(bytes));
  fmt::print("   apart    {:>2} tokens   {}\n", tokens.apart, kibibytes(tokens.apart * bytes));
  fmt::print("   shared   {:>2} tokens   {}   {:.1f} % saved\n", tokens.shared, kibibytes(tokens.shared * bytes),
             saved);
  demo.figure("sharing.token", bytes);
  demo.figure("sharing.apart", tokens.apart * bytes);
  demo.figure("sharing.shared", tokens.shared * bytes);
  demo.figure("sharing.saved_percent", saved);
  show_why(demo, device);
  demo.picture("sharing", sharing_picture(tokens, bytes));
}

}  // namespace radixlab
