#include <stdexcept>

#include "07-eviction/clairvoyant.hpp"

namespace radixlab {

void NextUses::add(std::span<const std::uint64_t> pages) {
  if (begin_.size() >= kNever - 1) throw std::length_error("NextUses: more requests than 32 bits can count");
  const auto request = static_cast<std::uint32_t>(begin_.size());
  begin_.push_back(next_.size());
  for (const std::uint64_t page : pages) {
    const auto [newest, is_new] = newest_.try_emplace(page, next_.size());
    if (!is_new) next_[newest->second] = request;
    newest->second = next_.size();
    next_.push_back(kNever);
  }
}

std::uint32_t NextUses::next(std::size_t request, std::size_t page) const {
  const std::size_t begin = begin_.at(request);
  const std::size_t end = request + 1 < begin_.size() ? begin_[request + 1] : next_.size();
  if (page >= end - begin)
    throw std::out_of_range("NextUses: request " + std::to_string(request) + " has " + std::to_string(end - begin) +
                            " whole pages, but page " + std::to_string(page) + " is asked for");
  return next_[begin + page];
}

// Of the end that the leaf has now: a cut has moved it, and what a request had of a leaf another may go on from.
std::uint64_t ClairvoyantPolicy::score(const Node& leaf, std::uint64_t) {
  const std::uint64_t ended = leaf.use.policy_word;
  if (ended == 0) return 0;  // no request that ended had it
  return ~std::uint64_t{uses_->next(ended - 1, leaf.end / (leaf.tokens.size() / leaf.pages.size()) - 1)};
}

void ClairvoyantPolicy::request_ended(EndedRequest& request) {
  ++ended_;
  for (Node* const node : request.path()) node->use.policy_word = ended_;
}

}  // namespace radixlab
