#include "kernels/emulator/symbols.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <elf.h>
#include <fstream>
#include <link.h>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <unistd.h>

extern "C" const char __executable_start;  // the linker's; NOLINT(bugprone-reserved-identifier)

namespace radixlab::emulator {
namespace {

constexpr const char* kProgram = "/proc/self/exe";

std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                         &std::free);
  return text ? text.get() : name;
}

/// Symbols of the program's file.
class SymbolTable {
 public:
  SymbolTable() {
    std::ifstream file(kProgram, std::ios::binary | std::ios::ate);
    bytes_.resize(static_cast<std::size_t>(std::max<std::streamoff>(0, file.tellg())));
    file.seekg(0).read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
    const auto header = at<Elf64_Ehdr>(0);
    for (unsigned i = 0; i < header.e_shnum; ++i) {
      const auto section = at<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr));
      if (section.sh_type != SHT_SYMTAB) continue;
      symbols_ = section;
      names_ = at<Elf64_Shdr>(header.e_shoff + section.sh_link * sizeof(Elf64_Shdr)).sh_offset;
    }
    if (symbols_.sh_size == 0)
      throw std::runtime_error(
          "emulator: this program was stripped of its symbols; they tell where __shared__ arrays lie");
  }
  std::size_t size() const { return symbols_.sh_size / sizeof(Elf64_Sym); }
  Elf64_Sym operator[](std::size_t i) const { return at<Elf64_Sym>(symbols_.sh_offset + i * sizeof(Elf64_Sym)); }
  const char* name(const Elf64_Sym& symbol) const { return bytes_.data() + names_ + symbol.st_name; }

 private:
  template <typename T>
  T at(std::size_t offset) const {
    T value{};
    if (offset + sizeof(T) <= bytes_.size()) std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }
  std::vector<char> bytes_;
  Elf64_Shdr symbols_{};
  std::size_t names_ = 0;
};

std::string without_parameters(std::string name) {
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {  // "void radixlab::k<(int)4>(float*)": the first ( outside of <>
    depth += name[i] == '<';
    depth -= name[i] == '>';
    if (depth == 0 && name[i] == '(' && name.compare(i, 11, "(anonymous ") != 0) {
      name.resize(i);
      break;
    }
  }
  std::size_t begin = 0;
  depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {  // a template's name comes with its result and its namespaces
    depth += name[i] == '<' || name[i] == '(';
    depth -= name[i] == '>' || name[i] == ')';
    if (depth == 0 && (name[i] == ' ' || name[i] == ':')) begin = i + 1;
  }
  return name.substr(begin);
}

struct Lines {
  std::string own, caller;
};

Lines ask_addr2line(std::size_t offset) {
  char command[160];
  std::snprintf(command, sizeof command, "addr2line -i -e /proc/%d/exe 0x%zx 2>/dev/null", static_cast<int>(getpid()),
                offset);
  const std::unique_ptr<FILE, decltype(&pclose)> answer(popen(command, "r"), &pclose);
  char line[4096];
  Lines found;
  while (answer && std::fgets(line, sizeof line, answer.get())) {
    std::string text(line, std::strcspn(line, " \n"));  // "file:41 (discriminator 2)"
    const bool is_the_languages = text.find("kernels/emulator/") != std::string::npos ||
                                  text.find("/force_inline.hpp:") != std::string::npos || text.starts_with("/usr/");
    if (is_the_languages) continue;  // CUDA's own function, or what it is made of: who calls it?
    if (text.find('?') != std::string::npos) continue;
    const std::string place = text.substr(text.rfind('/') + 1);
    const bool of_a_header = place.find(".cuh:") != std::string::npos;
    if (found.own.empty()) {
      found.own = place;
    } else if (!of_a_header) {
      found.caller = place;
    }
    if (!of_a_header) break;
  }
  if (!found.own.empty()) return found;
  std::snprintf(line, sizeof line, "code at 0x%zx (addr2line of binutils would name the line)", offset);
  return {line, ""};
}

/// The program as it lies in memory.
struct Program {
  std::size_t base = 0;           ///< what its addresses are more than its file says
  char* thread_locals = nullptr;  ///< of the calling thread
};
Program program() {
  Program found;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        *static_cast<Program*>(result) = {info->dlpi_addr, static_cast<char*>(info->dlpi_tls_data)};
        return 1;  // the first is the program
      },
      &found);
  return found;
}

/// What hook_names.sed puts before the names of variables in functions of kernel files.
constexpr std::string_view kKernelMark = "radixlab_kernel";

const Lines& lines_of(const void* place) {
  static std::map<const void*, Lines> known;
  Lines& lines = known[place];
  if (lines.own.empty())
    lines = ask_addr2line(reinterpret_cast<std::size_t>(place) - program().base - 1);  // in the call
  return lines;
}

const SymbolTable& symbols() {
  static const SymbolTable table;
  return table;
}

}  // namespace

const char* program_begin() { return &__executable_start; }

bool is_constant(std::size_t address) {
  return dl_iterate_phdr(
             [](dl_phdr_info* info, std::size_t, void* asked) {
               const std::size_t a = *static_cast<std::size_t*>(asked) - info->dlpi_addr;
               for (const ElfW(Phdr) & part : std::span(info->dlpi_phdr, info->dlpi_phnum))
                 if (part.p_type == PT_LOAD && !(part.p_flags & PF_W) && a - part.p_vaddr < part.p_memsz) return 1;
               return -1;  // the program alone
             },
             &address) == 1;
}

std::string line_of(const void* place) { return lines_of(place).own; }
std::string caller_of(const void* place) { return lines_of(place).caller; }

bool same_line(const void* a, const void* b) { return a == b || line_of(a) == line_of(b); }

std::string function_name(const void* function) {
  const std::size_t value = reinterpret_cast<std::size_t>(function) - program().base;
  for (std::size_t i = 0; i < symbols().size(); ++i) {
    const Elf64_Sym symbol = symbols()[i];
    if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_value == value)
      return without_parameters(demangled(symbols().name(symbol)));
  }
  return "?";
}

std::vector<ThreadLocal> function_thread_locals() {
  std::vector<ThreadLocal> found;
  for (std::size_t i = 0; i < symbols().size(); ++i) {
    const Elf64_Sym symbol = symbols()[i];
    if (ELF64_ST_TYPE(symbol.st_info) != STT_TLS || symbol.st_size == 0) continue;
    std::string name = symbols().name(symbol);
    if (name.rfind(kKernelMark, 0) != 0) continue;  // the host's own
    name.erase(0, kKernelMark.size());
    const std::string whole = demangled(name);
    if (name.rfind("_ZGVZ", 0) == 0)
      throw std::runtime_error("emulator: " + whole +
                               ": a __shared__ variable may have neither constructor nor first value");
    if (name.rfind("_ZZ", 0) == 0)
      found.push_back({whole.substr(whole.rfind(':') + 1), symbol.st_value, symbol.st_size});
  }
  return found;
}

char* thread_locals_begin() {
  if (!program().thread_locals) throw std::runtime_error("emulator: this program has no thread-local variables");
  return program().thread_locals;
}

}  // namespace radixlab::emulator
