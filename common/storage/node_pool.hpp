/// \file
/// Nodes that never move (a Node* stays good until drop()), each with a name that a handle can carry safely.
///
///   id          which slot of the arena: 32 bits, used again after drop()
///   generation  how often the slot changed hands: odd while it is in use, so a name is good only as long as its
///               node (I28)
#pragma once
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace radixlab {

/// REQUIRES of Node: a default constructor, and members std::uint32_t id, generation that the pool alone writes.
/// A const pool makes and drops nothing; its nodes are as open as behind any pointer.
/// make() and drop() are O(1); memory comes in blocks and goes back when the pool dies.
template <class Node>
class NodePool {
 public:
  Node& make() {
    make_room();
    Node& node = slot(free_.back());
    free_.pop_back();
    ++node.generation;
    return node;
  }

  /// The next make() cannot fail.
  void make_room() {
    if (free_.empty()) grow();
  }

  /// Everything that the node held is released; its name is refused from now on. Never throws.
  void drop(Node& node) noexcept {
    const std::uint32_t id = node.id, generation = node.generation + 1;
    std::destroy_at(&node);
    std::construct_at(&node);
    node.id = id;
    node.generation = generation;
    free_.push_back(id);  // grow() reserved the room
  }

  /// The node that (id, generation) names; throws std::logic_error (I28) if it is gone, or never was.
  Node& at(std::uint32_t id, std::uint32_t generation) const {
    if (id >= made_ || generation % 2 == 0 || slot(id).generation != generation)
      throw std::logic_error("I28: the handle names node " + std::to_string(id) + " of generation " +
                             std::to_string(generation) + ", which is gone");
    return slot(id);
  }

  std::size_t size() const { return made_ - free_.size(); }  ///< nodes in use

 private:
  static constexpr std::uint32_t kBlock = 256;  // nodes

  Node& slot(std::uint32_t id) const { return blocks_[id / kBlock][id % kBlock]; }

  void grow() {
    if (made_ > UINT32_MAX - kBlock) throw std::length_error("NodePool: 2^32 nodes are in use");
    free_.reserve(made_ + kBlock);
    blocks_.push_back(std::make_unique<Node[]>(kBlock));
    for (std::uint32_t i = 0; i < kBlock; ++i) slot(made_ + i).id = made_ + i;
    for (std::uint32_t i = kBlock; i-- > 0;) free_.push_back(made_ + i);  // the lowest is taken first
    made_ += kBlock;
  }

  std::vector<std::unique_ptr<Node[]>> blocks_;
  std::vector<std::uint32_t> free_;  // a stack of ids
  std::uint32_t made_ = 0;           // slots in all blocks
};

}  // namespace radixlab
