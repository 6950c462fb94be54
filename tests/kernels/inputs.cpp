// Inputs without any symmetry, and the comparison of bits: loops over every number of a test.
#include <new>
#include <random>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

#include "kernels_fixture.hpp"

namespace radixlab {

GuardedMemory::GuardedMemory(std::size_t bytes)
    : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), size_((bytes + page_ - 1) / page_ * page_ + 2 * page_) {
  void* const all = mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) throw std::bad_alloc();
  all_ = static_cast<std::byte*>(all);
  mprotect(begin(), size_ - 2 * page_, PROT_READ | PROT_WRITE);
}

GuardedMemory::~GuardedMemory() { munmap(all_, size_); }

testing::AssertionResult same_bits(std::span<const float> got, std::span<const float> expected) {
  if (got.size() != expected.size()) {
    return testing::AssertionFailure() << got.size() << " values, expected " << expected.size();
  }
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto a = std::bit_cast<std::uint32_t>(got[i]), b = std::bit_cast<std::uint32_t>(expected[i]);
    if (a == b || (std::isnan(got[i]) && std::isnan(expected[i]))) continue;
    std::ostringstream message;
    message << "value " << i << " of " << got.size() << ": got " << got[i] << " (0x" << std::hex << a << "), expected "
            << expected[i] << " (0x" << b << ")";
    return testing::AssertionFailure() << message.str();
  }
  return testing::AssertionSuccess();
}

std::vector<float> random_floats(std::size_t n, std::uint32_t seed, float scale) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.1f, scale);
  std::vector<float> values(n);
  for (float& v : values) v = normal(generator);
  return values;
}

std::vector<float> tiny_floats(std::size_t n, std::uint32_t seed) {
  constexpr float kValues[] = {0.0f,          -0.0f,        0x1p-149f, -0x1.8p-127f,     0x1.fffffcp-127f,
                               0x1p-126f,     -0x1.2p-126f, 0x1p-63f,  -0x1.01p-63f,     0x1.7p-64f,
                               0x1p-62f,      1.0f,         -1.5f,     0x1.000002p-126f, 0x1p-133f,
                               -0x1.fcp-127f, 0x1.02p-126f};
  std::mt19937 generator(seed);
  std::vector<float> values(n);
  for (float& v : values) v = kValues[generator() % std::size(kValues)];
  return values;
}

std::vector<float> huge_floats(std::size_t n, std::uint32_t seed) {
  constexpr float kValues[] = {0x1.fep127f, -0x1.fep127f, 0x1.fffffep127f, 0x1p127f, -0x1p126f, 0x1.fep63f,
                               -0x1p64f,    0x1p63f,      0x1.02p64f,      1.0f,     -0.5f,     0.0f};
  std::mt19937 generator(seed);
  std::vector<float> values(n);
  for (float& v : values) v = kValues[generator() % std::size(kValues)];
  return values;
}

}  // namespace radixlab
