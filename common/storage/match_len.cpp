#include "storage/match_len.hpp"

#include <algorithm>
#include <cstring>

namespace radixlab {

std::size_t get_match_len(std::span<const TokenId> a, std::span<const TokenId> b) {
  constexpr std::size_t kBlock = 64;  // tokens that the library's memcmp compares in a few wide steps
  const std::size_t n = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i + kBlock <= n && std::memcmp(a.data() + i, b.data() + i, kBlock * sizeof(TokenId)) == 0) i += kBlock;
  for (; i + 2 <= n; i += 2) {
    std::uint64_t x, y;
    std::memcpy(&x, a.data() + i, sizeof x);
    std::memcpy(&y, b.data() + i, sizeof y);
    if (x != y) break;
  }
  while (i < n && a[i] == b[i]) ++i;
  return i;
}

}  // namespace radixlab
