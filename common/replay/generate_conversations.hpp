/// \file
/// Seeded traces of conversations, for judging policies: which blocks of text a request has, and no text.
///
///   request   blocks        a conversation goes on when a request has all whole blocks of an earlier one
///   1         0 1 2         the last block of each is ragged: no later request has it
///   2         0 1 3 4       second turn of request 1
///   3         0 5           another, behind the same system prompt
///
/// How a conversation grows, pauses and ends is drawn per seed from ranges around what public traces show, so that two
/// seeds differ in their habits too, and not in their noise alone.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace radixlab {

inline constexpr std::size_t kConversationBlock = 512;  ///< [tokens]

struct ConversationRequest {
  double seconds = 0;                 ///< since the trace's begin; does not decrease
  std::size_t tokens = 0;             ///< all blocks are full but the last, which has 1 to 511
  std::vector<std::uint64_t> blocks;  ///< each names a block and all before it: 0, 1, 2, ... in the order of first use
};

/// People (two groups); people of four habits; people whose pauses get longer midway; people and tool loops; people and
/// one-shot calls on templates; and two hostile ones: who never came back always does from the middle on, or the reverse.
inline constexpr std::string_view kConversationKinds[] = {"chat", "mix", "drift", "agent", "api", "flip", "flop"};

/// So many requests, in order. The numbers are drawn in integers and shaped by the system's logarithm and cosine: another
/// system may round one of them otherwise and give a slightly other trace. O(blocks log requests). Throws
/// std::invalid_argument, which lists the kinds, for another kind.
std::vector<ConversationRequest> conversations(std::string_view kind, std::uint64_t seed,
                                               std::size_t requests = 12'000);

}  // namespace radixlab
