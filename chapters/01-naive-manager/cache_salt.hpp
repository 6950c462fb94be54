/// \file
/// Who may share with whom: the numbers behind PrefixKey::cache_salt.
///
/// Invariant I11: two different lists of fields never get one number. The key of the table is the fields' bytes, each
/// written as tag, length, value; a hash could give two tenants one number, and then one's text to the other.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace radixlab {

/// One reason not to share: a tenant, an adapter, an image. The tag says which kind it is.
struct SaltField {
  char tag;
  std::string_view value;  ///< any bytes
};

class SaltTable {
 public:
  /// The number of this list of fields, the same for every later call; 0 for the empty list. O(log lists).
  std::uint32_t number(std::span<const SaltField> fields);

 private:
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
};

}  // namespace radixlab
