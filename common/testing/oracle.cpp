#include "testing/oracle.hpp"

#include <algorithm>
#include <string>

namespace radixlab {
namespace {

bool begins_with(std::span<const TokenId> text, std::span<const TokenId> start) {
  return start.size() <= text.size() && std::equal(start.begin(), start.end(), text.begin());
}

}  // namespace

std::size_t Oracle::longest(PrefixKey key) const {
  std::size_t best = 0;
  for (const auto& [page, held] : held_) {
    if (held.cache_salt != key.cache_salt) continue;
    const auto prefix = held.prefix();
    const auto stop = std::mismatch(prefix.begin(), prefix.end(), key.tokens.begin(), key.tokens.end()).first;
    best = std::max(best, static_cast<std::size_t>(stop - prefix.begin()));
  }
  return partial_hits_ ? best : best / page_size_ * page_size_;
}

void Oracle::hold(PrefixKey key, std::span<const PageId> pages, const std::vector<bool>& given) {
  const auto text = std::make_shared<const std::vector<TokenId>>(key.tokens.begin(), key.tokens.end());
  for (std::size_t i = 0; i < pages.size(); ++i)
    if (given[i])
      held_.insert_or_assign(pages[i], Held{key.cache_salt, text, std::min((i + 1) * page_size_, text->size())});
}

PageId Oracle::renamed(PageId page, std::span<const PageMove> moves) {
  const auto move = std::ranges::find(moves, page, &PageMove::from);
  return move == moves.end() ? page : move->to;
}

void Oracle::rename(std::span<const PageMove> moves) {
  std::map<PageId, Held> held;
  for (auto& [page, what] : held_) held.emplace(renamed(page, moves), what);
  held_ = std::move(held);
}

const Oracle::Held* Oracle::find(PageId page) const {
  const auto it = held_.find(page);
  return it == held_.end() ? nullptr : &it->second;
}

std::string Oracle::mismatch(PrefixKey key, std::span<const PageId> pages) const {
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const Held* const held = find(pages[i]);
    const std::string who =
        "page " + std::to_string(pages[i]) + " for tokens " + std::to_string(i * page_size_) + " and on";
    if (!held) return who + ", which is not cached";
    const bool same_place = (held->len - 1) / page_size_ == i && held->cache_salt == key.cache_salt;
    if (!same_place ||
        !begins_with(held->prefix(), key.tokens.first(std::min((i + 1) * page_size_, key.tokens.size()))))
      return who + ", which holds another prefix";
  }
  return {};
}

const PageId* Oracle::orphan_of(const Held& gone) const {
  const PageId* orphan = nullptr;
  for (const auto& [page, held] : held_) {
    if (held.cache_salt != gone.cache_salt || !begins_with(held.prefix(), gone.prefix())) continue;
    if ((held.len - 1) / page_size_ == (gone.len - 1) / page_size_) return nullptr;  // another page holds this stretch
    orphan = &page;
  }
  return orphan;
}

}  // namespace radixlab
