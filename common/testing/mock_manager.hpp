/// \file
/// A manager that does what a test tells it, for the tests of those who use one.
#pragma once
#include <gmock/gmock.h>

#include "contract/snapshot.hpp"

namespace radixlab {

class MockManager : public BaseCacheManager {
 public:
  MOCK_METHOD(CacheHandle, match_prefix, (PrefixKey), (override));
  MOCK_METHOD(void, copy_pages, (const CacheHandle&, std::span<PageId>), (const, override));
  MOCK_METHOD(CacheHandle, whole_pages, (const CacheHandle&), (const, override));
  MOCK_METHOD(void, lock_handle, (const CacheHandle&), (override));
  MOCK_METHOD(void, unlock_handle, (const CacheHandle&), (override));
  MOCK_METHOD(InsertResult, insert_prefix, (PrefixKey, std::span<const PageId>, const CacheHandle&), (override));
  MOCK_METHOD(std::vector<PageId>, evict, (std::size_t), (override));
  MOCK_METHOD(void, retain, (const CacheHandle&, std::int32_t, std::uint64_t), (override));
  MOCK_METHOD(void, rename_pages, (std::span<const PageMove>), (override));
  MOCK_METHOD(void, request_ended, (PrefixKey, std::size_t), (override));
  MOCK_METHOD(std::vector<PageId>, reset, (), (override));
  MOCK_METHOD(SizeInfo, size_info, (), (const, override));
  MOCK_METHOD(Snapshot, snapshot, (), (const, override));
};

}  // namespace radixlab
