#include "visualize/render.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "io/atomic_file.hpp"
#include "io/error.hpp"
#include "visualize/text_lengths.hpp"

namespace radixlab {
namespace {

constexpr int kNotStarted = 127;  // as a shell says it

/// A file without a name, gone when closed: what `dot` reads, draws and says. With pipes each side could wait for the
/// other.
class Scratch {
 public:
  Scratch() {
    if (!file_) throw InputError("render: no temporary file: " + std::generic_category().message(errno));
  }
  int descriptor() const { return fileno(file_.get()); }
  void write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0) {
      throw InputError("render: cannot write a temporary file: " + std::generic_category().message(errno));
    }
    std::rewind(file_.get());
  }
  std::string read() {
    std::string text;
    std::array<char, 65536> part;
    std::rewind(file_.get());
    while (const std::size_t n = std::fread(part.data(), 1, part.size(), file_.get())) text.append(part.data(), n);
    return text;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{std::tmpfile(), &std::fclose};
};

/// Runs `dot` and waits for it. No shell stands between: nothing in an argument has a meaning to one.
int run_dot(std::vector<std::string> arguments, const Scratch& in, const Scratch& out, const Scratch& err) {
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&streams, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&streams, err.descriptor(), STDERR_FILENO);
  std::string program = "dot";
  std::vector<char*> words = {program.data()};
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, program.c_str(), &streams, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&streams);
  if (error != 0) return kNotStarted;
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw InputError("render: dot cannot be waited for: " + std::generic_category().message(errno));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// What `dot` draws: one layout in each of the formats, one after the other.
std::string draw(std::string_view dot_text, const std::vector<std::string>& formats, const std::string& where) {
  Scratch in, out, err;
  in.write(dot_text);
  const int code = run_dot(formats, in, out, err);
  if (code == kNotStarted) throw InputError(where + ": the program dot was not found: install the package graphviz");
  std::string picture = out.read();
  if (code != 0 || picture.empty()) {
    const std::string said = err.read();
    throw InputError(fmt::format("{}: dot could not draw it (exit code {}): {}", where, code,
                                 quote(std::string_view(said).substr(0, said.find('\n')))));
  }
  return picture;
}

std::string draw_svg(std::string_view dot_text, const std::string& where) {
  constexpr std::string_view kEnd = "</svg>\n";
  const std::string both = draw(dot_text, {"-Tsvg", "-Tjson"}, where);
  const std::size_t at = both.find(kEnd), end = at == both.npos ? both.size() : at + kEnd.size();
  const std::string_view svg = std::string_view(both).substr(0, end);
  return with_text_lengths(svg, std::string_view(both).substr(end), where + ": the layout that dot tells");
}

/// The bytes of the picture whose name ends so.
std::string picture(std::string_view dot_text, const std::string& ending, const std::string& where) {
  if (ending == ".dot") return std::string(dot_text);
  return ending == ".svg" ? draw_svg(dot_text, where) : draw(dot_text, {"-Tpng"}, where);
}

}  // namespace

bool can_render() {
  Scratch in, out;
  return run_dot({"-V"}, in, out, out) == 0;
}

void render(std::string_view dot_text, const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (ending != ".svg" && ending != ".png" && ending != ".dot") {
    throw InputError(path.string() + ": the ending of a picture's name must be .svg, .png or .dot");
  }
  write_file(path, picture(dot_text, ending, path.string()));
}

}  // namespace radixlab
