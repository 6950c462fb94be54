// Chapter 08, task 8.2: where a position lies, and which pages of a step nobody else may write.
#include "scene.hpp"
#include "testing/expect_refused.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Pages = std::vector<PageId>;

/// A batch by hand: each request has a page table, and computes tokens from a position on.
class HandMade {
 public:
  HandMade& add(RequestId id, const Pages& table, std::size_t start, std::size_t num_tokens) {
    EngineRequest& r = requests_.emplace_back();
    r.id = id;
    r.at_desk.tokens = text(0, start + num_tokens);
    r.at_desk.computed = start;
    r.at_desk.pages = table;
    batch_.requests.push_back({&r, num_tokens});
    batch_.sequences.push_back({std::span(r.at_desk.tokens).subspan(start), start, r.at_desk.pages});
    batch_.num_rows += num_tokens;
    return *this;
  }
  std::vector<std::size_t> slots(std::size_t page_size = 4) const { return slot_mapping(batch_, page_size); }
  std::string refused(std::size_t page_size = 4) const {
    try {
      slots(page_size);
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return kWentThrough;
  }
  static constexpr const char* kWentThrough = "it went through";

 private:
  std::list<EngineRequest> requests_;
  Batch batch_;
};

TEST(Lab08PageTables, T2_APositionLiesInItsPage) {
  const Pages table = {7, 2, 9};
  EXPECT_EQ(slot_of(table, 9, 4), 37u) << "position 9 with pages of 4 is place 1 of the third page, which is page 9";
  for (const std::size_t P : {1, 3, 4, 16})
    for (std::size_t position = 0; position < 3 * P; ++position)
      ASSERT_EQ(slot_of(table, position, P), table[position / P] * P + position % P)
          << "position " << position << " with pages of " << P;
}

TEST(Lab08PageTables, T2_LargePoolsHaveMoreSlotsThan32BitsCount) {
  const Pages table = {0, 0xfffffff0u};
  EXPECT_EQ(slot_of(table, 64 + 5, 64), 0xfffffff0ull * 64 + 5);
}

TEST(Lab08PageTables, T2_APositionBeyondTheTable) {
  const Pages table = {7, 2, 9};
  const auto says = [&](std::span<const PageId> pages, std::size_t position) -> std::string {
    try {
      return "slot " + std::to_string(slot_of(pages, position, 4));
    } catch (const std::out_of_range& error) {
      return error.what();
    }
  };
  EXPECT_EQ(says(table, 11), "slot 39") << "the last one of the table";
  EXPECT_THAT(says(table, 12), HasSubstr("12")) << "std::out_of_range says the position";
  EXPECT_THAT(says(table, 12), HasSubstr("3 pages")) << "std::out_of_range says the table";
  EXPECT_THAT(says(table, 1000), HasSubstr("position 1000"));
  if (HasFailure()) return;  // below, what is not refused would be read
  EXPECT_THAT(says({}, 0), HasSubstr("0 pages")) << "a request that waits has no table";
}

TEST(Lab08PageTables, T2_SlotsRowByRow) {
  HandMade batch;
  batch.add(0, {4, 7, 0, 2, 9}, 16, 3).add(1, {1, 5}, 5, 1).add(2, {3, 6}, 2, 4);
  EXPECT_THAT(batch.slots(), ElementsAre(36, 37, 38, 21, 14, 15, 24, 25)) << "A's rows, then B's, then C's";
  EXPECT_THAT(HandMade().slots(), ElementsAre()) << "an empty step writes nothing";
  EXPECT_THAT(HandMade().add(0, {8, 3, 5}, 1, 2).slots(1), ElementsAre(3, 5)) << "pages of one token";
}

TEST(Lab08PageTables, T2_MayReadWhatOthersRead) {
  HandMade batch;
  batch.add(0, {4, 7, 2}, 8, 2).add(1, {4, 7, 3}, 8, 3).add(2, {4, 7, 5}, 8, 1);
  EXPECT_THAT(batch.slots(), ElementsAre(8, 9, 12, 13, 14, 20))
      << "three requests share pages 4 and 7, which nobody writes";
}

TEST(Lab08PageTables, T2_I22_NobodyWritesWhatAnotherReads) {
  for (const bool writer_first : {true, false}) {
    HandMade batch;
    batch.add(11, {8}, 0, 1);
    if (writer_first) batch.add(12, {4, 7}, 5, 1);
    batch.add(13, {4, 7, 3}, 8, 3);
    if (!writer_first) batch.add(12, {4, 7}, 5, 1);
    const std::string words = batch.refused();
    EXPECT_THAT(words, testing::StartsWith("I22")) << "request 12 writes in page 7, which request 13 reads";
    EXPECT_THAT(words, HasSubstr("page 7")) << "the page is named";
    EXPECT_THAT(words, HasSubstr("request 12")) << "who writes is named";
    EXPECT_THAT(words, HasSubstr("request 13")) << "who reads is named";
    EXPECT_THAT(words, testing::Not(HasSubstr("request 13 writes"))) << "request 12 writes, request 13 reads";
  }
}

TEST(Lab08PageTables, T2_I22_NobodyWritesWhatAnotherWrites) {
  HandMade batch;
  batch.add(21, {4, 7}, 5, 1).add(22, {8}, 0, 2).add(23, {5, 7}, 6, 1);
  const std::string words = batch.refused();
  EXPECT_THAT(words, testing::StartsWith("I22")) << "requests 21 and 23 write in page 7";
  EXPECT_THAT(words, HasSubstr("page 7"));
  EXPECT_THAT(words, HasSubstr("request 21"));
  EXPECT_THAT(words, HasSubstr("request 23"));
  HandMade fresh;
  fresh.add(24, {4, 7}, 4, 1).add(25, {5, 7}, 4, 4);
  EXPECT_THAT(fresh.refused(), testing::StartsWith("I22")) << "both begin page 7: neither reads it, and both write it";
}

TEST(Lab08PageTables, T2_I22_EachPageOfAChunkCounts) {
  for (std::size_t page = 0; page < 4; ++page) {
    HandMade batch;
    batch.add(31, {3, 4, 5, 6}, 0, 16).add(32, {static_cast<PageId>(3 + page), 9}, 4, 1);
    EXPECT_THAT(batch.refused(), HasSubstr("page " + std::to_string(3 + page)))
        << "request 31 writes in pages 3 to 6, request 32 reads one of them";
  }
}

TEST(Lab08PageTables, T2_ARequestReadsWhatItWrites) {
  HandMade batch;
  batch.add(0, {4, 7}, 3, 5).add(1, {5, 6}, 0, 8);
  EXPECT_THAT(batch.slots(), ElementsAre(19, 28, 29, 30, 31, 20, 21, 22, 23, 24, 25, 26, 27))
      << "its own pages, which it reads and writes in one step";
}

TEST(Lab08PageTables, T2_AReservedPageIsNotUsedYet) {
  HandMade batch;
  batch.add(0, {4, 7}, 2, 2).add(1, {7, 6}, 0, 3);
  const std::string words = batch.refused();
  if (words != HandMade::kWentThrough)
    FAIL()
        << "it throws, though page 7 is only reserved: request 0 has pages 4 7 and writes positions 2 and 3, both in "
           "page 4; request 1 has pages 7 6 and writes in page 7. It says: "
        << words;
  EXPECT_THAT(batch.slots(), ElementsAre(18, 19, 28, 29, 30));
}

TEST(Lab08PageTables, T2_APageTableThatIsTooShort) {
  HandMade batch;
  batch.add(0, {4}, 3, 2);
  EXPECT_THROW(batch.slots(), std::out_of_range) << "position 4 is beyond a table of one page";
}

TEST(Lab08PageTables, T2_TheRoutersPagesPass) {
  Scene s;
  s.failure.reset();  // the cache's calls say nothing of slots
  s.store(text(1, 12));
  Batch batch;
  for (const TokenId last : {90, 120}) {
    EngineRequest& r = s.admitted(text(1, 12) + text(last, 6));
    batch.requests.push_back({&r, r.num_left()});
    batch.sequences.push_back({std::span(r.at_desk.tokens).subspan(12), 12, r.at_desk.pages});
    batch.num_rows += 6;
  }
  std::vector<std::size_t> slots;
  EXPECT_NO_THROW(slots = slot_mapping(batch, 4)) << "two requests share three pages, and write in pages of their own";
  EXPECT_EQ(slots.size(), 12u);
}

}  // namespace
}  // namespace radixlab
