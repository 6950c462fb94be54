/// \file
/// Who may share with whom: the numbers behind PrefixKey::cache_salt.
///
/// I11 says that two salts share nothing, so two different lists of fields must never get one number. SaltTable's key is the
/// fields' bytes, each written as tag, length, value. With a hash in its place two tenants could get one number; then one
/// could be given the other's text.
///
/// A list may be forgotten. Its number is never given again: if the list comes back, then it gets a new one. If a request
/// still carries a forgotten number, then it may miss a hit, and nobody sees another's text.
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
  /// Another order is another list. Throws std::length_error if all numbers to 2^32 - 1 have been given. O(log lists).
  std::uint32_t number(std::span<const SaltField> fields);

  /// Whether forget_all_but() should be called: 1,024 lists or more have come since it was, and there are at least twice as
  /// many as were held then.
  bool is_long() const { return numbers_.size() >= long_; }
  /// Forgets each list whose number is not in `held`, the numbers under which anything is cached, unless number() was
  /// called for it since the last forget_all_but(). O(lists log held).
  void forget_all_but(const std::set<std::uint32_t>& held);
  std::size_t size() const { return numbers_.size(); }  ///< [lists]

 private:
  static constexpr std::size_t kFew = 1024;  // fewer new lists are not looked through
  struct Known {
    std::uint32_t number;
    bool asked;  // since the last forget_all_but()
  };

  std::map<std::string, Known, std::less<>> numbers_;
  std::uint32_t last_ = 0;  // the number that was given last
  std::size_t long_ = kFew;
};

}  // namespace radixlab
