# Everywhere, NEEDS <NN>: without the bodies of that chapter and of those that it uses, what is said here is left out, and a test
# of the same name is skipped in its place, which says: built in lab NN.

# radixlab_test_code(<target>...)
#   GoogleTest and the standard library are parsed once for all of them.
function(radixlab_test_code)
  foreach(target IN LISTS ARGN)
    target_link_libraries(${target} PRIVATE radixlab_settings GTest::gmock)
  endforeach()
  radixlab_use_headers(test ${ARGN})
endfunction()

# radixlab_suite(<name> [NEEDS <NN>] SOURCES <file>... LIBS <target>... [LABELS <label>...])
#   An executable test_<name> with GoogleTest's main, and one ctest test for each of its cases, called <name>.<Suite>.<Case>.
function(radixlab_suite name)
  cmake_parse_arguments(S "" "NEEDS" "SOURCES;LIBS;LABELS" ${ARGN})
  radixlab_missing(missing ${S_NEEDS})
  if(missing)
    _radixlab_stand_in(${name} ${missing})
    return()
  endif()
  add_executable(test_${name} ${S_SOURCES})
  radixlab_as_one_at_last(test_${name})
  target_link_libraries(test_${name} PRIVATE ${S_LIBS} GTest::gtest_main)
  radixlab_test_code(test_${name})
  if(NOT S_LABELS)
    set(S_LABELS ${name})
  endif()
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES LABELS "${S_LABELS}" SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()

# radixlab_suite_more(<name> NEEDS <NN> SOURCES <file>...)
#   More cases of a suite. Their stand-in is called <name>.<NN>.
function(radixlab_suite_more name)
  cmake_parse_arguments(S "" "NEEDS" "SOURCES" ${ARGN})
  radixlab_missing(missing ${S_NEEDS})
  if(missing)
    _radixlab_stand_in(${name}.${S_NEEDS} ${missing})
  else()
    target_sources(test_${name} PRIVATE ${S_SOURCES})
  endif()
endfunction()

# radixlab_test(<name> NEEDS <NN>... COMMAND <word>...)
#   As add_test.
function(radixlab_test name)
  cmake_parse_arguments(T "" "" "NEEDS;COMMAND" ${ARGN})
  radixlab_missing(missing ${T_NEEDS})
  if(missing)
    _radixlab_stand_in(${name} ${missing})
  else()
    add_test(NAME ${name} COMMAND ${T_COMMAND})
  endif()
endfunction()

function(_radixlab_stand_in name missing)
  radixlab_left_out(why ${missing})
  if(why)
    string(PREPEND why ", which is left out here: ")
  endif()
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "built in lab ${missing}${why}")
  set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "built in lab")
endfunction()
