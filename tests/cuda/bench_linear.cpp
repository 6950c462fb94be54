// Linear layers of one row, of a batch that decodes, and of a chunk of a prompt.
#include "bench_cases.hpp"
#include "kernels/cuda/exact.hpp"

namespace radixlab::bench {
namespace {

/// Products x [rows, k] W^T in one launch, for each n a matrix W [n, k].
Case linear(int rows, const std::vector<int>& n, int k) {
  std::string name = "exact::linear, rows " + std::to_string(rows) + ", k " + std::to_string(k) + ", n";
  double outputs = 0;
  for (const int each : n) name += " " + std::to_string(each), outputs += each;
  return {name, "bfloat16", 2 * (1.0 * rows * k + outputs * k + rows * outputs), rows * outputs * k, [=] {
            const auto x = filled<BFloat16>(std::size_t(rows) * k);
            std::vector<std::shared_ptr<DeviceArray<BFloat16>>> w, y;
            for (const int each : n) {
              w.push_back(filled<BFloat16>(std::size_t(each + 15) / 16 * 16 * ((k + 31) / 32 * 32)));
              y.push_back(filled<BFloat16>(std::size_t(rows) * each));
            }
            return [=] {
              const auto product = [&](int i) {
                return exact::Product<BFloat16>{{w[i]->data(), n[i], k}, y[i]->data()};
              };
              if (n.size() == 1)
                exact::linear(x->data(), rows, {product(0)});
              else
                exact::linear(x->data(), rows, {product(0), product(1), product(2)});
            };
          }};
}

/// 32 query heads and 8 KV heads of 128: q, k and v.
const std::vector<int> kQkv = {4096, 1024, 1024};

const Added linear_cases({linear(1, {4096}, 4096), linear(64, {4096}, 4096), linear(1024, {4096}, 4096),
                          linear(1, kQkv, 4096), linear(64, kQkv, 4096), linear(1024, kQkv, 4096)});

}  // namespace
}  // namespace radixlab::bench
