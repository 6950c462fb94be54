#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "08-engine/demo_steps.hpp"
#include "apps/demo_questions.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPositions = 200, kRowPage = 16, kLayer = 1, kShown = 6;

/// What the keys and values of one KV head are, position by position [kPositions, head_dim].
struct HeadRows {
  std::vector<std::vector<float>> keys, values;
};

HeadRows rows_of(const PageManager& pages, std::span<const PageId> table, std::size_t head) {
  HeadRows rows;
  for (const PageId id : table) {
    const KvPage page = pages.get_page(id, kLayer);
    for (std::size_t place = 0; place < kRowPage && rows.keys.size() < kPositions; ++place) {
      const auto key = page.key(head, place), value = page.value(head, place);
      rows.keys.emplace_back(key.begin(), key.end());
      rows.values.emplace_back(value.begin(), value.end());
    }
  }
  return rows;
}

std::vector<float> scores_of(std::span<const float> query, const HeadRows& rows) {
  std::vector<float> scores;
  const float scale = 1 / std::sqrt(static_cast<float>(query.size()));
  for (const auto& key : rows.keys)
    scores.push_back(scale * std::inner_product(query.begin(), query.end(), key.begin(), 0.0f));
  return scores;
}

// All scores are kept: their maximum is found first, then everything is summed up.
template <class Number>
std::vector<Number> in_two_passes(const std::vector<float>& scores, const HeadRows& rows) {
  const Number largest = *std::ranges::max_element(scores);
  std::vector<Number> mixed(rows.values.front().size());
  Number sum = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Number weight = std::exp(static_cast<Number>(scores[i]) - largest);
    sum += weight;
    for (std::size_t d = 0; d < mixed.size(); ++d) mixed[d] += weight * static_cast<Number>(rows.values[i][d]);
  }
  for (Number& number : mixed) number /= sum;
  return mixed;
}

void print_first(const std::vector<float>& scores) {
  fmt::print("   {:<10}{:>10}{:>16}{:>26}\n", "position", "score", "largest so far", "sum of exp(s - largest)");
  float largest = scores[0], sum = 0;
  for (std::size_t i = 0; i < kShown; ++i) {
    const float now = std::max(largest, scores[i]);
    sum = sum * std::exp(largest - now) + std::exp(scores[i] - now);
    largest = now;
    fmt::print("   {:<10}{:>10.4f}{:>16.4f}{:>26.6f}\n", i, scores[i], largest, sum);
  }
}

struct Furthest {
  double largest = 0, between = 0, one_pass = 0, two_passes = 0;
};

void compare(std::span<const float> one, const std::vector<float>& two, const std::vector<double>& exact,
             Furthest& far) {
  for (std::size_t d = 0; d < two.size(); ++d) {
    const auto apart = [](double a, double b) { return std::abs(a - b); };
    far.largest = std::max(far.largest, std::abs(exact[d]));
    far.between = std::max(far.between, apart(one[d], two[d]));
    far.one_pass = std::max(far.one_pass, apart(one[d], exact[d]));
    far.two_passes = std::max(far.two_passes, apart(two[d], exact[d]));
  }
}

}  // namespace

void show_softmax(Demo& demo, DemoModel& model) {
  demo.step(fmt::format("Softmax in one pass: a row that looks at {} positions, page by page", kPositions));
  std::vector<TokenId> text = first_questions(model.folder, model.tokenizer, 1).front().prompt;
  text.resize(kPositions);
  std::vector<PageId> table((kPositions + kRowPage - 1) / kRowPage);
  std::iota(table.begin(), table.end(), PageId{0});
  PageManager pages(model.device, model.pool("engine", table.size(), kRowPage));
  AttentionExecutor executor(model.device, pages);
  model.device.reserve(kPositions, kPositions);
  model.device.run(Sequence{text, 0, table}, {});

  const ModelConfig& config = model.device.config();
  const std::size_t heads = config.num_attention_heads, group = heads / config.num_key_value_heads;
  const std::size_t dim = config.head_dim;
  std::vector<HeadRows> rows;
  for (std::size_t head = 0; head < config.num_key_value_heads; ++head) rows.push_back(rows_of(pages, table, head));
  std::vector<float> query;  // its own keys: numbers of the model, in the space that queries live in
  for (std::size_t h = 0; h < heads; ++h) std::ranges::copy(rows[h / group].keys.back(), std::back_inserter(query));

  const std::vector<float> one = executor.compute_attention_with_cached_kv(query, kLayer, table, kPositions - 1);
  Furthest far;
  for (std::size_t h = 0; h < heads; ++h) {
    const auto scores = scores_of(std::span(query).subspan(h * dim, dim), rows[h / group]);
    if (h == 0) print_first(scores);
    compare(std::span(one).subspan(h * dim, dim), in_two_passes<float>(scores, rows[h / group]),
            in_two_passes<double>(scores, rows[h / group]), far);
  }
  fmt::print(
      "   ...\n\n   {} numbers come out, the largest is {:.3f}. One pass and two passes are {:.1e} apart at most; from "
      "double\n"
      "   precision the one is {:.1e} away, the other {:.1e}. One pass keeps no scores: {} floats a head, for any "
      "length.\n"
      "   (The query is the row's own keys: real numbers, which a person can ask for.)\n",
      one.size(), far.largest, far.between, far.one_pass, far.two_passes, dim + 2);
  demo.figure("softmax.positions", kPositions);
  demo.figure("softmax.numbers", one.size());
  demo.figure("softmax.apart", far.between);
  demo.figure("softmax.one_pass", far.one_pass);
  demo.figure("softmax.two_passes", far.two_passes);
  demo.figure("softmax.largest", far.largest);
}

}  // namespace radixlab
