/// \file
/// Two snapshots laid over each other, page by page. For difference.cpp alone.
#pragma once

#include <array>
#include <map>
#include <tuple>
#include <vector>

#include "contract/snapshot.hpp"

namespace radixlab {

/// A stretch of text that is one node, or in none, before, and one node, or in none, after.
struct Piece {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1), kBefore = 0, kAfter = 1;
  std::array<const NodeView*, 2> node{};  // before, after
  std::size_t parent = kNone;             // an earlier piece
  std::uint32_t cache_salt = 0;
  std::vector<TokenId> tokens;
  std::array<std::vector<PageId>, 2> pages;
  std::vector<std::size_t> children;
};

class Overlay {
 public:
  /// Both must outlive it. Throws std::invalid_argument as find_difference says.
  Overlay(const Snapshot& before, const Snapshot& after);

  const std::vector<Piece>& pieces() const { return pieces_; }  // parents before children
  const std::vector<std::size_t>& tops() const { return tops_; }
  /// The pieces of a node of one snapshot, in the order of their text.
  const std::vector<std::size_t>& of(std::size_t side, const NodeView* node) const { return of_[side].at(node); }

 private:
  struct Spot {  // a page's stretch behind all that comes before it
    std::size_t parent;
    std::uint32_t cache_salt;
    std::vector<TokenId> tokens;
    std::array<const NodeView*, 2> node{};
    std::array<PageId, 2> page{};
  };
  void add(const Snapshot& snapshot, std::size_t side);
  std::size_t spot(std::size_t parent, std::uint32_t salt, std::vector<TokenId> tokens);
  void gather();

  std::vector<Spot> spots_;  // parents before children
  std::map<std::tuple<std::size_t, std::uint32_t, std::vector<TokenId>>, std::size_t> known_;
  std::vector<Piece> pieces_;
  std::vector<std::size_t> tops_;
  std::array<std::map<const NodeView*, std::vector<std::size_t>>, 2> of_;
};

}  // namespace radixlab
