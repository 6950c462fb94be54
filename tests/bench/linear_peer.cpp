#include "linear_peer.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <torch/headeronly/version.h>
#include <vector>

namespace radixlab {
namespace {

using Reorder = at::Tensor(const at::Tensor& weight, std::optional<std::int64_t> rows);
using Pointwise = at::Tensor(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                             std::string_view attribute, c10::List<std::optional<at::Scalar>> scalars,
                             std::optional<std::string_view> algorithm);

/// No header declares these two: they are found by name, as torch.ops.mkldnn finds them.
template <typename Signature>
c10::TypedOperatorHandle<Signature> find(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

at::Tensor tensor_of(std::span<const BFloat16> values, std::size_t columns) {
  const auto n = static_cast<std::int64_t>(columns), rows = static_cast<std::int64_t>(values.size()) / n;
  at::Tensor out = at::empty({rows, n}, at::kBFloat16);
  std::memcpy(out.mutable_data_ptr(), values.data(), values.size_bytes());
  return out;
}

}  // namespace

struct LinearPeer::State {
  Way way;
  std::size_t copies;
  c10::TypedOperatorHandle<Reorder> reorder = find<Reorder>("mkldnn::_reorder_linear_weight");
  c10::TypedOperatorHandle<Pointwise> linear = find<Pointwise>("mkldnn::_linear_pointwise");
  at::Tensor w;                      // [n, k]
  std::vector<at::Tensor> matrices;  // its copies, in the order that the way wants
  at::Tensor x, y;
  c10::List<std::optional<at::Scalar>> no_scalars{};
};

void LinearPeer::use_huge_pages() { ::setenv("THP_MEM_ALLOC_ENABLE", "1", 0); }

std::string LinearPeer::name() { return "LibTorch " TORCH_VERSION; }

LinearPeer::LinearPeer(Way way, std::span<const BFloat16> w, std::size_t n, std::size_t copies, std::size_t threads) {
  const c10::InferenceMode guard;
  at::set_num_threads(static_cast<int>(threads));
  state_ = std::make_unique<State>(State{.way = way, .copies = copies});
  state_->w = tensor_of(w, w.size() / n);
  if (way == Way::prepacked) return;
  for (std::size_t i = 0; i < copies; ++i) state_->matrices.push_back(state_->w.clone());
}
LinearPeer::~LinearPeer() = default;

void LinearPeer::take(std::span<const BFloat16> x) {
  const c10::InferenceMode guard;
  State& s = *state_;
  s.x = tensor_of(x, static_cast<std::size_t>(s.w.size(1)));
  if (s.way == Way::stock) return;
  s.matrices.clear();
  try {
    for (std::size_t i = 0; i < s.copies; ++i) s.matrices.push_back(s.reorder.call(s.w, s.x.size(0)));
  } catch (const c10::Error& error) {
    throw std::runtime_error(std::string("LibTorch cannot pack bfloat16 here: ") + error.what_without_backtrace());
  }
}

void LinearPeer::run(std::size_t copy) {
  const c10::InferenceMode guard;
  State& s = *state_;
  s.y.reset();  // its memory is what the operator takes next, still warm
  const at::Tensor& matrix = s.matrices[copy];
  s.y = s.way == Way::stock ? at::linear(s.x, matrix) : s.linear.call(s.x, matrix, {}, "none", s.no_scalars, "");
}

std::span<const BFloat16> LinearPeer::result() const {
  return {static_cast<const BFloat16*>(state_->y.const_data_ptr()), static_cast<std::size_t>(state_->y.numel())};
}

}  // namespace radixlab
