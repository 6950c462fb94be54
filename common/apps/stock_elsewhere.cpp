#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <unistd.h>

#include "apps/stock_runs.hpp"
#include "io/error.hpp"

namespace radixlab {

void need_stock(char** arguments) {
  const std::filesystem::path program =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("doc_qa_stock");
  execv(program.c_str(), arguments);
  throw InputError("--stock: " + program.string() + " does not start: " + std::strerror(errno));
}

ManagerRuns ask_stock(const std::filesystem::path&, DType, std::size_t, const std::vector<Ask>&, const GenerateOptions&,
                      const Tokenizer&) {
  throw std::logic_error("ask_stock before need_stock");
}

}  // namespace radixlab
