// Chapter 04, task 4.1: who owns the free rows.
#include <gtest/gtest.h>

#include "04-slots/slot_allocator.hpp"
#include "testing/expect_refused.hpp"

namespace radixlab {
namespace {

std::vector<std::int32_t> drain(SlotAllocator& slots) {
  std::vector<std::int32_t> taken;
  while (taken.size() < 1000000 && slots.free_count() > 0) taken.push_back(slots.alloc());
  return taken;
}

TEST(Lab04Slots, T1_TheLowestFreeSlotGoesFirst) {
  SlotAllocator slots(5);
  EXPECT_EQ(drain(slots), (std::vector<std::int32_t>{0, 1, 2, 3, 4}))
      << "I30: of five free slots alloc gives the lowest, five times";
  slots.free(3);
  slots.free(1);
  EXPECT_EQ(slots.alloc(), 1) << "I30: 1 and 3 are free, and 1 is lower; which was freed last does not count";
  EXPECT_EQ(slots.alloc(), 3) << "I30: 3 is the only free slot";
}

TEST(Lab04Slots, T1_FullIsMinusOne) {
  SlotAllocator slots(2), none(0);
  drain(slots);
  EXPECT_EQ(slots.alloc(), -1) << "seed 002: alloc answers -1 where all slots are taken";
  EXPECT_EQ(slots.free_count(), 0u) << "an alloc that got nothing must take nothing";
  EXPECT_EQ(none.alloc(), -1) << "an allocator of no slots is full from the beginning";
}

TEST(Lab04Slots, T1_FreeCountFollows) {
  SlotAllocator slots(3);
  slots.alloc();
  slots.alloc();
  EXPECT_EQ(slots.free_count(), 1u) << "two of three slots are taken";
  slots.free(0);
  EXPECT_EQ(slots.free_count(), 2u) << "one of them was freed";
  slots.occupy(0);
  EXPECT_EQ(slots.free_count(), 1u) << "and was occupied again";
}

TEST(Lab04Slots, T1_VersionsRiseInAllocAlone) {
  SlotAllocator slots(2);
  EXPECT_EQ(slots.version(0), 0u) << "nobody took slot 0 yet";
  slots.alloc();
  EXPECT_EQ(slots.version(0), 1u) << "I30: alloc gives slot 0 to a new text, so its version rises";
  EXPECT_EQ(slots.version(1), 0u) << "the version of another slot must not change";
  slots.free(0);
  EXPECT_EQ(slots.version(0), 1u) << "I30: a slot that is free still holds its text; its version must not change at "
                                     "free, or nobody could find that text again";
  slots.occupy(0);
  EXPECT_EQ(slots.version(0), 1u) << "I30: who occupies a slot goes on with its text; with a new version every node of "
                                     "the trie that names it would look stale";
  slots.free(0);
  slots.alloc();
  EXPECT_EQ(slots.version(0), 2u) << "I30: taken anew, for another text";
}

TEST(Lab04Slots, T1_OccupyTakesAFreeSlot) {
  SlotAllocator slots(3);
  slots.occupy(1);
  EXPECT_FALSE(slots.is_free(1)) << "slot 1 was occupied";
  EXPECT_EQ(drain(slots), (std::vector<std::int32_t>{0, 2})) << "I30: slot 1 is taken, so alloc must pass it over";
}

TEST(Lab04Slots, T1_OccupyOfATakenSlotIsRefused) {
  SlotAllocator slots(2);
  slots.alloc();
  SCOPED_TRACE("S8: slot 0 is taken; the seed's XOR turns its bit, and so gives it to the next who asks");
  expect_refused("I30", [&] { slots.occupy(0); });
  EXPECT_FALSE(slots.is_free(0)) << "S8: occupy of a taken slot has freed it";
  EXPECT_EQ(slots.free_count(), 1u) << "a call that is refused changes nothing";
}

TEST(Lab04Slots, T1_ADoubleFreeIsRefused) {
  SlotAllocator slots(2);
  slots.alloc();
  slots.free(0);
  SCOPED_TRACE(
      "S8: slot 0 is free already; whoever frees it again believes that it is his, and it may be somebody "
      "else's soon");
  expect_refused("I30", [&] { slots.free(0); });
  EXPECT_EQ(slots.free_count(), 2u) << "a call that is refused changes nothing";
}

TEST(Lab04Slots, T1_AForeignSlotIsRefused) {
  SlotAllocator slots(3);
  for (const std::int32_t foreign : {-1, 3, 64, INT32_MAX}) {
    SCOPED_TRACE("I30: there are slots 0, 1 and 2; " + std::to_string(foreign) + " is not one of them");
    expect_refused(
        "I30", [&] { slots.free(foreign); }, "free");
    expect_refused(
        "I30", [&] { slots.occupy(foreign); }, "occupy");
  }
}

// Levels of 64: one word, two, one level more, and one slot beyond.
TEST(Lab04Slots, T1_AnyNumberOfSlots) {
  for (const std::size_t count : {1u, 63u, 64u, 65u, 4095u, 4096u, 4097u, 70000u}) {
    SCOPED_TRACE(std::to_string(count) + " slots");
    SlotAllocator slots(count);
    const auto last = static_cast<std::int32_t>(count - 1), middle = last / 2;
    for (std::int32_t slot = 0; slot <= last; ++slot)  // each at once: behind a wrong one the masks may lead anywhere
      ASSERT_EQ(slots.alloc(), slot)
          << "I30: alloc gave another slot than the lowest free one: is a bit of an upper level out of step?";
    ASSERT_EQ(slots.alloc(), -1) << "all are taken";
    slots.free(last);
    ASSERT_EQ(slots.alloc(), last) << "the one free slot, far behind: a word that was full has to be seen again";
    if (middle == last) continue;
    slots.free(last), slots.free(middle);
    ASSERT_EQ(slots.alloc(), middle) << "the lower of two free slots";
  }
}

TEST(Lab04Slots, T1_SixteenMillionSlots) {
  SlotAllocator slots(1 << 24);
  for (std::int32_t i = 0; i < 200; ++i) ASSERT_EQ(slots.alloc(), i) << "four words show the way, in 2^24 slots too";
  slots.occupy((1 << 24) - 1);
  EXPECT_EQ(slots.free_count(), (1u << 24) - 201);
}

TEST(Lab04Slots, GivenItIsThePageSource) {
  SlotAllocator slots(1);
  PageSource& source = slots;
  EXPECT_EQ(source.take(), PageId{0});
  EXPECT_EQ(source.take(), std::nullopt);
  source.give(0);
  EXPECT_EQ(source.free_count(), 1u);
  expect_refused("I30", [&] { source.give(UINT32_MAX); });
}

}  // namespace
}  // namespace radixlab
