/// \file
/// How large a KV cache is, and how much of it several sequences could share. After seed 004, section 1.2, with its size
/// repaired (S7): keys and values both, and the heads that are kept, not the width of the model.
///
///   tokens    1 2 3 4 5 10 11       apart   3 x 7 tokens
///             1 2 3 4 5 20 21       shared  5 + 3 x 2 tokens: a prefix that an earlier sequence has is kept once
///             1 2 3 4 5 30 31
#pragma once
#include <span>
#include <vector>

#include "contract/cache_manager.hpp"
#include "io/model_config.hpp"

namespace radixlab {

/// Bytes that one token's keys and values take, over all layers. A page of P tokens takes P times as many.
inline std::size_t kv_bytes_per_token(const ModelConfig& config, DType type) {
  constexpr std::size_t kKeysAndValues = 2;
  return kKeysAndValues * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * dtype_size(type);
}

/// For each sequence, how many tokens at its front an earlier one has too [sequences]. O(sequences^2 tokens).
std::vector<std::size_t> shared_with_earlier(std::span<const std::vector<TokenId>> sequences);

struct PagesNeeded {
  std::size_t apart = 0;   ///< every sequence has pages of its own
  std::size_t shared = 0;  ///< whole pages with one prefix are kept once; partly filled ones are never shared
};

/// Pages of `page_size` tokens that hold all sequences at once; with pages of 1 these are tokens. Throws
/// std::invalid_argument for pages of 0.
PagesNeeded pages_needed(std::span<const std::vector<TokenId>> sequences, std::size_t page_size);

}  // namespace radixlab
