// Where threads meet: __syncthreads for a block; shuffles, votes and __syncwarp for lanes of a warp.
#include <algorithm>
#include <bit>

#include "kernels/emulator/running.hpp"
#include "kernels/emulator/symbols.hpp"
#include "kernels/emulator/traffic.hpp"

namespace radixlab::emulator {
namespace {

[[noreturn]] void fail_here(FaultKind kind, const void* place, std::string words) {
  fail({.kind = kind, .thread = running.thread, .place = place, .words = std::move(words)});
}

/// The thread of a lane of the running thread's warp; null where the block has none.
Thread* lane_thread(unsigned lane) {
  const unsigned number = running.thread->warp() * kWarp + lane;
  return number < running.num_threads ? running.threads[number].get() : nullptr;
}

template <typename Visit>
void for_lanes(unsigned mask, Visit visit) {
  for (; mask != 0; mask &= mask - 1) {
    const auto lane = static_cast<unsigned>(std::countr_zero(mask));
    if (Thread* const thread = lane_thread(lane)) visit(lane, *thread);
  }
}

bool meets(const Thread& a, const Thread& b) {
  return b.state == State::at_meeting && a.meeting.call == b.meeting.call && a.meeting.mask == b.meeting.mask &&
         a.meeting.way == b.meeting.way && same_line(a.place, b.place);
}

/// The lane that a shuffle reads; the own one where it would leave its part of `width` lanes.
unsigned source_lane(unsigned lane, const Meeting& m) {
  const unsigned begin = lane / m.width * m.width, at = lane - begin;
  switch (m.way) {
    case Shuffle::from_lane:
      return begin + m.operand % m.width;
    case Shuffle::up:
      return at < m.operand ? lane : lane - m.operand;
    case Shuffle::down:
      return m.operand >= m.width - at ? lane : lane + m.operand;
    case Shuffle::exclusive_or:
      return (lane ^ m.operand) < begin + m.width ? lane ^ m.operand : lane;
  }
  return lane;
}

void exchange(const Thread& me) {
  for_lanes(me.meeting.mask, [&](unsigned lane, Thread& thread) {
    const unsigned source = source_lane(lane, thread.meeting);
    const Thread* const from = lane_thread(source);
    if (!from || !(me.meeting.mask >> source & 1))
      fail({.kind = FaultKind::divergent_warp,
            .thread = &thread,
            .place = thread.place,
            .words = "reads lane " + std::to_string(source) + " in a shuffle, " +
                     (from ? "which its mask " + text_of_mask(me.meeting.mask) + " does not name"
                           : "where the block has no thread")});
    thread.result = from->meeting.value;
  });
}

void count_votes(const Thread& me) {
  std::uint64_t votes = 0;
  for_lanes(me.meeting.mask, [&](unsigned lane, Thread& thread) { votes |= thread.meeting.value << lane; });
  for_lanes(me.meeting.mask, [&](unsigned, Thread& thread) { thread.result = votes; });
}

/// From now on each of them knows what the others did, and what those knew of others.
void synchronise(const Thread& me) {
  const unsigned warp = me.warp(), now = ++running.instant;
  std::uint32_t known[kWarp] = {};
  for_lanes(me.meeting.mask, [&](unsigned lane, Thread&) {
    for (unsigned other = 0; other < kWarp; ++other)
      known[other] = std::max(known[other], running.known_of(warp, lane, other));
  });
  for_lanes(me.meeting.mask, [&](unsigned lane, Thread&) { known[lane] = now; });
  for_lanes(me.meeting.mask,
            [&](unsigned lane, Thread&) { std::copy_n(known, kWarp, &running.known_of(warp, lane, 0)); });
}

/// Waits for the other lanes of the mask; the last of them does what they came for.
std::uint64_t meet(const Meeting& meeting, const void* place) {
  Thread& me = *running.thread;
  if (!(meeting.mask >> me.lane() & 1))
    fail_here(FaultKind::divergent_warp, place,
              "calls a warp function with mask " + text_of_mask(meeting.mask) + ", which does not name its own lane " +
                  std::to_string(me.lane()));
  me.meeting = meeting;
  me.place = place;
  me.state = State::at_meeting;
  std::uint32_t& waiting = running.at_meetings[me.warp()];
  waiting |= 1u << me.lane();
  bool complete = (meeting.mask & present_lanes() & ~waiting) == 0;
  if (complete) for_lanes(meeting.mask, [&](unsigned, Thread& thread) { complete = complete && meets(me, thread); });
  if (!complete) {
    wait_as(State::at_meeting, place);
    return me.result;
  }
  if (meeting.call == WarpCall::shuffle) exchange(me);
  if (meeting.call == WarpCall::vote) count_votes(me);
  if (meeting.call == WarpCall::synchronise) synchronise(me);
  for_lanes(meeting.mask, [](unsigned, Thread& thread) { thread.state = State::ready; });
  waiting &= ~meeting.mask;
  count_meeting();
  return me.result;
}

}  // namespace

std::string text_of_mask(unsigned mask) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", mask);
  return text;
}

bool open_barrier() {
  int votes = 0;
  const Thread& first = *running.threads[0];
  for (unsigned i = 0; i < running.num_threads; ++i) {
    const Thread& thread = *running.threads[i];
    if (thread.state != State::at_barrier || !same_line(first.place, thread.place)) return false;
    votes += thread.predicate;
  }
  running.barrier = ++running.instant;
  running.barrier_result[static_cast<int>(Count::number)] = votes;
  running.barrier_result[static_cast<int>(Count::all)] = votes == static_cast<int>(running.num_threads);
  running.barrier_result[static_cast<int>(Count::any)] = votes != 0;
  for (unsigned i = 0; i < running.num_threads; ++i) running.threads[i]->state = State::ready;
  count_barrier();
  return true;
}

int barrier(Count kind, bool predicate) {
  running.thread->predicate = predicate;
  wait_as(State::at_barrier, __builtin_return_address(0));
  return running.barrier_result[static_cast<int>(kind)];
}

std::uint64_t shuffle(Shuffle way, unsigned mask, std::uint64_t value, unsigned operand, unsigned width) {
  const void* const place = __builtin_return_address(0);
  if (!std::has_single_bit(width) || width > kWarp)
    fail_here(FaultKind::divergent_warp, place,
              "shuffles in parts of " + std::to_string(width) + " lanes; the width is a power of two up to 32");
  return meet({WarpCall::shuffle, mask, value, way, operand, width}, place);
}

unsigned vote(Vote kind, unsigned mask, bool predicate) {
  const auto votes =
      static_cast<unsigned>(meet({WarpCall::vote, mask, predicate, {}, 0, kWarp}, __builtin_return_address(0)));
  if (kind == Vote::ballot) return votes;
  return kind == Vote::any ? votes != 0 : votes == (mask & present_lanes());
}

unsigned present_lanes() {
  const unsigned rest = running.num_threads - running.thread->warp() * kWarp;
  return rest >= kWarp ? ~0u : (1u << rest) - 1;
}

uint3 thread_index() noexcept { return running.thread->index; }
uint3 block_index() noexcept { return running.block_index; }
dim3 block_extent() noexcept { return running.block; }
dim3 grid_extent() noexcept { return running.grid; }
void* dynamic_shared() noexcept { return running.dynamic_shared; }

}  // namespace radixlab::emulator

using namespace radixlab::emulator;

void __syncthreads() { wait_as(State::at_barrier, __builtin_return_address(0)); }
void __syncwarp(unsigned mask) { meet({WarpCall::synchronise, mask, 0, {}, 0, kWarp}, __builtin_return_address(0)); }
