#include "01-naive-manager/predict.hpp"

namespace radixlab {

// Nothing is kept, so each prompt is computed from its first token on: 8,120.
std::size_t predicted_computed() { return std::size_t{4} * (2000 + 30); }

// 2,030 / 16 = 126.9, and what is begun is a whole page: 127. The requests do not run at the same time.
std::size_t predicted_pages() { return 127; }

// All but the last token: its row gives the logits of the first new token, so it must be run, hit or no hit (I8).
std::size_t predicted_looked_up() { return 2030 - 1; }

// K and V, 12 layers, 4 KV heads of 64 numbers of 4 bytes: 24,576. The 12 query heads keep nothing.
std::size_t predicted_kv_bytes() { return std::size_t{2} * 12 * 4 * 64 * 4; }

// Seed 003: naive consumes all. The count says 7; the handle, which is empty, says that it holds none of them (S10).
std::size_t predicted_insert_answer() { return 7; }

std::size_t predicted_found_again() { return 0; }

// An empty handle names no page: all three stayed the caller's, and the request is over.
std::vector<PageId> predicted_given_back_naive() { return {3, 4, 5}; }

// Page 4 is named: given. For tokens 0-3 someone was first with page 0, so our 3 is of no use (I21). Page 5 is only
// partly filled, and the handle says nothing of it: ours until the request ends, which is now (I22).
std::vector<PageId> predicted_given_back_shared() { return {3, 5}; }

}  // namespace radixlab
