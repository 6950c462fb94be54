#include "testing/fake_kv.hpp"

#include <string>

#include "contract/snapshot.hpp"

namespace radixlab {
namespace {

// One step of the prefix hash: the KV of a token depends on all tokens before it, and on who may see it.
std::uint64_t next(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15U + (hash << 6) + (hash >> 2);
  hash *= 0xbf58476d1ce4e5b9U;
  return hash < 2 ? hash + 2 : hash;  // 0 and 1 mean something else
}

}  // namespace

std::size_t FakeKv::index(std::span<const PageId> table, std::size_t token) const {
  return std::size_t{table[token / page_size_]} * page_size_ + token % page_size_;
}

void FakeKv::copy_kv(PageId from, PageId to, std::size_t tokens) {
  const PageId pages[] = {from, to};
  for (std::size_t i = 0; i < tokens; ++i) places_.at(index(pages, page_size_ + i)) = places_.at(index(pages, i));
  copied_tokens_ += tokens;
}

void FakeKv::write(PrefixKey text, std::span<const PageId> table, std::size_t begin) {
  std::uint64_t hash = text.cache_salt;
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    hash = next(hash, static_cast<std::uint32_t>(text.tokens[i]));
    if (i >= begin) places_.at(index(table, i)) = hash;
  }
}

std::optional<std::size_t> FakeKv::first_wrong(PrefixKey text, std::span<const PageId> table) const {
  std::uint64_t hash = text.cache_salt;
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    hash = next(hash, static_cast<std::uint32_t>(text.tokens[i]));
    if (places_.at(index(table, i)) != hash) return i;
  }
  return {};
}

void FakeKv::check(PrefixKey text, std::span<const PageId> table) const {
  const std::optional<std::size_t> token = first_wrong(text, table);
  if (!token) return;
  const std::uint64_t found = places_.at(index(table, *token));
  const std::string where = " is read for token " + std::to_string(*token);
  const std::string page = "page " + std::to_string(table[*token / page_size_]);
  if (found == kPoison) throw IntegrityError("I33: " + page + where + ", but was freed");
  if (found == kUnwritten) throw IntegrityError("I23: " + page + where + ", but was never written there");
  throw IntegrityError("I10: " + page + where + ", but holds the KV of another prefix");
}

void FakeKv::poison(PageId page) {
  for (std::size_t i = 0; i < page_size_; ++i) places_.at(page * page_size_ + i) = kPoison;
}

}  // namespace radixlab
