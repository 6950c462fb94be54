/// \file
/// Chapter 12 of the proof that a chapter is a folder: naive once more, which counts what it is asked.
#pragma once
#include "01-naive-manager/naive_cache_manager.hpp"

namespace radixlab {

class ToyCacheManager : public NaiveCacheManager {
 public:
  /// 12.1  Counts the look-up, and finds nothing. O(1).
  CacheHandle match_prefix(PrefixKey key) override;

  std::size_t look_ups() const { return look_ups_; }

 private:
  std::size_t look_ups_ = 0;
};

}  // namespace radixlab
