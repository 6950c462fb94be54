# Suites for a GPU: target cuda_compiles builds them where nvcc is. Where it is not, a pack may have brought the programs. They are
# tests of ctest with option RADIXLAB_GPU alone, which preset cuda sets: each case (label gpu), and some under compute-sanitizer's
# tools (label sanitizer). Without a GPU, all of them are skipped and say so.
find_program(RADIXLAB_COMPUTE_SANITIZER compute-sanitizer HINTS ${toolkit} ${toolkit}/../compute-sanitizer PATHS /usr/local/cuda/bin)
set(RADIXLAB_SANITIZER_TOOLS memcheck racecheck initcheck)
set(RADIXLAB_NO_GPU "this machine has no GPU")  # what a program says in that case

if(RADIXLAB_PACK AND EXISTS ${RADIXLAB_PACK}/programs.tar.xz AND NOT RADIXLAB_CUDA)
  file(ARCHIVE_EXTRACT INPUT ${RADIXLAB_PACK}/programs.tar.xz DESTINATION ${PROJECT_BINARY_DIR}/programs)
endif()

# radixlab_gpu_program(<name> [WITH_GTEST] SOURCES <file>... LIBS <target>...)
#   An executable of that name for a GPU, or the pack's; where neither can be had there is no target.
function(radixlab_gpu_program name)
  cmake_parse_arguments(G "WITH_GTEST" "" "SOURCES;LIBS" ${ARGN})
  if(NOT RADIXLAB_CUDA)
    if(EXISTS ${PROJECT_BINARY_DIR}/programs/${name})
      add_executable(${name} IMPORTED GLOBAL)
      set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${PROJECT_BINARY_DIR}/programs/${name})
    endif()
    return()
  endif()
  add_executable(${name} EXCLUDE_FROM_ALL ${G_SOURCES})
  target_compile_definitions(${name} PRIVATE RADIXLAB_GPU)
  target_link_libraries(${name} PRIVATE ${G_LIBS})
  if(G_WITH_GTEST)
    target_link_libraries(${name} PRIVATE GTest::gtest_main)
    radixlab_test_code(${name})
  endif()
  set_target_properties(${name} PROPERTIES BUILD_RPATH "\$ORIGIN")  # where a pack has its libraries
  radixlab_as_one(${name})
  add_dependencies(cuda_compiles ${name})
endfunction()

# radixlab_gpu_suite(<name> SOURCES <file>... LIBS <target>... SANITIZED <filter of GoogleTest>)
#   The program test_<name> and its tests <name>.<Suite>.<Case>; and <name>.memcheck and its like, which run the cases of SANITIZED.
#   For initcheck, arrays are left unwritten (kernels/cuda/device_array.hpp): such a case reads nothing of them that no kernel wrote.
function(radixlab_gpu_suite name)
  cmake_parse_arguments(G "" "SANITIZED" "SOURCES;LIBS" ${ARGN})
  radixlab_gpu_program(test_${name} WITH_GTEST SOURCES ${G_SOURCES} LIBS ${G_LIBS})
  if(NOT RADIXLAB_GPU)
    return()
  endif()
  if(NOT TARGET test_${name})
    _radixlab_gpu_stand_in(${name} gpu "no CUDA toolkit was found, and no pack has brought test_${name}")
    return()
  endif()
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES LABELS gpu TIMEOUT 60 SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
  foreach(tool IN LISTS RADIXLAB_SANITIZER_TOOLS)
    if(NOT RADIXLAB_COMPUTE_SANITIZER)
      _radixlab_gpu_stand_in(${name}.${tool} sanitizer "compute-sanitizer was not found")
      continue()
    endif()
    add_test(NAME ${name}.${tool} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
      COMMAND ${RADIXLAB_COMPUTE_SANITIZER} --tool ${tool} --error-exitcode 1 $<TARGET_FILE:test_${name}> --gtest_filter=${G_SANITIZED})
    set_tests_properties(${name}.${tool} PROPERTIES
      LABELS sanitizer TIMEOUT 90 SKIP_REGULAR_EXPRESSION "${RADIXLAB_NO_GPU}")
    if(tool STREQUAL initcheck)
      set_tests_properties(${name}.${tool} PROPERTIES ENVIRONMENT RADIXLAB_UNWRITTEN=1)
    endif()
  endforeach()
endfunction()

function(_radixlab_gpu_stand_in name label why)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: ${why}")
  set_tests_properties(${name} PROPERTIES LABELS ${label} SKIP_REGULAR_EXPRESSION "skipped: ")
endfunction()
