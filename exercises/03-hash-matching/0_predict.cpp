#include "03-hash-matching/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

/// Chapter 03, task 3.0: say what will happen before you read on. The tests hold each answer against a run.
///
/// Three sequences are indexed, one after the other: 4 4 2 6 6 1, then 4 4 2 8 8, then 4 4 2 6 5. How many distinct
/// prefixes are in the table?
std::size_t predicted_prefixes() {
  todo("3.0",
       "Draw the texts as boxes, one a prefix or one a page. Which of the boxes are one, and which is reached only "
       "through another? A hash says no more than where to look. Write the numbers before you read on.");
}

/// Seed 004 hashes each prefix of a sequence from its first token on. A hash reads one token in a step: how many steps
/// for all prefixes of one sequence of 600 tokens?
std::size_t predicted_steps_of_the_seed() { todo("3.0", "The hint stands above."); }

/// And how many where the hash rolls: one step from the hash of the prefix a token shorter?
std::size_t predicted_steps_rolled() { todo("3.0", "The hint stands above."); }

/// A text of 2,000 tokens is cached in blocks of 16. A request sends it again, with another token in place 1,234
/// (counted from 0). How many tokens [tokens] does match_prefix find?
std::size_t predicted_found() { todo("3.0", "The hint stands above."); }

/// The same look-up under a hash of 8 bits, 125 blocks of that text being cached: how many tokens are found?
std::size_t predicted_found_by_a_weak_hash() { todo("3.0", "The hint stands above."); }

/// Two tenants (two salts) send that document of 2,000 tokens. How many pages of 16 are cached in the end?
std::size_t predicted_pages_of_two_tenants() { todo("3.0", "The hint stands above."); }

/// Pages of 4 tokens; each letter stands for a page of text. `a b c` is inserted with pages 0 1 2, then `a b x` with
/// pages 3 4 5, then `a b c` is looked up once more. Nothing is locked. Which pages does evict(3) give back, in its
/// order?
std::vector<PageId> predicted_victims() { todo("3.0", "The hint stands above."); }

}  // namespace radixlab
