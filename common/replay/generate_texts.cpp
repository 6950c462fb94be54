#include "replay/generate_texts.hpp"

#include <algorithm>

#include "replay/random.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

Text joined(Text a, const Text& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Conversations that take turns at random: `begin` makes a new one, `go_on` adds the next turn, or says that there is none.
template <class Begin, class GoOn>
Texts conversations_of(WorkloadRandom& random, std::size_t requests, std::size_t at_a_time, Begin begin, GoOn go_on) {
  Texts open, all;
  for (std::size_t i = 0; i < at_a_time; ++i) open.push_back(begin());
  while (all.size() < requests) {
    Text& text = open[random.below(at_a_time)];
    all.push_back(text);
    if (!go_on(text)) text = begin();
  }
  return all;
}

struct SourceFile {
  Text text;
  std::size_t cursor = 0;  // [tokens] in front of it
};

}  // namespace

Texts shared_system_prompt_texts(std::uint64_t seed) {
  WorkloadRandom random(seed);
  const Text prompt = random.text(500);
  Texts all;
  while (all.size() < 1000) {
    all.push_back(prompt);
    random.append(all.back(), random.between(60, 140));
  }
  return all;
}

Texts multi_turn_chat_texts(std::uint64_t seed) {
  WorkloadRandom random(seed);
  const Text prompt = random.text(96);
  return conversations_of(
      random, 2000, 64, [&] { return joined(prompt, random.text(random.between(20, 400))); },
      [&](Text& text) {
        if (random.below(100) >= 60) return false;
        random.append(text, random.between(120, 420));  // the answer, and what is said next
        return true;
      });
}

Texts document_qa_texts(std::uint64_t seed) {
  WorkloadRandom random(seed);
  Texts documents, all;
  while (documents.size() < 40) documents.push_back(random.text(random.between(1500, 4000)));
  while (all.size() < 800) {
    all.push_back(documents[random.zipf(documents.size())]);
    random.append(all.back(), random.between(20, 60));
  }
  return all;
}

Texts few_shot_tree_texts(std::uint64_t seed) {
  constexpr std::size_t kLevels = 3, kChoices = 4;
  WorkloadRandom random(seed);
  const Text task = random.text(100);
  Texts examples, all;
  while (examples.size() < kLevels * kChoices) examples.push_back(random.text(random.between(50, 90)));
  while (all.size() < 1500) {
    Text text = task;
    for (std::size_t level = 0; level < kLevels; ++level)
      text = joined(text, examples[level * kChoices + random.below(kChoices)]);
    all.push_back(joined(text, random.text(random.between(40, 80))));
  }
  return all;
}

Texts rag_texts(std::uint64_t seed) {
  constexpr std::size_t kPassages = 3;
  WorkloadRandom random(seed);
  const Text prompt = random.text(64);
  Texts passages, all;
  while (passages.size() < 400) passages.push_back(random.text(random.between(200, 400)));
  while (all.size() < 1500) {
    std::vector<std::size_t> found;
    while (found.size() < kPassages) {
      const std::size_t passage = random.zipf(passages.size());
      if (std::ranges::count(found, passage) == 0) found.push_back(passage);
    }
    Text text = prompt;
    for (const std::size_t passage : found) text = joined(text, passages[passage]);
    all.push_back(joined(text, random.text(random.between(20, 60))));
  }
  return all;
}

Texts code_completion_texts(std::uint64_t seed) {
  WorkloadRandom random(seed);
  std::vector<SourceFile> files(30);
  for (SourceFile& file : files) {
    file.text = random.text(random.between(1000, 3000));
    file.cursor = random.below(file.text.size());
  }
  Texts all;
  while (all.size() < 1500) {
    SourceFile& file = files[random.zipf(files.size())];
    if (random.below(12) == 0) file.cursor = random.below(file.text.size());
    const Text typed = random.text(random.between(4, 40));
    file.text.insert(file.text.begin() + static_cast<std::ptrdiff_t>(file.cursor), typed.begin(), typed.end());
    file.cursor += typed.size();
    all.emplace_back(file.text.begin(), file.text.begin() + static_cast<std::ptrdiff_t>(file.cursor));
  }
  return all;
}

Texts agent_texts(std::uint64_t seed) {
  WorkloadRandom random(seed);
  const Text tools = random.text(1500);
  return conversations_of(
      random, 1000, 8, [&] { return joined(tools, random.text(random.between(200, 600))); },
      [&](Text& text) {
        if (random.below(40) == 0) return false;
        random.append(text, random.between(40, 240));  // what the model called, and what came back
        return true;
      });
}

Texts short_prompt_texts(std::uint64_t seed) {
  WorkloadRandom random(seed);
  Texts templates, all;
  while (templates.size() < 24) templates.push_back(random.text(random.between(40, 120)));
  while (all.size() < 3000) {
    all.push_back(templates[random.zipf(templates.size())]);
    random.append(all.back(), random.between(25, 85));
  }
  return all;
}

Texts unrelated_texts(std::uint64_t seed) {
  WorkloadRandom random(seed);
  Texts all;
  while (all.size() < 1000) all.push_back(random.text(random.between(200, 600)));
  return all;
}

}  // namespace radixlab
