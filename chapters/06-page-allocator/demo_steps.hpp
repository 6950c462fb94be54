/// \file
/// The steps of demo_06. Figures go to `demo` under the names that README.md's marks use.
#pragma once
#include "apps/demo.hpp"

namespace radixlab {

/// Seed 000's first version: a running request reads another one's keys and values, and pages are freed twice. Then the
/// same requests under this chapter's counts.
void show_first_version(Demo& demo);

/// The worked example, two requests on one prefix, call by call: each page's owner and count. Drawn.
void show_life(Demo& demo);

/// An allocator for each of three layers: the page tables are equal, so one allocator is enough.
void show_layers(Demo& demo);

/// A hit that ends inside a page: the tree before and after, and what is copied.
void show_hit_inside(Demo& demo);

/// A request and its fork share their last page until one of them writes. Drawn.
void show_forks(Demo& demo);

/// Pages move while requests run, and each request reads what it read before.
void show_compaction(Demo& demo);

/// What README.md's tables say, and the answers to questions.json that no step above says, from runs; prints nothing.
void keep_numbers(Demo& demo);

}  // namespace radixlab
