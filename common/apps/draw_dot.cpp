// Draws a file of DOT text, as all of our programs draw: for pictures that a person wrote.
#include <CLI/CLI.hpp>

#include "apps/cli.hpp"
#include "io/mapped_file.hpp"
#include "io/text.hpp"
#include "visualize/render.hpp"

int main(int argc, char** argv) {
  using namespace radixlab;
  std::filesystem::path dot, picture;
  const auto add_options = [&](CLI::App& app) {
    app.description("Draws a file of DOT text with Graphviz. Texts of an .svg fit their places in every font.");
    app.footer("Example: draw_dot docs/figures/seams.dot seams.svg");
    app.add_option("dot", dot, "The file: DOT text")->required();
    app.add_option("picture", picture, "What is written: its ending says how, .svg or .png")->required();
  };
  return run_program("draw_dot", argc, argv, add_options, [&] {
    const MappedFile file(dot);
    render(utf8_text(file.text(), dot.string()), picture);
    return exit_fine;
  });
}
