#include "kernels/emulator/traffic.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <tuple>
#include <unordered_map>

#include "kernels/emulator/running.hpp"
#include "kernels/emulator/symbols.hpp"

namespace radixlab::emulator {
namespace {

/// A lane's part of a warp's instruction.
struct Touch {
  const void* place;
  std::uint32_t nth;  ///< time that the lane came by
  std::uint32_t bytes;
  Address address;
  Action action;
  Space space;
  unsigned lane;
};

}  // namespace

struct Recording {
  std::vector<std::vector<Touch>> warps;                            ///< touches of the block that runs
  std::vector<std::unordered_map<const void*, std::uint32_t>> nth;  ///< [threads]
  std::map<const void*, Traffic> by_place;
  Report counts;  ///< without lines
};
std::unique_ptr<Recording> recording;

namespace {

using Touches = std::vector<Touch>::const_iterator;

std::uint64_t sectors(Touches begin, Touches end) {
  std::vector<Address> found;
  for (Touches t = begin; t != end; ++t)
    for (Address s = t->address / 32; s <= (t->address + t->bytes - 1) / 32; ++s) found.push_back(s);
  std::sort(found.begin(), found.end());
  return static_cast<std::uint64_t>(std::unique(found.begin(), found.end()) - found.begin());
}

/// Passes over the banks: 8 bytes a lane go half a warp at a time, 16 a quarter.
std::uint64_t passes(Touches begin, Touches end) {
  std::uint64_t sum = 0;
  const std::ptrdiff_t lanes = std::max(1u, kWarp / std::max(1u, begin->bytes / 4));
  for (Touches part = begin, next; part < end; part = next) {
    next = part + std::min(lanes, end - part);
    std::array<std::vector<Address>, 32> words;
    for (Touches t = part; t != next; ++t)
      for (Address w = t->address / 4; w <= (t->address + t->bytes - 1) / 4; ++w) {
        std::vector<Address>& bank = words[w % 32];
        if (std::find(bank.begin(), bank.end(), w) == bank.end()) bank.push_back(w);
      }
    sum += std::max_element(words.begin(), words.end(), [](const auto& a, const auto& b) {
             return a.size() < b.size();
           })->size();
  }
  return sum;
}

Traffic instruction(Touches begin, Touches end) {
  Traffic t;
  const auto lanes = static_cast<std::uint64_t>(end - begin), bytes = lanes * begin->bytes;
  const bool reads = begin->action == Action::reads, atomic = begin->action == Action::updates;
  if (begin->space == Space::global) {
    (atomic ? t.global_atomics : reads ? t.global_loads : t.global_stores) = lanes;
    t.global_bytes = bytes;
    t.transactions = sectors(begin, end);
  } else {
    if (reads || atomic) t.shared_loads = lanes;
    if (!reads) t.shared_stores = lanes;
    t.shared_bytes = bytes;
    t.shared_passes = passes(begin, end);
    const std::uint64_t least = (bytes + 127) / 128;
    t.bank_conflicts = t.shared_passes - std::min(t.shared_passes, least);
  }
  return t;
}

}  // namespace

Traffic& Traffic::operator+=(const Traffic& o) {
  global_loads += o.global_loads, global_stores += o.global_stores, global_atomics += o.global_atomics;
  global_bytes += o.global_bytes, transactions += o.transactions;
  shared_loads += o.shared_loads, shared_stores += o.shared_stores, shared_bytes += o.shared_bytes;
  shared_passes += o.shared_passes, bank_conflicts += o.bank_conflicts;
  return *this;
}

Recorder::Recorder() {
  if (recording) throw std::logic_error("Recorder: another one is recording");
  recording = std::make_unique<Recording>();
  recording->warps.resize(kMaxThreads / kWarp);
  recording->nth.resize(kMaxThreads);
}
Recorder::~Recorder() { recording.reset(); }

void count_access(const Thread& thread, Address a, std::size_t bytes, Action action, Space space, const void* place) {
  const std::uint32_t nth = recording->nth[thread.number][place]++;
  recording->warps[thread.warp()].push_back(
      {place, nth, static_cast<std::uint32_t>(bytes), a, action, space, thread.lane()});
}

void count_barrier() {
  if (recording) ++recording->counts.barriers;
}
void count_meeting() {
  if (recording) ++recording->counts.meetings;
}
void count_launch() {
  if (recording) ++recording->counts.launches;
}

void count_block() {
  if (!recording) return;
  ++recording->counts.blocks;
  const auto same = [](const Touch& t) { return std::tuple(t.place, t.nth, t.action, t.space, t.bytes); };
  for (std::vector<Touch>& touches : recording->warps) {
    std::sort(touches.begin(), touches.end(),
              [&](const Touch& a, const Touch& b) { return std::pair(same(a), a.lane) < std::pair(same(b), b.lane); });
    for (Touches begin = touches.begin(); begin != touches.end();) {
      const Touches end = std::find_if(begin, touches.cend(), [&](const Touch& t) { return same(t) != same(*begin); });
      recording->by_place[begin->place] += instruction(begin, end);
      begin = end;
    }
    touches.clear();
  }
  for (auto& counts : recording->nth) counts.clear();
}

Report Recorder::report() const {
  Report report = recording->counts;
  std::map<std::pair<std::string, int>, Traffic> by_line;
  for (const auto& [place, traffic] : recording->by_place) {
    const std::string line = line_of(place);
    const std::size_t colon = line.rfind(':');
    by_line[{line.substr(0, colon), colon == std::string::npos ? 0 : std::atoi(line.c_str() + colon + 1)}] += traffic;
    report.total += traffic;
  }
  for (const auto& [line, traffic] : by_line)
    report.lines.push_back({line.second ? line.first + ":" + std::to_string(line.second) : line.first, traffic});
  return report;
}

std::string Report::draw() const {
  std::uint64_t most = 1;
  std::size_t width = 4;
  for (const Line& line : lines) {
    most = std::max({most, line.traffic.transactions, line.traffic.shared_passes});
    width = std::max(width, line.place.size());
  }
  const auto row = [&](const std::string& place, const char* space, std::uint64_t threads, std::uint64_t moved,
                       double share, const std::string& bar) {
    char text[256];
    std::snprintf(text, sizeof text, "%-*s  %-6s %10llu %10llu  %5.0f %%  %s\n", static_cast<int>(width), place.c_str(),
                  space, static_cast<unsigned long long>(threads), static_cast<unsigned long long>(moved), share * 100,
                  bar.c_str());
    return std::string(text);
  };
  const auto bar = [&](std::uint64_t n) {
    return std::string(static_cast<std::size_t>((n * 24 + most - 1) / most), '#');
  };
  char head[256];
  std::snprintf(head, sizeof head, "%-*s  %-6s %10s %10s  %7s\n", static_cast<int>(width), "line", "memory", "accesses",
                "moved", "in use");
  std::string text = head;
  for (const auto& [place, t] : lines) {
    if (t.transactions)
      text += row(place, "global", t.global_loads + t.global_stores + t.global_atomics, t.transactions, t.efficiency(),
                  bar(t.transactions));
    if (t.shared_passes)
      text += row(place, "shared", t.shared_loads + t.shared_stores, t.shared_passes,
                  double(t.shared_passes - t.bank_conflicts) / double(t.shared_passes), bar(t.shared_passes));
  }
  return text +
         "moved: transactions of 32 bytes from global memory, passes of 128 bytes over shared memory's banks\n"
         "in use: of the bytes moved, those that threads took; above 100 %, lanes took the same bytes\n";
}

}  // namespace radixlab::emulator
