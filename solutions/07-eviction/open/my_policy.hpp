// Least recently used, but a leaf that was ever hit counts as used 32 ticks later than it was. So a text that comes once goes a
// little sooner, one that came back stays a little longer, and a favourite of last week goes too. The order is fixed between two
// uses, so a victim costs O(log leaves).
#pragma once
#include "07-eviction/open.hpp"

namespace radixlab {

class BonusPolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t now) override;
};

}  // namespace radixlab
