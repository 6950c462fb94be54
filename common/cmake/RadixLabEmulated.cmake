# Kernels on the CPU: `.cu` files as C++20, for the block emulator in kernels/emulator/.
#
# They are compiled by g++ alone, whatever compiler the rest is built by, through emulated.sh.in and with these flags: the
# sanitizer's calls before loads and stores are what the emulator lives on; -ffp-contract=off and no -m flag keep a * b + c two
# operations; -O1 keeps one place in the code a line, and -fno-tree-sra a float4 one load.
set(RADIXLAB_EMULATED_FLAGS -std=c++20 -O1 -g1 -ffp-contract=off -fno-tree-sra
  -fsanitize=thread
  -Wall -Wextra -Wpedantic -Wshadow -Wno-unknown-pragmas)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  list(APPEND RADIXLAB_EMULATED_FLAGS -g)  # a debugger wants variables
endif()

# Where the emulator is not built, this says why; else it is empty.
set(RADIXLAB_NO_EMULATOR "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(RADIXLAB_GXX ${CMAKE_CXX_COMPILER})
else()
  find_program(RADIXLAB_GXX NAMES g++ g++-12)
endif()
if(RADIXLAB_SANITIZE)
  set(RADIXLAB_NO_EMULATOR "the CUDA emulator stands out of sanitizers: it switches stacks and has a kernel's loads for itself")
elseif(CMAKE_CROSSCOMPILING)
  set(RADIXLAB_NO_EMULATOR "the CUDA emulator is built for the processor that builds it")
elseif(NOT RADIXLAB_GXX)
  set(RADIXLAB_NO_EMULATOR "the CUDA emulator needs g++, which was not found")
elseif(NOT TARGET Boost::context)  # a pack has brought it
  find_package(Boost 1.74 REQUIRED COMPONENTS context)  # 1.81 where ./lab chooses; Ubuntu has others
endif()

set(RADIXLAB_HOOK_NAMES ${PROJECT_SOURCE_DIR}/kernels/emulator/hook_names.sed)
list(JOIN RADIXLAB_EMULATED_FLAGS " " RADIXLAB_EMULATED_WORDS)
configure_file(${CMAKE_CURRENT_LIST_DIR}/emulated.sh.in ${PROJECT_BINARY_DIR}/emulated.sh @ONLY)

# radixlab_kernels_of(<target>)
#   The `.cu` files of a target are compiled for the emulator, and their warnings are errors where the target's are. To be called when
#   it has its files and its launcher, in the CMakeLists.txt that made it.
function(radixlab_kernels_of target)
  get_target_property(kernels ${target} SOURCES)
  list(FILTER kernels INCLUDE REGEX "[.]cu$")
  if(NOT kernels)
    return()
  endif()
  set_source_files_properties(${kernels} PROPERTIES LANGUAGE CXX SKIP_PRECOMPILE_HEADERS ON
    OBJECT_DEPENDS "${PROJECT_BINARY_DIR}/emulated.sh;${RADIXLAB_HOOK_NAMES}")
  set(words bash ${PROJECT_BINARY_DIR}/emulated.sh)
  get_target_property(launcher ${target} CXX_COMPILER_LAUNCHER)
  if(launcher)
    list(APPEND words ${launcher})
  endif()
  set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "${words};--")
  target_link_libraries(${target} PUBLIC radixlab_emulator)
endfunction()

# radixlab_emulated(<target> SOURCES <file.cu>... [LIBS <target>...])
#   A static library of kernels and of the functions that launch them, on the emulator. Where that is not built there is no target.
function(radixlab_emulated target)
  cmake_parse_arguments(E "" "" "SOURCES;LIBS" ${ARGN})
  if(RADIXLAB_NO_EMULATOR)
    return()
  endif()
  add_library(${target} STATIC ${E_SOURCES})
  target_link_libraries(${target} PUBLIC ${E_LIBS})
  radixlab_kernels_of(${target})
endfunction()
