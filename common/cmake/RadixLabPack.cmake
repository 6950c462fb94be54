# Packages out of a pack, the folder that ./lab gpu --pack makes for a machine without them and without a network. They have the
# names that the system's have, and none is taken from the system.
#   include/      nlohmann, CLI, fmt (header-only), boost, sentencepiece_processor.h
#   lib/<arch>/   libsentencepiece.so.0, libboost_context.a
#   googletest/   GoogleTest's and GoogleMock's sources, as Debian's package googletest has them
#   programs.tar.xz  suites for a GPU, built where the pack was made, and their libraries: for a machine without nvcc
set(libraries ${RADIXLAB_PACK}/lib/${CMAKE_SYSTEM_PROCESSOR})
if(NOT EXISTS ${libraries})
  file(GLOB made_for RELATIVE ${RADIXLAB_PACK}/lib ${RADIXLAB_PACK}/lib/*)
  message(FATAL_ERROR "the pack in ${RADIXLAB_PACK} was made for ${made_for}, and this is ${CMAKE_SYSTEM_PROCESSOR}; "
    "make one with ./lab gpu --pack on such a machine")
endif()

foreach(name nlohmann_json::nlohmann_json CLI11::CLI11 fmt::fmt Boost::context radixlab_sentencepiece)
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${name} INTERFACE ${RADIXLAB_PACK}/include)
endforeach()
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
target_link_libraries(Boost::context INTERFACE ${libraries}/libboost_context.a)
target_link_libraries(radixlab_sentencepiece INTERFACE ${libraries}/libsentencepiece.so.0)

# GoogleTest's own CMake files ask for versions of CMake that newer ones refuse; two files are all of it.
set(google ${RADIXLAB_PACK}/googletest)
set(includes ${google}/googletest/include ${google}/googlemock/include)
add_library(radixlab_gtest STATIC EXCLUDE_FROM_ALL
  ${google}/googletest/src/gtest-all.cc ${google}/googlemock/src/gmock-all.cc)
target_include_directories(radixlab_gtest SYSTEM PUBLIC ${includes} PRIVATE ${google}/googletest ${google}/googlemock)
target_link_libraries(radixlab_gtest PUBLIC Threads::Threads)
add_library(radixlab_gtest_main STATIC EXCLUDE_FROM_ALL ${google}/googletest/src/gtest_main.cc)
target_link_libraries(radixlab_gtest_main PUBLIC radixlab_gtest)
set_target_properties(radixlab_gtest radixlab_gtest_main PROPERTIES COMPILE_WARNING_AS_ERROR OFF)
add_library(GTest::gtest ALIAS radixlab_gtest)
add_library(GTest::gmock ALIAS radixlab_gtest)
add_library(GTest::gtest_main ALIAS radixlab_gtest_main)
