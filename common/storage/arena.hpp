/// \file
/// Memory for many texts and lists of all lengths, that come and go.
///
///   a step   | block                                                     | block | free   | block       | end |
///              its size, the size of the block before, caller's bytes                    sizes in grains of 16 bytes
///
/// The first steps have 64 KiB, later ones up to 2 MiB. If a block does not fit into that, then its step is as many times
/// 2 MiB as it needs. Steps of 2 MiB ask for huge pages: if the system gives them, then writing new texts costs one page
/// fault each 2 MiB, not each 4 KiB.
///
/// Free blocks stand in lists by size, 8 lists for each power of two. A word says which powers have a free block, and a byte
/// for each power says which of its lists have one; so the next list that is large enough is found without a search
/// (two-level segregated fit). If a block is given back, then it becomes one with free neighbours. If all of a step is free,
/// then it goes back to the system; one such step is kept.
///
/// Invariants:
///
///   blocks cover a step without a gap; no two free blocks are neighbours
///   a free block stands in the list of its size, and that list's bits are set
///   at most one step is all free
///
/// A block is the caller's bytes and 8 more, rounded up to 16; it has at least 32. One thread at a time.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace radixlab {

class Arena {
 public:
  Arena() = default;
  ~Arena();  ///< gives all steps back; what still lies in them is gone
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// `bytes` of memory on a boundary of 8. Throws std::bad_alloc, with nothing changed; so for more than 2^34 bytes, too.
  /// O(1), beside asking the system for a step.
  void* take(std::size_t bytes);
  /// REQUIRES: `memory` is from take() of this arena, and was not given back. O(1); O(steps) if a step goes back. Never
  /// throws.
  void give(void* memory) noexcept;

  std::size_t bytes() const { return bytes_; }  ///< [bytes] of all steps together

 private:
  static constexpr std::size_t kGrain = 16, kHeader = 8;
  static constexpr std::uint32_t kLeast = 2;  // [grains] of a block: the links of a free one need them
  static constexpr unsigned kLists = 32 * 8;  // 8 a power of two

  struct Block {
    std::uint32_t size;              // [grains], its header included; 0: the end of a step
    std::uint32_t size_before : 31;  // [grains] of the block before it; 0: the first of a step
    std::uint32_t is_free : 1;
    Block* next;  // in its list, while it is free
    Block* previous;

    std::byte* start() { return reinterpret_cast<std::byte*>(this); }
    Block& after() { return *reinterpret_cast<Block*>(start() + std::size_t{size} * kGrain); }
    Block& block_before() { return *reinterpret_cast<Block*>(start() - std::size_t{size_before} * kGrain); }
  };

  struct Step {
    std::byte* memory;
    std::size_t bytes;
  };

  static unsigned list_of(std::uint32_t grains);  // where a free block of this size stands
  Block* find(std::uint32_t grains) const;        // a free block that is large enough, or nullptr
  Block& add_step(std::uint32_t grains);          // the free block that fills it
  void drop_step(Block& all_of_it) noexcept;
  void put(Block& block) noexcept;                                // into its list, as free
  void unlink(Block& block) noexcept;                             // out of it, as taken
  static void resize(Block& block, std::size_t grains) noexcept;  // its size, and size_before of the block after it

  std::array<Block*, kLists> lists_{};
  std::array<std::uint8_t, 32> filled_{};  // by power: a bit for each of its lists that has a block
  std::uint32_t powers_ = 0;               // a bit for each power that has one
  std::vector<Step> steps_;
  std::size_t bytes_ = 0, empty_steps_ = 0;
};

}  // namespace radixlab
