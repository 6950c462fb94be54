// A fault in words: what, in which kernel, block and thread, where; then what was expected.
#include <algorithm>
#include <sstream>

#include "kernels/emulator/running.hpp"
#include "kernels/emulator/symbols.hpp"

namespace radixlab::emulator {
namespace {

const char* verb(Action action) {
  switch (action) {
    case Action::reads:
      return "reads";
    case Action::writes:
      return "writes";
    case Action::updates:
      return "updates by an atomic";
    case Action::copies:
      return "copies asynchronously into";
  }
  return "";
}

const char* verb_of_other(const Fault& f) {
  return !f.other_writes ? "reads" : f.kind == FaultKind::unfinished_copy ? "copies into" : "writes";
}

/// "q[4096]", "q[4096] to [4099]"; of an array of unknown type the elements are as large as the access.
std::string element(const Fault& f) {
  const Region& r = *f.region;
  const bool known = !r.type.empty();
  const auto size = static_cast<std::int64_t>(known ? r.element_bytes : std::max(1u, f.bytes));
  const auto offset = static_cast<std::int64_t>(f.address - r.begin);
  const std::int64_t first = offset >= 0 ? offset / size : -((-offset + size - 1) / size);
  const std::int64_t last = (offset + f.bytes - 1) >= 0 ? (offset + f.bytes - 1) / size : -1;
  std::string text = r.name + "[" + std::to_string(first) + "]";
  if (last > first) text += " to [" + std::to_string(last) + "]";
  if (r.space == Space::shared)
    text += known ? " (shared)"
                  : " (shared, as elements of " + std::to_string(size) + " bytes: byte " + std::to_string(offset) + ")";
  return text;
}

std::string extent(const Fault& f) {
  const Region& r = *f.region;
  if (r.type.empty()) return std::to_string(r.bytes) + " bytes";
  return std::to_string(r.bytes / r.element_bytes) + " of " + r.type;
}

uint3 index_of(unsigned thread) { return running.threads[thread]->index; }

/// The block that an access of this launch belongs to.
uint3 block_of(const Access& access) {
  const auto later = [](std::uint32_t instant, const auto& block) { return instant < block.first; };
  return std::prev(std::upper_bound(running.blocks.begin(), running.blocks.end(), access.instant, later))->second;
}

/// Of a place that shadow memory kept: at most 3 bytes before the end of the call, so still in it.
const void* place_of(PlaceCode code) { return program_begin() + (std::size_t{code} << 2); }

/// Of what happened in a kernels' header: the line that called it.
std::string line_of_caller(const void* place) {
  const std::string caller = caller_of(place);
  return caller.empty() ? line_of(place) : caller;
}

/// "file.cu:41", or "file.cu:41 (by shapes.cuh:37)".
std::string place_in_words(const void* place) {
  const std::string line = line_of(place), caller = caller_of(place);
  return caller.empty() ? line : caller + " (by " + line + ")";
}

std::string other_line(const Fault& f) {
  return f.other.place == 0 ? "an unknown line" : place_in_words(place_of(f.other.place));
}

/// Of an asynchronous copy that is used too early: what its thread has not done yet.
std::string what_a_copy_lacks(const Fault& f) {
  const Thread& asker = *running.threads[f.other.thread];
  const auto holds = [&](const std::vector<AsyncCopy>& group) {
    return std::any_of(group.begin(), group.end(), [&](const AsyncCopy& copy) {
      return copy.to < f.address + f.bytes && f.address < copy.to + copy.bytes;
    });
  };
  const auto& groups = asker.copies;
  const auto group = static_cast<std::size_t>(std::find_if(groups.begin(), groups.end(), holds) - groups.begin());
  if (group + 1 >= groups.size())
    return "; that thread has not closed its group: expected __pipeline_commit() and __pipeline_wait_prior() by it, "
           "then "
           "a barrier";
  if (group >= asker.groups_let_go)
    return "; that thread has not waited since: expected __pipeline_wait_prior() by it and then a barrier, or that it "
           "asks for the copy later";
  const std::string left = std::to_string(asker.groups_let_go);
  return (left == "1" ? "; it is in the last group"
                      : "; it is in group " + std::to_string(group + 1) + " of the last " + left) +
         ", which __pipeline_wait_prior() of that thread let go on; expected: a smaller number there, or one more "
         "__pipeline_commit() before it, then a barrier";
}

std::string what_happened(const Fault& f) {
  if (!f.words.empty()) return f.words;
  std::ostringstream text;
  text << verb(f.action) << ' ';
  switch (f.kind) {
    case FaultKind::out_of_bounds:
      text << element(f) << (f.address < f.region->begin ? ", before its begin (" : ", behind its end (") << extent(f)
           << ')';
      break;
    case FaultKind::freed:
      text << element(f) << ", but that array is freed";
      break;
    case FaultKind::host_memory:
      text << "address 0x" << std::hex << f.address
           << ", which is neither device memory nor shared memory nor a variable of its own; is it a pointer of the "
              "host's?";
      break;
    case FaultKind::misaligned:
      text << f.bytes << " bytes at " << element(f) << ", whose address is no multiple of " << f.bytes
           << " (the rest is " << f.address % f.bytes << "); a GPU refuses that";
      break;
    case FaultKind::uninitialised:
      text << element(f) << ", which no one has written"
           << (f.region->space == Space::shared ? " in this block; shared memory begins with whatever lay there"
                                                : " before");
      break;
    case FaultKind::unfinished_copy:
      text << element(f) << " while an asynchronous copy is on its way there, asked for by thread "
           << text_of(index_of(f.other.thread)) << " at " << other_line(f) << what_a_copy_lacks(f);
      break;
    case FaultKind::race: {
      text << element(f) << ", which thread " << text_of(index_of(f.other.thread)) << ' ' << verb_of_other(f) << " at "
           << other_line(f) << " with no barrier between the two: a race; expected: __syncthreads() between them";
      if (f.other.thread / kWarp == f.thread->warp())
        text << " (or __syncwarp(), if all threads that share the array are of one warp)";
      break;
    }
    case FaultKind::block_conflict:
      text << element(f) << ", which block " << text_of(block_of(f.other)) << ", thread "
           << text_of(index_of(f.other.thread)) << ' ' << verb_of_other(f) << " at " << other_line(f)
           << " in the same launch, and blocks run in any order; expected: an element of its own for each block, "
              "atomics alone, or another launch for what comes after";
      break;
    case FaultKind::divergent_barrier:
    case FaultKind::divergent_warp:
      break;  // come in words
  }
  return text.str();
}

/// Threads that do the same: the first, and how many more.
struct Group {
  const Thread& first;
  std::size_t more;

