# Packages of the system, or of a pack, which brings them along; and LibTorch from build/deps, from the user's own CMAKE_PREFIX_PATH
# or, where it is left out if it is nowhere, from Python's torch.
set(RADIXLAB_PACK "" CACHE PATH "The folder pack/ of ./lab gpu --pack. If there is such a folder, packages come from it alone")
find_package(Threads REQUIRED)
find_package(Python3 3.10 REQUIRED COMPONENTS Interpreter)
if(RADIXLAB_PACK AND IS_DIRECTORY ${RADIXLAB_PACK})
  include(RadixLabPack)
else()
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  find_package(fmt REQUIRED)
  find_package(nlohmann_json REQUIRED)
  find_package(CLI11 REQUIRED)

  # SentencePiece has no package file for CMake, and Ubuntu's for pkg-config asks for protobuf's, which it does not install.
  find_path(RADIXLAB_SENTENCEPIECE_INCLUDE sentencepiece_processor.h REQUIRED)
  find_library(RADIXLAB_SENTENCEPIECE sentencepiece REQUIRED)
  add_library(radixlab_sentencepiece INTERFACE)
  target_include_directories(radixlab_sentencepiece SYSTEM INTERFACE ${RADIXLAB_SENTENCEPIECE_INCLUDE})
  target_link_libraries(radixlab_sentencepiece INTERFACE ${RADIXLAB_SENTENCEPIECE})
endif()

# LibTorch comes from its wheel. Imported targets for the two libraries that we use work everywhere, where the wheel's own
# package file asks for a CUDA toolkit.
if(RADIXLAB_TORCH)
  set(places ${RADIXLAB_DEPS}/libtorch/torch)
  if(RADIXLAB_TORCH STREQUAL "AUTO")  # find_spec looks where it is and imports nothing, which would take ten seconds
    execute_process(COMMAND ${Python3_EXECUTABLE} -c "from importlib.util import find_spec
found = find_spec('torch')
print(found.submodule_search_locations[0] if found else '')" OUTPUT_VARIABLE place OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    list(APPEND places ${place})
  endif()
  find_path(RADIXLAB_TORCH_INCLUDE ATen/ATen.h PATHS ${places} PATH_SUFFIXES include torch/include)
  find_library(RADIXLAB_TORCH_CPU torch_cpu PATHS ${places} PATH_SUFFIXES lib torch/lib)
  find_library(RADIXLAB_C10 c10 PATHS ${places} PATH_SUFFIXES lib torch/lib)
  set(lacks_torch OFF)
  if(NOT RADIXLAB_TORCH_INCLUDE OR NOT RADIXLAB_TORCH_CPU OR NOT RADIXLAB_C10)
    set(lacks_torch ON)
  endif()
  if(lacks_torch AND RADIXLAB_TORCH STREQUAL "AUTO")
    message(STATUS "left out: what needs LibTorch, which is neither in ${RADIXLAB_DEPS}/libtorch nor Python's torch")
    set(RADIXLAB_TORCH OFF)
  elseif(lacks_torch)
    message(FATAL_ERROR "LibTorch was not found in ${RADIXLAB_DEPS}/libtorch nor in CMAKE_PREFIX_PATH. "
      "Run ./lab setup, which fetches it, or configure with --preset labs, which does without.")
  endif()
endif()
if(RADIXLAB_TORCH)
  add_library(radixlab_libtorch INTERFACE)
  target_include_directories(radixlab_libtorch SYSTEM INTERFACE
    ${RADIXLAB_TORCH_INCLUDE} ${RADIXLAB_TORCH_INCLUDE}/torch/csrc/api/include)
  target_link_libraries(radixlab_libtorch INTERFACE ${RADIXLAB_TORCH_CPU} ${RADIXLAB_C10})
endif()
