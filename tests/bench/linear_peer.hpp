/// \file
/// LibTorch's linear layer in bfloat16, as fast as LibTorch can do it: the peer of bench_linear.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "kernels/cpu/bfloat16.hpp"

namespace radixlab {

/// One of LibTorch's two ways on one matrix, of which several copies lie in memory. Every number is handed over as it is.
class LinearPeer {
 public:
  /// stock is at::linear, what eager PyTorch does. prepacked is mkldnn::_linear_pointwise on a weight that
  /// mkldnn::_reorder_linear_weight has put into oneDNN's own order for the very number of rows and threads: what
  /// torch.compile does with weights that are frozen.
  enum class Way { stock, prepacked };

  /// Call this before anything else of LibTorch: it then asks the system for huge pages, as our matrices do.
  static void use_huge_pages();
  static std::string name();  ///< with its version

  /// w [n, k]. All of LibTorch computes with so many threads from now on.
  LinearPeer(Way way, std::span<const BFloat16> w, std::size_t n, std::size_t copies, std::size_t threads);
  ~LinearPeer();

  /// x [rows, k] of the next calls; prepacked packs all copies for it.
  void take(std::span<const BFloat16> x);
  void run(std::size_t copy);
  std::span<const BFloat16> result() const;  ///< y [rows, n] of the last run

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace radixlab
