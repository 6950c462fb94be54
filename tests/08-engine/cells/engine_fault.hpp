/// \file
/// What batching can do wrong, done on purpose. Up to its first chance a run with a fault is as sound as any.
///
///   neighbour  the device reads a request's prefix by another request's page table
///   stale      the device takes a request to be as long as it was in the step before   chance: both ends lie in one page
///   early      what the next step will compute of a prompt is published before that step
///   twin       nobody waits for a twin: its pages are shared before they are written
///   abort      the pages of an aborted request are freed, also those that others read
///
/// A chance is a page table that is about to be read and does not hold the request's own prefix, by a ledger of who wrote where.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "08-engine/engine_request.hpp"
#include "llm/device_wrapper.hpp"
#include "testing/kv_ledger.hpp"

namespace radixlab {

enum class EngineFault { none, neighbour, stale, early, twin, abort };
EngineFault parse_engine_fault(std::string_view name);  ///< throws std::invalid_argument that lists the names
std::string engine_fault_names();                       ///< "none, neighbour, ..."

/// The device of a run with a fault. Keeps the ledger, and computes what the fault makes of a batch.
class FaultyBatch : public DeviceWrapper {
 public:
  /// `inner`, which has its pool, must outlive it.
  FaultyBatch(Device& inner, EngineFault fault)
      : DeviceWrapper(inner), fault_(fault), ledger_(inner.num_pages(), inner.page_size()) {}

  /// For before_run: the next request of the batch, in the batch's order, as the device will see it. `running`: all that run.
  Request add(const EngineRequest& r, std::size_t num_tokens, std::span<EngineRequest* const> running);

  KvLedger& ledger() { return ledger_; }
  std::size_t chances() const { return chances_; }

 private:
  struct Seen {
    std::string who;
    Request request;
    std::size_t num_tokens;
  };
  std::vector<std::size_t> do_run(std::span<const Sequence> batch, const Asked& asked) override;
  void take_neighbours_pages(Request& r, std::span<EngineRequest* const> running) const;
  void take_length_before(const EngineRequest& r, Request& seen);

  EngineFault fault_;
  KvLedger ledger_;
  std::vector<Seen> batch_;
  std::map<RequestId, std::pair<std::size_t, std::size_t>> last_;  // positions that the request's last step computed
  std::size_t chances_ = 0;
};

}  // namespace radixlab
