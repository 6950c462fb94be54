/// \file
/// Serves a cell's acts through chapter 08's engine: all requests of an act arrive at once, and share each step.
#pragma once
#include "08-engine/engine.hpp"
#include "apps/first_wrong_bit.hpp"
#include "cell.hpp"

namespace radixlab {

class BatchServer {
 public:
  /// `device`, `watch`, which may be nullptr, and `result`, to which is added what was computed, must outlive it.
  BatchServer(Device& device, ManagedPool pool, std::size_t chunk, FirstWrongBit* watch, CellResult& result);

  /// Between two steps pages are moved, where the row can. Throws BrokenNumbers for a request that fails.
  void serve(const Act& act);
  BaseCacheManager& cache() { return engine_.pages().cache(); }

 private:
  EngineHooks make_hooks(FirstWrongBit* watch);
  void after_run(const EngineRequest& r, std::size_t first, std::span<const float> hidden);

  CellResult& result_;
  Engine engine_;  // numbers requests as they come, as `result_` does
};

}  // namespace radixlab
