/// \file
/// Who may share with whom: the numbers behind PrefixKey::cache_salt.
///
/// Invariant I11: two different lists of fields never get one number. The key of the table is the fields' bytes, each
/// written as tag, length, value; a hash could give two tenants one number, and then one's text to the other. A list may
/// be forgotten, its number is never given again: if it comes back, then it gets a new one. So a forgotten number that
/// somebody still carries costs him a hit, and nobody a secret.
#pragma once
#include <cstdint>
#include <map>
#include <set>
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
  /// The number of this list of fields, the same for every later call until the list is forgotten; 0 for the empty list.
  /// Throws std::length_error when 2^32 numbers have been given. O(log lists).
  std::uint32_t number(std::span<const SaltField> fields);

  /// So many lists have come since the last forget_all_but() that it is worth while.
  bool is_long() const { return numbers_.size() >= long_; }
  /// Forgets each list whose number is not in `held`, unless somebody asked for it since the last call. O(lists log held).
  void forget_all_but(const std::set<std::uint32_t>& held);
  std::size_t size() const { return numbers_.size(); }  ///< [lists]

 private:
  static constexpr std::size_t kFew = 1024;  // lists that are not worth a look
  struct Known {
    std::uint32_t number;
    bool asked;  // since the last forget_all_but()
  };

  std::map<std::string, Known, std::less<>> numbers_;
  std::uint32_t last_ = 0;  // number that was given
  std::size_t long_ = kFew;
};

}  // namespace radixlab
