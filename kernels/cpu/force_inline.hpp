// For functions of headers that the files isa_*.cpp include: never a copy of its own that the linker could share among
// instruction sets (isa_table.hpp), and register tiles stay in registers.
#pragma once

#define RADIXLAB_INLINE inline __attribute__((always_inline))