  const char* verb(const char* one, const char* many) const { return more == 0 ? one : many; }
};

Group group_of(const std::vector<const Thread*>& threads) {
  const auto alike = [&](const Thread* thread) { return thread->state == threads[0]->state; };
  return {*threads[0], static_cast<std::size_t>(std::count_if(threads.begin(), threads.end(), alike)) - 1};
}

/// "thread (1,0,0) and 30 more".
std::string who(const Group& group) {
  return "thread " + text_of(group.first.index) +
         (group.more == 0 ? "" : " and " + std::to_string(group.more) + " more");
}

std::string what_it_does(const Group& group) {
  const std::string waits = group.verb("waits", "wait");
  switch (group.first.state) {
    case State::at_barrier:
      return waits + " at the barrier at " + place_in_words(group.first.place);
    case State::at_meeting:
      return waits + " at the warp function at " + place_in_words(group.first.place) + " with mask " +
             text_of_mask(group.first.meeting.mask);
    case State::returned:
      return group.verb("has", "have") + std::string(" returned");
    case State::ready:
      break;
  }
  return group.verb("runs", "run");
}

[[noreturn]] void explain_meeting(const Thread& waiting) {
  std::vector<const Thread*> missing;
  for (unsigned lane = 0; lane < kWarp; ++lane) {
    const unsigned number = waiting.warp() * kWarp + lane;
    if (!(waiting.meeting.mask >> lane & 1) || number >= running.num_threads) continue;
    const Thread& other = *running.threads[number];
    if (other.state != State::at_meeting || other.meeting.mask != waiting.meeting.mask ||
        other.meeting.call != waiting.meeting.call || !same_line(other.place, waiting.place))
      missing.push_back(&other);
  }
  if (missing.empty()) missing.push_back(&waiting);
  const Group group = group_of(missing);
  explain({.kind = FaultKind::divergent_warp,
           .thread = &waiting,
           .place = waiting.place,
           .words = "waits in a warp function with mask " + text_of_mask(waiting.meeting.mask) + " for lane " +
                    std::to_string(missing[0]->lane()) + ", which does not come: " + who(group) + ' ' +
                    what_it_does(group) + "; expected: a mask of exactly the lanes that call it"});
}

[[noreturn]] void explain_barrier() {
  const Thread* waiting = nullptr;
  std::vector<const Thread*> elsewhere;
  for (unsigned i = 0; i < running.num_threads && !waiting; ++i)
    if (running.threads[i]->state == State::at_barrier) waiting = running.threads[i].get();
  for (unsigned i = 0; i < running.num_threads; ++i) {
    const Thread& thread = *running.threads[i];
    if (thread.state != State::at_barrier || !same_line(thread.place, waiting->place)) elsewhere.push_back(&thread);
  }
  const Group group = group_of(elsewhere);
  explain({.kind = FaultKind::divergent_barrier,
           .thread = waiting,
           .place = waiting->place,
           .words = "waits at a barrier that " + who(group) + group.verb(" does", " do") +
                    " not reach: " + group.verb("it ", "they ") + what_it_does(group) +
                    "; expected: every __syncthreads() is reached by all threads or by none"});
}

}  // namespace

std::string text_of(uint3 index) {
  return "(" + std::to_string(index.x) + "," + std::to_string(index.y) + "," + std::to_string(index.z) + ")";
}

void explain(const Fault& f) {
  std::vector<std::string> places = {line_of_caller(f.place)};
  if (f.other.instant != 0)
    places.push_back(f.other.place == 0 ? other_line(f) : line_of_caller(place_of(f.other.place)));
  const std::string by = caller_of(f.place).empty() ? "" : "by " + line_of(f.place) + " ";
  throw KernelFault(f.kind,
                    "kernel " + function_name(running.kernel) + ", block " + text_of(running.block_index) +
                        ", thread " + text_of(f.thread->index) + ", " + places[0] + ": " + by + what_happened(f),
                    places);
}

void explain_standstill() {
  for (unsigned i = 0; i < running.num_threads; ++i)
    if (running.threads[i]->state == State::at_meeting) explain_meeting(*running.threads[i]);
  explain_barrier();
}

}  // namespace radixlab::emulator
