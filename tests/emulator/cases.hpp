// Every wrong kernel with the right one beside it, and what each pair is given: for the emulator, and for a GPU.
#pragma once
#include <functional>
#include <numeric>
#include <optional>
#include <ostream>

#include "emulator/kernels.hpp"
#include "kernels/cuda/device_array.hpp"
#include "kernels/emulator/emulator.hpp"

namespace radixlab {

using emulator::FaultKind;

/// What most kernels get: asymmetric input, and an output that no one has written.
struct Arrays {
  DeviceArray<float> x{"x", numbers()}, y{"y", 256}, z{"z", 256}, small{"small", 128};
  DeviceArray<int> sum{"sum", std::vector<int>{0}}, counts{"counts", 64};
  DeviceArray<float> total{"total", std::vector<float>{0}};
  DeviceArray<unsigned> votes{"votes", 64};
  static std::vector<float> numbers() {
    std::vector<float> values(128);
    std::iota(values.begin(), values.end(), 1.0f);
    return values;
  }
};

struct Case {
  const char* name;  ///< of the mark in the source, too
  FaultKind kind;
  std::function<void(bool wrong, Arrays&)> run;
  const char* words;  ///< that the emulator's message holds; @fault and @other stand for the marked lines
};
inline std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

inline void use_freed(bool wrong, Arrays& a) {
  const float* pointer = nullptr;
  std::optional<DeviceArray<float>> early(std::in_place, "early", Arrays::numbers());
  pointer = early->data();
  if (wrong) early.reset();
  emulated::plain_copy(pointer, a.y.data(), 128);
}

inline void use_host(bool wrong, Arrays& a) {
  const std::vector<float> host = Arrays::numbers();
  emulated::plain_copy(wrong ? host.data() : a.x.data(), a.y.data(), 128);
}

inline const Case kCases[] = {
    {"read_behind", FaultKind::out_of_bounds,
     [](bool w, Arrays& a) { emulated::read_behind(w, a.x.data(), a.y.data(), 128); },
     "block (1,0,0), thread (63,0,0), @fault: reads x[128], behind its end (128 of float)"},
    {"read_before", FaultKind::out_of_bounds,
     [](bool w, Arrays& a) { emulated::read_before(w, a.x.data(), a.y.data(), 128); },
     "kernel shifted, block (0,0,0), thread (0,0,0), @fault: reads x[-1], before its begin"},
    {"write_behind", FaultKind::out_of_bounds,
     [](bool w, Arrays& a) { emulated::write_behind(w, a.x.data(), a.small.data(), 126); },
     "writes small[128], behind its end"},
    {"first_shared_behind", FaultKind::out_of_bounds,
     [](bool w, Arrays& a) { emulated::first_shared_behind(w, a.y.data()); },
     "reads first[64] (shared, as elements of 4 bytes: byte 256), behind its end (256 bytes)"},
    {"other_shared_behind", FaultKind::out_of_bounds,
     [](bool w, Arrays& a) { emulated::other_shared_behind(w, a.y.data()); },
     "reads other[64] (shared, as elements of 4 bytes: byte 256), behind its end (256 bytes)"},
    {"dynamic_shared_behind", FaultKind::out_of_bounds,
     [](bool w, Arrays& a) { emulated::dynamic_shared_behind(w, a.y.data()); },
     "writes dynamic shared memory[64] (shared, as elements of 4 bytes: byte 256), behind its end (256 bytes)"},
    {"freed", FaultKind::freed, [](bool w, Arrays& a) { use_freed(w, a); }, "reads early[0], but that array is freed"},
    {"host_memory", FaultKind::host_memory, [](bool w, Arrays& a) { use_host(w, a); },
     "is it a pointer of the host's?"},
    {"misaligned_vector", FaultKind::misaligned,
     [](bool w, Arrays& a) { emulated::misaligned_vector(w, a.x.data(), a.y.data()); },
     "reads 16 bytes at x[1] to [4], whose address is no multiple of 16 (the rest is 4)"},
    {"misaligned_in_header", FaultKind::misaligned,
     [](bool w, Arrays& a) { emulated::misaligned_in_header(w, a.x.data(), a.y.data()); },
     "thread (0,0,0), @fault: by vectors.cuh:"},
    {"unwritten_global", FaultKind::uninitialised,
     [](bool w, Arrays& a) { emulated::unwritten_global(w, a.z.data(), a.y.data()); },
     "thread (32,0,0), @fault: reads z[32], which no one has written"},
    {"unwritten_shared", FaultKind::uninitialised, [](bool w, Arrays& a) { emulated::unwritten_shared(w, a.y.data()); },
     "reads s[63] (shared, as elements of 4 bytes: byte 252), which no one has written in this block"},

    {"missing_barrier", FaultKind::race,
     [](bool w, Arrays& a) { emulated::missing_barrier(w, a.x.data(), a.y.data()); },
     "no barrier between the two: a race"},
    {"tile_used_again", FaultKind::race,
     [](bool w, Arrays& a) { emulated::tile_used_again(w, a.x.data(), a.y.data()); },
     "expected: __syncthreads() between"},
    {"warp_neighbours", FaultKind::race, [](bool w, Arrays& a) { emulated::warp_neighbours(w, a.y.data()); },
     "(or __syncwarp(), if all threads that share the array are of one warp)"},
    {"partial_syncwarp", FaultKind::race, [](bool w, Arrays& a) { emulated::partial_syncwarp(w, a.y.data()); },
     "a race"},
    {"sum_without_atomic", FaultKind::race, [](bool w, Arrays& a) { emulated::sum_without_atomic(w, a.sum.data()); },
     "thread (1,0,0), @fault: reads sum[0], which thread (0,0,0) writes at @other"},
    {"read_of_atomic", FaultKind::race,
     [](bool w, Arrays& a) { emulated::read_of_atomic(w, a.sum.data(), a.counts.data()); }, "sum[0], which thread"},
    {"shuffle_is_no_barrier", FaultKind::race,
     [](bool w, Arrays& a) { emulated::shuffle_is_no_barrier(w, a.y.data()); }, "writes s[0]"},
    {"warp_is_not_block", FaultKind::race, [](bool w, Arrays& a) { emulated::warp_is_not_block(w, a.y.data()); },
     "which thread (32,0,0) reads"},
    {"add_or_look", FaultKind::race, [](bool w, Arrays& a) { emulated::add_or_look(w, a.sum.data(), a.counts.data()); },
     "thread (1,0,0), @fault: reads sum[0], which thread (0,0,0) writes"},
    {"first_of_many_looks", FaultKind::race,
     [](bool w, Arrays& a) { emulated::first_of_many_looks(w, a.sum.data(), a.counts.data()); },
     "thread (0,0,0), @fault: reads sum[0]"},
    {"byte_read_first", FaultKind::race, [](bool w, Arrays& a) { emulated::byte_read_first(w, a.votes.data()); },
     "thread (1,0,0), @fault: writes s[0]"},
    {"byte_written_first", FaultKind::race, [](bool w, Arrays& a) { emulated::byte_written_first(w, a.votes.data()); },
     "thread (1,0,0), @fault: reads s[0]"},
    {"blocks_write_one", FaultKind::block_conflict,
     [](bool w, Arrays& a) { emulated::blocks_write_one(w, a.y.data()); },
     "block (1,0,0), thread (0,0,0), @fault: writes y[0], which block (0,0,0), thread (0,0,0) writes at @other"},
    {"blocks_read_another", FaultKind::block_conflict,
     [](bool w, Arrays& a) {
       a.y.assign(std::vector<float>(256, 0));
       emulated::blocks_read_another(w, a.y.data(), a.z.data());
     },
     "in the same launch, and blocks run in any order"},
    {"blocks_sum", FaultKind::block_conflict, [](bool w, Arrays& a) { emulated::blocks_sum(w, a.total.data()); },
     "atomics alone"},

    {"barrier_in_branch", FaultKind::divergent_barrier,
     [](bool w, Arrays& a) { emulated::barrier_in_branch(w, a.y.data()); },
     "that thread (32,0,0) and 31 more do not reach: they have returned; expected: every __syncthreads() is reached by "
     "all threads or by none"},
    {"return_before_barrier", FaultKind::divergent_barrier,
     [](bool w, Arrays& a) { emulated::return_before_barrier(w, a.y.data(), 50); },
     "thread (50,0,0) and 13 more do not reach: they have returned"},
    {"two_barriers", FaultKind::divergent_barrier, [](bool w, Arrays& a) { emulated::two_barriers(w, a.y.data()); },
     "thread (32,0,0) and 31 more do not reach: they wait at the barrier at meetings.cu:"},
    {"shuffle_in_branch", FaultKind::divergent_warp,
     [](bool w, Arrays& a) { emulated::shuffle_in_branch(w, a.y.data()); },
     "with mask 0xffffffff for lane 24, which does not come: thread (24,0,0) and 7 more wait at the barrier at"},
    {"shuffle_after_return", FaultKind::divergent_warp,
     [](bool w, Arrays& a) { emulated::shuffle_after_return(w, a.y.data()); },
     "thread (24,0,0) and 7 more have returned"},
    {"mask_without_itself", FaultKind::divergent_warp,
     [](bool w, Arrays& a) { emulated::mask_without_itself(w, a.y.data()); },
     "thread (16,0,0), @fault: calls a warp function with mask 0x0000ffff, which does not name its own lane 16"},
    {"lane_outside_mask", FaultKind::divergent_warp,
     [](bool w, Arrays& a) { emulated::lane_outside_mask(w, a.y.data()); },
     "reads lane 20 in a shuffle, which its mask 0x0000ffff does not name"},
    {"lane_that_is_not", FaultKind::divergent_warp,
     [](bool w, Arrays& a) { emulated::lane_that_is_not(w, a.y.data()); },
     "reads lane 16 in a shuffle, where the block has no thread"},
    {"two_masks", FaultKind::divergent_warp, [](bool w, Arrays& a) { emulated::two_masks(w, a.y.data()); },
     "for lane 16, which does not come: thread (16,0,0) waits at the warp function at @fault with mask 0xffffffff"},
    {"two_shuffles", FaultKind::divergent_warp, [](bool w, Arrays& a) { emulated::two_shuffles(w, a.y.data()); },
     "for lane 16, which does not come: thread (16,0,0) and 15 more wait at the warp function at meetings.cu:"},
    {"vote_in_branch", FaultKind::divergent_warp,
     [](bool w, Arrays& a) { emulated::vote_in_branch(w, a.votes.data()); },
     "for lane 8, which does not come: thread (40,0,0) and 23 more"},
    {"odd_width", FaultKind::divergent_warp, [](bool w, Arrays& a) { emulated::odd_width(w, a.y.data()); },
     "shuffles in parts of 12 lanes; the width is a power of two up to 32"},

    {"no_wait", FaultKind::unfinished_copy, [](bool w, Arrays& a) { emulated::no_wait(w, a.x.data(), a.y.data()); },
     "while an asynchronous copy is on its way there, asked for by thread (31,0,0) at @other; it is in group 1 of the "
     "last 2"},
    {"no_commit", FaultKind::unfinished_copy, [](bool w, Arrays& a) { emulated::no_commit(w, a.x.data(), a.y.data()); },
     "it is in the last group, which __pipeline_wait_prior() of that thread let go on"},
    {"no_barrier", FaultKind::race, [](bool w, Arrays& a) { emulated::no_barrier(w, a.x.data(), a.y.data()); },
     "copies asynchronously into s["},
    {"barrier_too_early", FaultKind::race,
     [](bool w, Arrays& a) { emulated::barrier_too_early(w, a.x.data(), a.y.data()); },
     "reads s[0] (shared, as elements of 4 bytes: byte 0), which thread (0,0,0) writes at @other"},
    {"never_committed", FaultKind::unfinished_copy,
     [](bool w, Arrays& a) { emulated::never_committed(w, a.x.data(), a.y.data()); },
     "that thread has not closed its group: expected __pipeline_commit()"},
    {"never_waited", FaultKind::unfinished_copy,
     [](bool w, Arrays& a) { emulated::never_waited(w, a.x.data(), a.y.data()); },
     "that thread has not waited since: expected __pipeline_wait_prior()"},
    {"copy_into_global", FaultKind::misaligned,
     [](bool w, Arrays& a) { emulated::copy_into_global(w, a.x.data(), a.y.data()); }, "the target is shared memory"},
};

}  // namespace radixlab
