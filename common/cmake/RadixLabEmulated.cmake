# Kernels on the CPU: `.cu` files as C++20, for the block emulator in kernels/emulator/.
#
# They are compiled by g++ alone, whatever compiler the rest is built by, and with these flags: the sanitizer's calls before loads
# and stores are what the emulator lives on; -ffp-contract=off and no -m flag keep a * b + c two operations; -O1 keeps one
# place in the code a line, and -fno-tree-sra a float4 one load.
set(RADIXLAB_EMULATED_FLAGS -std=c++20 -O1 -g1 -ffp-contract=off -fno-tree-sra
  -fsanitize=thread
  -Wall -Wextra -Wpedantic -Wshadow -Wno-unknown-pragmas)
if(RADIXLAB_WERROR)
  list(APPEND RADIXLAB_EMULATED_FLAGS -Werror)
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
else()
  find_package(Boost 1.74 REQUIRED COMPONENTS context)  # 1.81 where ./lab chooses; Ubuntu has others
endif()

# radixlab_emulated(<target> SOURCES <file.cu>... [LIBS <target>...])
#   A static library of kernels and of the functions that launch them, on the emulator. Where that is not built there is no target.
function(radixlab_emulated target)
  cmake_parse_arguments(E "" "" "SOURCES;LIBS" ${ARGN})
  if(RADIXLAB_NO_EMULATOR)
    return()
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target})
  file(MAKE_DIRECTORY ${folder})
  set(includes "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
  foreach(source IN LISTS E_SOURCES)
    get_filename_component(path ${source} ABSOLUTE)
    string(REPLACE "/" "_" out ${source})
    set(out ${folder}/${out})
    add_custom_command(OUTPUT ${out}.o
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${RADIXLAB_GXX} ${RADIXLAB_EMULATED_FLAGS} "-I$<JOIN:${includes},;-I>"
              -MD -MF ${out}.d -MT ${out}.o -x c++ -S ${path} -o ${out}.s
      COMMAND sed -i -f ${PROJECT_SOURCE_DIR}/kernels/emulator/hook_names.sed ${out}.s
      COMMAND ${RADIXLAB_GXX} -c ${out}.s -o ${out}.o
      DEPENDS ${path} ${PROJECT_SOURCE_DIR}/kernels/emulator/hook_names.sed
      DEPFILE ${out}.d
      COMMENT "Building ${source} for the emulator"
      COMMAND_EXPAND_LISTS VERBATIM)
    list(APPEND objects ${out}.o)
  endforeach()
  add_library(${target} STATIC ${objects})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  set_source_files_properties(${objects} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  target_link_libraries(${target} PUBLIC radixlab_emulator ${E_LIBS})
endfunction()
