/// \file
/// What prompts of ten kinds look like to a prefix cache. All of a kind is drawn from one seed, in whole numbers alone.
#pragma once
#include <cstdint>
#include <vector>

#include "contract/cache_manager.hpp"

namespace radixlab {

using Texts = std::vector<std::vector<TokenId>>;  ///< prompts, in the order in which they are asked

Texts shared_system_prompt_texts(
    std::uint64_t seed);                          ///< one application: 500 tokens that all share, 60 to 140 of its own
Texts multi_turn_chat_texts(std::uint64_t seed);  ///< 64 people at a time; most conversations end after a turn or two
Texts document_qa_texts(std::uint64_t seed);      ///< 40 documents, some asked about far more often than others
Texts few_shot_tree_texts(std::uint64_t seed);    ///< three examples, of four each, in front of a question
Texts rag_texts(std::uint64_t seed);              ///< three retrieved passages, the most relevant first
Texts code_completion_texts(std::uint64_t seed);  ///< 30 files, typed into; now and then the cursor jumps
Texts agent_texts(std::uint64_t seed);            ///< 8 tool loops at a time: a step adds to all that was said
Texts short_prompt_texts(std::uint64_t seed);     ///< a template of 40 to 120 tokens, 25 to 85 of its own, one shot
Texts unrelated_texts(std::uint64_t seed);        ///< no two begin alike

}  // namespace radixlab
