# A build from nothing spends its time on headers, over and over. Here they are parsed a few times for all: the files of a library
# are compiled as one (a unity build), and what tests and programs include is a precompiled header. Preset alone
# does neither: there a file that lacks an include does not compile. A learner's file is always compiled by itself.
option(RADIXLAB_AS_ONE "Compile the files of a library, a suite or a demo as one" ON)
option(RADIXLAB_PRECOMPILE "Precompile the headers of tests and of programs" ON)

set(RADIXLAB_STANDARD_HEADERS <algorithm> <cmath> <filesystem> <fstream> <functional> <map> <memory> <numeric> <optional> <random>
  <set> <span> <sstream> <stdexcept> <string> <unordered_map> <utility> <vector>)

# radixlab_as_one(<target>...)
#   The files of each target are compiled as one; a `.cu` file and one with compile options of its own stay apart. No two of them may define
#   one name, not even in anonymous namespaces. CMake's own unity builds name files by their place on the disk, so that a compiler
#   cache would not know them in another folder.
function(radixlab_as_one)
  if(NOT RADIXLAB_AS_ONE)
    return()
  endif()
  foreach(target IN LISTS ARGN)
    get_target_property(sources ${target} SOURCES)
    list(LENGTH sources count)
    if(count EQUAL 1)
      continue()
    endif()
    set(whole ${PROJECT_BINARY_DIR}/as_one/${target}.cpp)
    set(included)
    set(kept ${whole})
    foreach(source IN LISTS sources)
      get_source_file_property(options ${source} COMPILE_OPTIONS)
      if(options OR source MATCHES "[.]cu$")
        list(APPEND kept ${source})
      else()
        get_filename_component(source ${source} ABSOLUTE)
        file(RELATIVE_PATH source ${PROJECT_BINARY_DIR}/as_one ${source})
        string(APPEND included "#include \"${source}\"\n")
      endif()
    endforeach()
    file(CONFIGURE OUTPUT ${whole} CONTENT "${included}" @ONLY)
    set_property(TARGET ${target} PROPERTY SOURCES ${kept})
  endforeach()
endfunction()

# radixlab_as_one_at_last(<target>)
#   As radixlab_as_one, at the end of this CMakeLists.txt: files may join the target until then.
function(radixlab_as_one_at_last target)
  cmake_language(EVAL CODE "cmake_language(DEFER CALL radixlab_as_one ${target})")
endfunction()

# radixlab_headers(<name> OPTIONS <flag>... LIBS <target>... HEADERS <header>...)
#   Makes the object library radixlab_<name>_headers, which has a precompiled header. radixlab_use_headers gives that to other
#   targets, whose flags must be the same.
function(radixlab_headers name)
  cmake_parse_arguments(H "" "" "OPTIONS;LIBS;HEADERS" ${ARGN})
  if(NOT RADIXLAB_PRECOMPILE)
    return()
  endif()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}_headers.cpp CONTENT "")
  add_library(radixlab_${name}_headers OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/${name}_headers.cpp)
  target_compile_options(radixlab_${name}_headers PRIVATE ${H_OPTIONS})
  target_link_libraries(radixlab_${name}_headers PRIVATE radixlab_settings ${H_LIBS})
  target_precompile_headers(radixlab_${name}_headers PRIVATE ${H_HEADERS})
endfunction()

# radixlab_use_headers(<name> <target>...)
function(radixlab_use_headers name)
  if(RADIXLAB_PRECOMPILE)
    foreach(target IN LISTS ARGN)
      target_precompile_headers(${target} REUSE_FROM radixlab_${name}_headers)
    endforeach()
  endif()
endfunction()

# radixlab_program_code(<target>...)
#   Code of programs: CLI11, fmt and JSON are parsed once for all of it.
function(radixlab_program_code)
  foreach(target IN LISTS ARGN)
    target_compile_options(${target} PRIVATE ${RADIXLAB_PROGRAM_OPTIONS})
    target_link_libraries(${target} PRIVATE fmt::fmt)
  endforeach()
  radixlab_use_headers(program ${ARGN})
endfunction()

# Programs read options and print, tests run for a moment: neither is worth an optimiser's minutes, least of all behind a
# sanitizer's checks.
set(RADIXLAB_PROGRAM_OPTIONS $<$<NOT:$<CONFIG:Debug>>:-O1>)
set(RADIXLAB_TEST_OPTIONS $<$<NOT:$<CONFIG:Debug>>:-O0>)
set(RADIXLAB_READER_OPTIONS ${RADIXLAB_PROGRAM_OPTIONS})  # of libraries that read and draw what is small
if(RADIXLAB_SANITIZE)
  set(RADIXLAB_READER_OPTIONS -O0)
endif()
radixlab_headers(program OPTIONS ${RADIXLAB_PROGRAM_OPTIONS} LIBS fmt::fmt CLI11::CLI11 nlohmann_json::nlohmann_json
  HEADERS <CLI/CLI.hpp> <fmt/format.h> <nlohmann/json.hpp> ${RADIXLAB_STANDARD_HEADERS})
radixlab_headers(test OPTIONS ${RADIXLAB_TEST_OPTIONS} LIBS GTest::gmock
  HEADERS <gmock/gmock.h> <gtest/gtest.h> ${RADIXLAB_STANDARD_HEADERS})
