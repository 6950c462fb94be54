/// \file
/// What a fuzz target is: one function over bytes. It is compiled twice: with libFuzzer's main, which invents the
/// bytes, and with replay_main.cpp, which reads them from files: seeds, and what was found before.
#pragma once
#include <iosfwd>
#include <string_view>

namespace radixlab::fuzz {

/// Runs one input; true if it passed the first check that the target's file names. Refusals that are documented are
/// caught inside: whatever else comes out is a find, as is what a sanitizer says. `story`, if given, is told the calls
/// on a cache manager as they are made, in Story's lines.
bool run(std::string_view input, std::ostream* story = nullptr);

}  // namespace radixlab::fuzz
