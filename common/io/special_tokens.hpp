/// \file
/// Texts that are one token wherever they stand.
#pragma once

#include <bitset>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "contract/cache_manager.hpp"

namespace radixlab {

class SpecialTokens {
 public:
  /// Of two ids for one text the later holds. An empty text is none.
  void add(const std::string& text, TokenId id);

  struct Place {
    std::size_t at = 0, size = 0;  ///< [bytes]
    TokenId id = 0;
  };
  /// The first in `text`, the longest of those that begin there. O(bytes up to it), and a look-up for each length of a
  /// special token where one may begin.
  std::optional<Place> first_in(std::string_view text) const;

 private:
  std::map<std::string, TokenId, std::less<>> ids_;
  std::set<std::size_t, std::greater<>> sizes_;  // of the texts, longest first
  std::bitset<256> begins_;                      // first bytes
};

}  // namespace radixlab
