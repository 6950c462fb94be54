/// \file
/// Number types of stored tensors, and float32 to and from the two 16-bit types. Integer arithmetic only: exact on
/// every machine, and no rounding mode or flush-to-zero setting of the thread can change it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace radixlab {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian, and so are we");

/// f32, bf16 and f16 are computed with. The others are known by name and size, so that a message can say what was
/// found.
enum class DType : std::uint8_t {
  f32,
  bf16,
  f16,
  f64,
  i64,
  i32,
  i16,
  i8,
  u64,
  u32,
  u16,
  u8,
  boolean,
  f8_e4m3,
  f8_e5m2
};

struct DTypeInfo {
  DType type;
  std::string_view name;  ///< in a safetensors header
  std::size_t size;       ///< [bytes]
};

/// In the order of the enumeration.
inline constexpr DTypeInfo dtype_table[] = {
    {DType::f32, "F32", 4},      {DType::bf16, "BF16", 2},       {DType::f16, "F16", 2},         {DType::f64, "F64", 8},
    {DType::i64, "I64", 8},      {DType::i32, "I32", 4},         {DType::i16, "I16", 2},         {DType::i8, "I8", 1},
    {DType::u64, "U64", 8},      {DType::u32, "U32", 4},         {DType::u16, "U16", 2},         {DType::u8, "U8", 1},
    {DType::boolean, "BOOL", 1}, {DType::f8_e4m3, "F8_E4M3", 1}, {DType::f8_e5m2, "F8_E5M2", 1},
};

constexpr std::string_view dtype_name(DType type) { return dtype_table[static_cast<std::size_t>(type)].name; }
constexpr std::size_t dtype_size(DType type) { return dtype_table[static_cast<std::size_t>(type)].size; }
constexpr bool is_weight_type(DType type) { return type == DType::f32 || type == DType::bf16 || type == DType::f16; }

/// bfloat16 is the upper half of a float32.
constexpr float bf16_to_f32(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

/// To the nearest, ties to even; a NaN stays one.
constexpr std::uint16_t f32_to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fff'ffffU) > 0x7f80'0000U) return static_cast<std::uint16_t>((bits >> 16) | 0x40U);
  return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

/// Exact: every float16 is a float32.
constexpr float f16_to_f32(std::uint16_t bits) {
  const std::uint32_t sign = std::uint32_t{bits & 0x8000U} << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1fU;
  const std::uint32_t fraction = bits & 0x3ffU;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f80'0000U | (fraction << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
  if (fraction == 0) return std::bit_cast<float>(sign);
  const auto shift = static_cast<std::uint32_t>(std::countl_zero(fraction)) - 21;  // bring the first one to bit 10
  return std::bit_cast<float>(sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ffU) << 13));
}

/// To the nearest, ties to even; beyond float16's range infinity; a NaN stays one.
constexpr std::uint16_t f32_to_f16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint32_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7fff'ffffU;
  if (magnitude > 0x7f80'0000U) return static_cast<std::uint16_t>(sign | 0x7e00U);
  if (magnitude >= 0x4780'0000U) return static_cast<std::uint16_t>(sign | 0x7c00U);  // 65,536 and above
  if (magnitude < 0x3300'0000U) return static_cast<std::uint16_t>(sign);             // below half of the smallest
  const std::uint32_t exponent = magnitude >> 23;
  const std::uint32_t drop = exponent >= 113 ? 13 : 126 - exponent;  // bits of the fraction that do not fit
  const std::uint32_t fraction = (magnitude & 0x7f'ffffU) | 0x80'0000U;
  const std::uint32_t whole = fraction >> drop, rest = fraction & ((1U << drop) - 1), half = 1U << (drop - 1);
  // The leading one of `whole` adds 1 to the exponent; a carry out of the rounding does so once more.
  const std::uint32_t base = exponent >= 113 ? (exponent - 113) << 10 : 0;
  return static_cast<std::uint16_t>(sign | (base + whole + (rest > half || (rest == half && (whole & 1U)))));
}

}  // namespace radixlab
