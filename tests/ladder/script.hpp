/// \file
/// The requests that every cell of the ladder serves: chosen so that each thing that a prefix cache can get wrong
/// happens.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "contract/cache_manager.hpp"

namespace radixlab {

struct Prompt {
  std::vector<TokenId> tokens;
  std::uint32_t cache_salt = 0;
};

/// Requests that are alive at the same time and take steps in turn; the next act begins when all have ended.
struct Act {
  std::vector<Prompt> requests;
  bool evict_at_once = false;  ///< at each unlock all that is not locked is evicted, as if others needed the room
};

/// For pages of P tokens: a document of 3P+1 tokens; its first 2P-1, 2P and 2P+1; the whole again; one that leaves it
/// inside the second page; twins; the same text under another salt; another text, during which all goes that is not
/// locked, and one more; the document, evicted by now; a text of 2P.
///
/// Then four at once, in pages all of which are taken soon. The first reads the document, and goes on when the others have
/// evicted all that they may. The second takes the last pages that are old. The third hits the text of 2P and finds no
/// room: what is left is its own hit. The fourth finds room there, though what the first holds was used longer ago.
///
/// Behind them stands a text of `long_text` tokens, if that is not 0. Token ids are below `vocab_size`; the same for the
/// same arguments on every machine.
std::vector<Act> make_script(std::size_t page_size, std::size_t vocab_size, std::size_t long_text = 0);

/// The P at which no request of the script, with three new tokens, is longer than `max_len` tokens.
inline std::size_t unit_that_fits(std::size_t max_len) { return (max_len - 5) / 3; }

/// Pages for which the script just does not fit at once, so that those of one act compete for them.
std::size_t script_pages(std::size_t page_size);

}  // namespace radixlab
