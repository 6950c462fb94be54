/// \file
/// The rules that hold between two steps of an engine.
#pragma once
#include "08-engine/engine.hpp"
#include "apps/first_wrong_bit.hpp"
#include "testing/story.hpp"

namespace radixlab {

/// Throws IntegrityError: check_integrity()'s rules; I4; I3 and I16, who needs each page; I18. `story`: of the manager, or nullptr.
void check_pages(Engine& engine, const PageSource& source, const Story* story, std::size_t num_pages);

/// For the fault "abort": of a running request's pages, those that others run on too are filled with NaN.
void free_shared_pages(Engine& engine, RequestId id, Device& device, KvLedger& ledger, FirstWrongBit* watch);

}  // namespace radixlab
