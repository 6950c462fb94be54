// What a server's prompts look like to a cache: on each workload a row whose hits end inside pages finds at least what
// chapter 05's tree finds in whole pages, from a pool of the same size.
#include <gmock/gmock.h>

#include "01-naive-manager/scheduler_cache.hpp"
#include "replay/cache_workloads.hpp"
#include "row_kinds.hpp"

namespace radixlab {
namespace {

struct NoKv : KvStore {
  std::size_t copied = 0;  // [tokens]
  void copy_kv(PageId, PageId, std::size_t tokens) override { copied += tokens; }
};

struct Found {
  std::size_t tokens = 0, copied = 0;
};

/// Each request from start to finish, one after the other.
Found serve(const CacheWorkload& work, std::string_view row, std::size_t page_size) {
  const std::size_t pages =
      work.capacity > 0 ? work.capacity / page_size : work.tokens() / page_size + work.requests.size();
  const ManagedPool made = create_cache_manager(row, {.page_size = page_size, .num_pages = pages});
  NoKv kv;
  const auto desk = set_up_desk(made.make_desk, *made.manager, *made.source, kv, page_size);
  Found found;
  for (const auto& tokens : work.requests) {
    Request r{.tokens = tokens};
    if (!desk->start(r)) throw std::logic_error("a request has no room alone");
    found.tokens += r.hit;
    r.computed = r.tokens.size();
    desk->finish(r);
  }
  found.copied = kv.copied;
  return found;
}

class ServerWorkload : public testing::TestWithParam<char> {};

TEST_P(ServerWorkload, InsidePagesAtLeastAsMuchIsFound) {
  const CacheWorkload work = make_cache_workload(GetParam()).value();
  for (const std::size_t P : {4, 16}) {
    const Found whole = serve(work, "radix", P), inside = serve(work, "paged", P);
    EXPECT_GE(inside.tokens, whole.tokens) << "P = " << P;
    EXPECT_EQ(whole.copied, 0u);
    RecordProperty("found_more_P" + std::to_string(P), std::to_string(inside.tokens - whole.tokens));
    std::printf("%c, P = %zu: radix %zu, paged %zu tokens found, %zu of them copied\n", GetParam(), P, whole.tokens,
                inside.tokens, inside.copied);
  }
}

INSTANTIATE_TEST_SUITE_P(Workloads, ServerWorkload, testing::ValuesIn(kCacheWorkloads),
                         [](const auto& letter) { return std::string(1, letter.param); });

}  // namespace
}  // namespace radixlab
