# Packages of the system, and LibTorch from build/deps or from the user's own CMAKE_PREFIX_PATH.
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Python3 3.10 REQUIRED COMPONENTS Interpreter)

# SentencePiece has no package file for CMake, and Ubuntu's for pkg-config asks for protobuf's, which it does not install.
find_path(RADIXLAB_SENTENCEPIECE_INCLUDE sentencepiece_processor.h REQUIRED)
find_library(RADIXLAB_SENTENCEPIECE sentencepiece REQUIRED)
add_library(radixlab_sentencepiece INTERFACE)
target_include_directories(radixlab_sentencepiece SYSTEM INTERFACE ${RADIXLAB_SENTENCEPIECE_INCLUDE})
target_link_libraries(radixlab_sentencepiece INTERFACE ${RADIXLAB_SENTENCEPIECE})

# LibTorch comes from its wheel. Imported targets for the two libraries that we use work everywhere, where the wheel's own
# package file asks for a CUDA toolkit.
if(RADIXLAB_TORCH)
  find_path(RADIXLAB_TORCH_INCLUDE ATen/ATen.h
    PATHS ${RADIXLAB_DEPS}/libtorch/torch/include PATH_SUFFIXES include torch/include)
  find_library(RADIXLAB_TORCH_CPU torch_cpu PATHS ${RADIXLAB_DEPS}/libtorch/torch/lib PATH_SUFFIXES lib torch/lib)
  find_library(RADIXLAB_C10 c10 PATHS ${RADIXLAB_DEPS}/libtorch/torch/lib PATH_SUFFIXES lib torch/lib)
  if(NOT RADIXLAB_TORCH_INCLUDE OR NOT RADIXLAB_TORCH_CPU OR NOT RADIXLAB_C10)
    message(FATAL_ERROR "LibTorch was not found in ${RADIXLAB_DEPS}/libtorch nor in CMAKE_PREFIX_PATH. "
      "Run ./lab setup, which fetches it, or configure with --preset labs, which does without.")
  endif()
  add_library(radixlab_libtorch INTERFACE)
  target_include_directories(radixlab_libtorch SYSTEM INTERFACE
    ${RADIXLAB_TORCH_INCLUDE} ${RADIXLAB_TORCH_INCLUDE}/torch/csrc/api/include)
  target_link_libraries(radixlab_libtorch INTERFACE ${RADIXLAB_TORCH_CPU} ${RADIXLAB_C10})
endif()
