// Pairs of kernels: a wrong one and a right one that differ in one thing. Each function launches one of the two. In the `.cu` file
// a comment `fault: NAME` marks the line that must be named, `other: NAME` the other line of a race.
#pragma once

namespace radixlab::emulated {

// bounds.cu
void read_behind(bool wrong, const float* x, float* y, int n);
void read_before(bool wrong, const float* x, float* y, int n);
void write_behind(bool wrong, const float* x, float* y, int n);
void first_shared_behind(bool wrong, float* y);
void other_shared_behind(bool wrong, float* y);
void dynamic_shared_behind(bool wrong, float* y);
void misaligned_vector(bool wrong, const float* x, float* y);
void misaligned_in_header(bool wrong, const float* x, float* y);
void plain_copy(const float* x, float* y, int n);
void unwritten_global(bool wrong, float* scratch, float* y);
void unwritten_shared(bool wrong, float* y);
/// Counts in *y up to the unwritten *n.
void count_to_unwritten(const unsigned* n, unsigned* y);

// races.cu
void missing_barrier(bool wrong, const float* x, float* y);
void tile_used_again(bool wrong, const float* x, float* y);
void warp_neighbours(bool wrong, float* y);
void partial_syncwarp(bool wrong, float* y);
void sum_without_atomic(bool wrong, int* sum);
void read_of_atomic(bool wrong, int* sum, int* y);
void shuffle_is_no_barrier(bool wrong, float* y);
void warp_is_not_block(bool wrong, float* y);
void add_or_look(bool wrong, int* sum, int* y);
void first_of_many_looks(bool wrong, int* sum, int* y);
void byte_read_first(bool wrong, unsigned* y);
void byte_written_first(bool wrong, unsigned* y);
void blocks_write_one(bool wrong, float* y);
void blocks_read_another(bool wrong, float* y, float* z);
void blocks_sum(bool wrong, float* sum);

// meetings.cu
void barrier_in_branch(bool wrong, float* y);
void return_before_barrier(bool wrong, float* y, int n);
void two_barriers(bool wrong, float* y);
void shuffle_in_branch(bool wrong, float* y);
void shuffle_after_return(bool wrong, float* y);
void mask_without_itself(bool wrong, float* y);
void lane_outside_mask(bool wrong, float* y);
void lane_that_is_not(bool wrong, float* y);
void two_masks(bool wrong, float* y);
void two_shuffles(bool wrong, float* y);
void vote_in_branch(bool wrong, unsigned* y);
void odd_width(bool wrong, float* y);

// copies.cu
void no_wait(bool wrong, const float* x, float* y);
void no_commit(bool wrong, const float* x, float* y);
void no_barrier(bool wrong, const float* x, float* y);
void barrier_too_early(bool wrong, const float* x, float* y);
void never_committed(bool wrong, const float* x, float* y);
void never_waited(bool wrong, const float* x, float* y);
void copy_into_global(bool wrong, const float* x, float* y);

}  // namespace radixlab::emulated
