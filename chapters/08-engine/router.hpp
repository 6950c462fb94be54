/// \file
/// Chapter 08, tasks 8.1 and 8.5: the control plane. It knows which requests wait and which run, and decides what the next step
/// computes. It never touches keys and values. After seed 001's Router; it stands on chapter 01's desk.
///
///   waiting --admit--> running --(scheduled, computed, insert_prefix)--> ... --release--> finished
///      ^                  |
///      +---- preempt -----+       no room for its next token: what is computed is published, all pages are let go
///
/// Invariants:
///
///   I8   an admitted request has one token at least to compute, also on a full hit
///   I19  pages that were found are used only while they are locked: looking for a prefix reserves nothing
///   I20  admission counts the room after the lock
///   I23  what is not computed yet is never published: a step publishes after it has written
///   I34  preempting and aborting leave no lock and no page of its own; what it computed stays cached, unlocked
///   I38  at most max_bypass requests that came later start before a waiting one
#pragma once
#include <vector>

#include "08-engine/attention_executor.hpp"
#include "08-engine/config.hpp"

namespace radixlab {

/// Holds pointers to the requests, which are the engine's. Both queues stand in order of arrival.
class Router {
 public:
  /// `pages` must outlive it. Throws as check_config does.
  Router(PageManager& pages, const EngineConfig& config);

  void add(EngineRequest& r);  ///< to those that wait

  /// 8.1  [tokens] of the request's text that are cached now. Locks nothing, so it may be less a moment later. O(tokens).
  std::size_t match_prefix(const EngineRequest& r);

  /// 8.1  Match, lock, take pages: a request that waits runs. False, with nothing changed, if there is no room now. What is found
  ///      beyond `furthest` counts as cached, as far as the prompt goes. Throws as the desk does. O(tokens).
  bool admit(EngineRequest& r);

  /// 8.1  A step has written the keys and values of so many more tokens. Counts them, each once as computed and after that as
  ///      recomputed; publishes them if they are of the prompt, so that others find them. (What is generated is published when the request
  ///      ends: the last token never, and a call a token would cost O(tokens).)
  void insert_prefix(EngineRequest& r, std::size_t num_tokens);

  /// 8.1  Takes it off both queues, whichever it is in, after publishing what is computed and giving back the rest. Done, aborted
  ///      and failed alike. Nothing for a request that is in neither.
  void release(EngineRequest& r);

  /// 8.1  From running to waiting: what is computed is published, all else is given back. It will be admitted once more.
  void preempt(EngineRequest& r);

  /// 8.5  What the next step computes: first those that run, in order of arrival, then as many of those that wait as there is room
  ///      for. In all at most max_num_batched_tokens tokens, of one request at most chunked_prefill_size. If a running request lacks
  ///      room, then the youngest one that runs is preempted, until there is room or until it is its own turn; in such a step nobody is
  ///      admitted. Never fails halfway: a request that was admitted runs.
  std::vector<Scheduled> schedule();

  /// 8.5  Who would be admitted next: the oldest that was bypassed max_bypass times. If there is none: by schedule_policy, of those
  ///      whose prompt no running request is computing. Nothing if nobody waits, or all wait for twins. By policy,
  ///      fcfs and lpm alike, only the oldest kScored that wait are looked at, twins counted, as each costs O(tokens).
  EngineRequest* next_waiting();

  /// Given: whether a request that runs is about to compute and publish what this one would compute too. It waits then: in the same
  /// step it would find nothing, and later it finds all.
  bool waits_for_twin(EngineRequest& r);

  /// Given: `child` goes on from what `parent` has computed, or waits where there is no room or no seat. `child` is new.
  void fork(EngineRequest& parent, EngineRequest& child);

  /// The numbers of those that the last schedule() preempted, in that order.
  std::span<const RequestId> preempted() const { return preempted_; }
  std::span<EngineRequest* const> waiting() const { return waiting_; }
  std::span<EngineRequest* const> running() const { return running_; }
  const EngineConfig& config() const { return config_; }
  static constexpr std::size_t kScored = 128;

 private:
  bool make_room(EngineRequest& r);                  // for all of its tokens, in pages that it may write in
  void note_bypassed(const EngineRequest& started);  // by those that came before it and wait
  void make_seat();                                  // for one request more, in each queue
  static void move(EngineRequest& r, std::vector<EngineRequest*>& from, std::vector<EngineRequest*>& to);

  PageManager& pages_;
  EngineConfig config_;
  std::vector<EngineRequest*> waiting_, running_;
  std::vector<RequestId> preempted_;
};

}  // namespace radixlab
