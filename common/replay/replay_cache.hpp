/// \file
/// A manager of the ladder with its free pages, as `replay` asks for it: with a policy, a unit of eviction and admission.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contract/page_source.hpp"
#include "replay/trace.hpp"

namespace radixlab {

enum class Admission { all, adaptive };

/// Room for text: so many tokens, or a share of the trace's distinct tokens. 0 tokens: as many as are asked for.
struct Capacity {
  std::size_t tokens = 0;
  double percent = 0;  ///< counts if it is above 0
};
/// "4096" or "25%". Throws InputError for other texts.
Capacity read_capacity(const std::string& text);

struct ReplayOptions {
  std::string manager = "radix";  ///< a row of the ladder
  std::string policy;             ///< by name, "clairvoyant" too; empty: the row's own
  bool tail = false;              ///< evict as many pages as are needed from a leaf's end, and not the whole leaf
  Admission admission = Admission::all;
  std::optional<std::size_t> page_size = {};  ///< [tokens]; else the trace's, else 16; in row slots its longest text
  std::optional<Capacity> capacity = {};      ///< else the trace's, else unbounded
  bool check = false;                         ///< check_integrity() after every request
};

/// The policies that `--policy` knows in this build, clairvoyant last; none without chapter 07.
std::vector<std::string> replay_policies();
/// The managers of the ladder that take one, where they are built.
bool takes_policy(std::string_view manager);

/// What is replayed on.
struct ReplayCache {
  std::unique_ptr<BaseCacheManager> manager;
  std::shared_ptr<PageSource> source;
  std::function<std::size_t()> num_nodes;  ///< of the manager
  bool keeps_priorities = false;           ///< retain() is not refused
  bool page_by_page =
      false;  ///< to be evicted so: the clairvoyant policy, whatever the unit. A leaf's pages have different
              ///< next uses, and a yardstick must not lose the front of a leaf for its end
};

/// `num_pages` of `page_size` tokens; nothing: pages never run out. `future`, for the clairvoyant policy alone, is the trace itself.
/// Throws std::invalid_argument for a name that there is not, for one that this build has not ("is built in lab 07") and for a
/// policy or a unit where the manager takes none.
ReplayCache make_replay_cache(const ReplayOptions& options, std::size_t page_size, std::optional<std::size_t> num_pages,
                              const Trace& future);

/// Whether the manager's own pages are numbered in advance, so that their number must be known before the first request.
bool needs_num_pages(std::string_view manager);
/// Whether a page of the manager holds one whole text (chapter 04).
bool has_whole_texts(std::string_view manager);

}  // namespace radixlab
