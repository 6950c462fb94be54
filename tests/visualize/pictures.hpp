/// \file
/// Nodes made by hand, and pictures and texts compared with committed ones.
#pragma once
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "contract/snapshot.hpp"
#include "io/atomic_file.hpp"

namespace radixlab {

inline NodeView node(std::uint32_t id, std::uint32_t parent, std::vector<TokenId> tokens, std::vector<PageId> pages) {
  NodeView view;
  view.id = id;
  view.parent = parent;
  view.tokens = std::move(tokens);
  view.pages = std::move(pages);
  return view;
}
inline NodeView leaf(NodeView view) {
  view.evictable = true;
  return view;
}
inline NodeView locked(NodeView view, std::size_t times = 1) {
  view.use.ref_count = times;
  view.evictable = false;
  return view;
}
inline NodeView salted(NodeView view, std::uint32_t salt) {
  view.cache_salt = salt;
  return view;
}

/// Compares with tests/visualize/NAME. With RADIXLAB_UPDATE_GOLDEN set, writes that file anew, and fails all the same.
inline void expect_golden_text(const std::string& name, const std::string& text) {
  const std::string path = "tests/visualize/" + name;
  if (std::getenv("RADIXLAB_UPDATE_GOLDEN")) {
    write_file(path, text);
    FAIL() << path << " was written anew: look at it, then run without RADIXLAB_UPDATE_GOLDEN";
  }
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << path << ": if the change is meant, run with RADIXLAB_UPDATE_GOLDEN=1";
}

/// A picture, whose file ends in .dot.
inline void expect_golden(const std::string& name, const std::string& dot) { expect_golden_text(name + ".dot", dot); }

}  // namespace radixlab
