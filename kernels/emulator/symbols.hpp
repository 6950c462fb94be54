/// \file
/// What the program's symbols say: places in the source, kernels' names, the extents of `__shared__` variables. Linux, ELF.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace radixlab::emulator {

/// The begin of the program's code.
const char* program_begin();
/// Whether an address lies in the program's constants, which kernels may read.
bool is_constant(std::size_t address);

/// "file.cu:41" of the call that returns to `place`, by addr2line of binutils; without it, the address. Inside the language's own
/// functions: the line that called them. Remembers what it has asked.
std::string line_of(const void* place);
/// Where that line is of a kernels' header (.cuh) that was inlined: the line of the .cu file that called it. Else empty.
std::string caller_of(const void* place);
bool same_line(const void* a, const void* b);

/// A function's name without its parameters: "scores<float>".
std::string function_name(const void* function);

/// A variable of which each thread of the host has its own: what `__shared__` stands for.
struct ThreadLocal {
  std::string name;
  std::size_t offset, bytes;
};
/// The program's, in functions. \throws std::runtime_error it was stripped of its symbols, or one has a constructor
std::vector<ThreadLocal> function_thread_locals();
/// Where the calling thread has them. \throws std::runtime_error the program has none
char* thread_locals_begin();

}  // namespace radixlab::emulator
