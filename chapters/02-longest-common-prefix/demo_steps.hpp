/// \file
/// The two parts of demo_02 that need this chapter's bodies. Figures go to `demo` under the names that tests use.
#pragma once
#include "01-naive-manager/factory.hpp"
#include "apps/demo.hpp"

namespace radixlab {

/// Which candidate begins most like a text, drawn; then what the scan costs as the candidates grow in number.
void show_scan(Demo& demo);

/// Texts come to the row `lcp` and go, and pages are shared; a step of the demo each call.
void show_shelf(Demo& demo, std::span<const Stage> stages);

/// What README.md's tables say, and the answers to questions.json under their names, from runs; prints nothing.
void keep_numbers(Demo& demo);

}  // namespace radixlab
