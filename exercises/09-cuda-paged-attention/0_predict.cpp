#include "09-cuda-paged-attention/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

/// Chapter 09, task 9.0: say what will happen before you read on. The tests hold each answer against a run.
///
/// The scene of the first three: a warp, 32 threads, loads one number a thread from global memory, which is fetched in
/// sectors of 32 bytes. A row of the array has 128 numbers.
///
/// [sectors] if thread t loads the first float of row t.
std::size_t predicted_strided() {
  todo("9.0",
       "Write the 32 addresses of a warp in a column. How many pieces of 32 bytes do they "
       "lie in? How many of them lie in one bank?");
}

/// [sectors] if thread t loads float t of row 0.
std::size_t predicted_side_by_side() { todo("9.0", "The hint stands above."); }

/// [sectors] if the numbers are bfloat16 and thread t loads number t of row 0.
std::size_t predicted_side_by_side_bfloat16() { todo("9.0", "The hint stands above."); }

/// The scene of the next two: an array of floats in shared memory, which has 32 banks of 4 bytes. Float i lies in bank
/// i % 32. A bank answers one address in a pass.
///
/// [passes] if a row has 32 floats and thread t of a warp loads the first float of row t.
std::size_t predicted_passes() { todo("9.0", "The hint stands above."); }

/// [passes] if a row has 33 floats, and everything else is the same.
std::size_t predicted_passes_padded() { todo("9.0", "The hint stands above."); }

/// The scene of this one: a block of 64 threads copies 64 keys of 32 floats into shared memory. Thread t copies floats
/// t, t + 64, t + 128, ... of the 2,048. Then thread 0 reads key 0.
///
/// How many of the 32 floats that thread 0 reads did it copy itself?
std::size_t predicted_own() { todo("9.0", "The hint stands above."); }

/// The scene of this one: docs/numerics.md says in which order a sum is made. A sum in float32 is one chain of
/// additions. A sum in bfloat16 is a tile sum: in each block of 32 products the even and the odd ones are a chain each,
/// and then blocks are added in order.
///
/// A score in bfloat16 is the sum of 128 products. How many chains has it, each of which a thread of its own could
/// compute without changing a bit?
std::size_t predicted_chains() { todo("9.0", "The hint stands above."); }

/// The scene of this one: flash decoding gives each warp 256 positions of one row and head.
///
/// How many warps work on one head of a row that sees 1,000 keys?
std::size_t predicted_splits() { todo("9.0", "The hint stands above."); }

}  // namespace radixlab
