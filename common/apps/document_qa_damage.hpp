/// \file
/// doc_qa --damage PAGE: one page of a cache is overwritten on purpose, to see that not a bit of it goes unseen.
#pragma once
#include <optional>
#include <string>

#include "apps/document_qa.hpp"

namespace radixlab {

/// The KV of page `from` is copied over page `page`, and the cache is not told.
struct Damage {
  PageId page, from;
};

/// Both pages are cached in `cache`, and far from each other. Throws InputError if `page` is not cached, with the pages
/// that are, or if it is the only one.
Damage choose_damage(const Snapshot& cache, const std::string& manager, PageId page);

/// The first questions about each document before all others: once they are answered, every document is cached.
/// Returns how many they are.
std::size_t put_first_questions_first(std::vector<Ask>& asks);

}  // namespace radixlab
