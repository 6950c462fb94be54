# radixlab_suite(<name> SOURCES <file>... LIBS <target>... [LABELS <label>...])
#   An executable test_<name> with GoogleTest's main, and one ctest test for each of its cases, called <name>.<Suite>.<Case>.
function(radixlab_suite name)
  cmake_parse_arguments(S "" "" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(test_${name} ${S_SOURCES})
  target_link_libraries(test_${name} PRIVATE radixlab_settings ${S_LIBS} GTest::gmock GTest::gtest_main)
  if(NOT S_LABELS)
    set(S_LABELS ${name})
  endif()
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    PROPERTIES LABELS "${S_LABELS}" SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()
