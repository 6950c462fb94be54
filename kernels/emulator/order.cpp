#include "kernels/emulator/order.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <span>

#include "kernels/emulator/running.hpp"

namespace radixlab::emulator {
namespace {

std::uint64_t seed_in_use = 0;

/// As std::shuffle, but the same with every library.
void shuffle_by(std::mt19937_64& generator, std::span<unsigned> numbers) {
  for (std::size_t i = numbers.size(); i > 1; --i) std::swap(numbers[i - 1], numbers[generator() % i]);
}

}  // namespace

ScheduleSeed::ScheduleSeed(std::uint64_t seed) : before_(std::exchange(seed_in_use, seed)) {}
ScheduleSeed::~ScheduleSeed() { seed_in_use = before_; }

Orders::Orders(unsigned threads) : factor_(1), first_(0) {
  if (seed_in_use == 0) {
    threads_.resize(threads);
    std::iota(threads_.begin(), threads_.end(), 0u);
    return;
  }
  std::mt19937_64 generator(seed_in_use);
  factor_ = generator() >> 33 | 1;
  first_ = generator() >> 33;
  std::vector<unsigned> warps((threads + kWarp - 1) / kWarp);
  std::iota(warps.begin(), warps.end(), 0u);
  shuffle_by(generator, warps);
  for (const unsigned warp : warps) {
    const std::size_t begin = threads_.size();
    for (unsigned t = warp * kWarp; t < std::min(threads, (warp + 1) * kWarp); ++t) threads_.push_back(t);
    shuffle_by(generator, std::span(threads_).subspan(begin));
  }
}

std::uint64_t Orders::block(std::uint64_t i, std::uint64_t n) const {
  std::uint64_t factor = n < 3 ? 1 : factor_ % n;
  while (std::gcd(factor, n) != 1) ++factor;  // only then is it a permutation
  return (factor * i + first_) % n;
}

}  // namespace radixlab::emulator
