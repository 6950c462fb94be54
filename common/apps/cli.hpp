/// \file
/// What all programs share: options, help, errors on one line, exit codes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

namespace CLI {  // CLI11, which takes seconds to compile: included where options are added
class App;
class Validator;
}  // namespace CLI

namespace radixlab {

/// Ends of a program: 0 fine, 1 a check failed (logits differ, a rule is broken), 2 bad input, 77 skipped.
inline constexpr int exit_fine = 0, exit_check_failed = 1, exit_bad_input = 2, exit_skipped = 77;

/// What a program was to show and did not: thrown from any depth of a `body`, it ends the program with exit code 1.
struct CheckFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The main of a program: `setup` adds its options to the parser, `body` does the work and returns the exit code.
/// --help prints the help and is fine. A wrong option, and anything else that `body` throws, is one line "name: message"
/// on standard error and exit code 2; so is standard output that could not be written.
int run_program(const std::string& name, int argc, char** argv, const std::function<void(CLI::App&)>& setup,
                const std::function<int()>& body);

/// For an option's check(): a whole number, not below `least`. CLI11 alone would read -3 as a huge one.
CLI::Validator whole_number(std::uint64_t least);

/// Throws InputError if `file` cannot come to be because its folder is not there, or if something stands there that is no plain
/// file: a device, or a link such as /dev/stdout, in whose place AtomicFile would put one. Told before the work, not after.
void check_output_file(const std::filesystem::path& file);

}  // namespace radixlab
