#include "visualize/overlay.hpp"

#include <algorithm>
#include <stdexcept>

namespace radixlab {
namespace {

constexpr std::size_t kNone = Piece::kNone;

}  // namespace

Overlay::Overlay(const Snapshot& before, const Snapshot& after) {
  if (!before.nodes.empty() && !after.nodes.empty() &&
      (before.page_size != after.page_size || before.tree != after.tree))
    throw std::invalid_argument("a difference needs two snapshots of one page size, and of one kind of manager");
  add(before, Piece::kBefore);
  add(after, Piece::kAfter);
  gather();
}

void Overlay::add(const Snapshot& snapshot, std::size_t side) {
  const std::size_t P = std::max<std::size_t>(snapshot.page_size, 1);
  std::map<std::uint32_t, std::size_t> ends;  // the last spot of each node
  for (const NodeView& node : snapshot.nodes) {
    const auto above = ends.find(node.parent);
    std::size_t at = node.parent == 0 || above == ends.end() ? kNone : above->second;
    if (!snapshot.tree) at = spot(at, node.cache_salt, node.tokens);  // two entries share nothing but the whole text
    for (std::size_t i = 0; i * P < node.tokens.size(); ++i) {
      const auto from = node.tokens.begin() + static_cast<std::ptrdiff_t>(i * P);
      const auto length = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(P), node.tokens.end() - from);
      at = spot(at, node.cache_salt, {from, from + length});
      spots_[at].node[side] = &node;
      if (i < node.pages.size()) spots_[at].page[side] = node.pages[i];
    }
    ends[node.id] = at;
  }
}

std::size_t Overlay::spot(std::size_t parent, std::uint32_t salt, std::vector<TokenId> tokens) {
  const auto [known, is_new] = known_.try_emplace({parent, salt, tokens}, spots_.size());
  if (is_new) spots_.push_back({parent, salt, std::move(tokens)});
  return known->second;
}

void Overlay::gather() {
  std::vector<std::size_t> piece_of(spots_.size(), kNone);
  for (std::size_t i = 0; i < spots_.size(); ++i) {
    const Spot& spot = spots_[i];
    const std::size_t above = spot.parent == kNone ? kNone : piece_of[spot.parent];
    piece_of[i] = above;
    if (!spot.node[Piece::kBefore] && !spot.node[Piece::kAfter]) continue;
    if (above == kNone || pieces_[above].node != spot.node) {
      piece_of[i] = pieces_.size();
      (above == kNone ? tops_ : pieces_[above].children).push_back(pieces_.size());
      for (const std::size_t side : {Piece::kBefore, Piece::kAfter})
        if (spot.node[side]) of_[side][spot.node[side]].push_back(pieces_.size());
      pieces_.push_back({spot.node, above, spot.cache_salt});
    }
    Piece& piece = pieces_[piece_of[i]];
    piece.tokens.insert(piece.tokens.end(), spot.tokens.begin(), spot.tokens.end());
    for (const std::size_t side : {Piece::kBefore, Piece::kAfter})
      if (spot.node[side]) piece.pages[side].push_back(spot.page[side]);
  }
  const auto by_text = [&](std::size_t a, std::size_t b) {
    return std::tie(pieces_[a].cache_salt, pieces_[a].tokens) < std::tie(pieces_[b].cache_salt, pieces_[b].tokens);
  };
  std::ranges::stable_sort(tops_, by_text);
  for (Piece& piece : pieces_) std::ranges::stable_sort(piece.children, by_text);
}

}  // namespace radixlab
