#include "apps/cli.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iostream>
#include <new>

#include "io/error.hpp"

namespace radixlab {
namespace {

int complain(const std::string& name, std::string message, int code) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::cout.flush();
  std::cerr << name << ": " << message << std::endl;
  return code;
}

int bad_input(const std::string& name, std::string message) {
  return complain(name, std::move(message), exit_bad_input);
}

}  // namespace

int run_program(const std::string& name, int argc, char** argv, const std::function<void(CLI::App&)>& setup,
                const std::function<int()>& body) {
  CLI::App app;
  app.name(name);
  try {
    setup(app);
    app.footer(app.get_footer() + "\n");
    app.parse(argc, argv);
    const int code = body();
    if (!std::cout.flush()) return bad_input(name, "cannot write to standard output");
    return code;
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::Error& error) {
    return bad_input(name, std::string(error.what()) + " (" + name + " --help shows the options)");
  } catch (const CheckFailed& failed) {
    return complain(name, failed.what(), exit_check_failed);
  } catch (const std::bad_alloc&) {
    return bad_input(name, "not enough memory");
  } catch (const std::exception& error) {
    return bad_input(name, error.what());
  }
}

CLI::Validator whole_number(std::uint64_t least) {
  const auto check = [least](const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc() && end == text.data() + text.size() && value >= least;
    return good ? std::string() : text + " is not a whole number from " + std::to_string(least) + " up";
  };
  return CLI::Validator(check, "");
}

void check_output_file(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!std::filesystem::is_directory(folder)) {
    throw InputError(file.string() + ": the folder " + quote(folder.string()) + " does not exist");
  }
  const auto there = std::filesystem::symlink_status(file);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
    throw InputError(file.string() + ": is no plain file, which would be replaced; expected the name of a file");
}

}  // namespace radixlab
