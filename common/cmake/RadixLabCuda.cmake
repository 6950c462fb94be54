# Kernels for a GPU: the same `.cu` files by nvcc, without CMake's own CUDA language, which would ask for a toolkit at once.
#
# Nothing of it is built by default. `cmake --build <folder> --target cuda_compiles` builds all that was said here, on machines
# without a GPU too.
find_program(RADIXLAB_NVCC nvcc PATHS $ENV{CUDA_HOME}/bin /usr/local/cuda/bin)
if(RADIXLAB_NVCC AND NOT CMAKE_CROSSCOMPILING)
  get_filename_component(toolkit ${RADIXLAB_NVCC} REALPATH)
  get_filename_component(toolkit ${toolkit} DIRECTORY)
  find_path(RADIXLAB_CUDART_INCLUDE cuda_runtime_api.h HINTS ${toolkit}/../include ${toolkit}/../targets/x86_64-linux/include)
  find_library(RADIXLAB_CUDART cudart_static HINTS ${toolkit}/../lib64 ${toolkit}/../lib ${toolkit}/../targets/x86_64-linux/lib)
endif()
set(RADIXLAB_CUDA OFF)
if(RADIXLAB_NVCC AND RADIXLAB_CUDART_INCLUDE AND RADIXLAB_CUDART AND NOT RADIXLAB_SANITIZE)
  set(RADIXLAB_CUDA ON)
  add_custom_target(cuda_compiles)
else()
  add_custom_target(cuda_compiles COMMAND ${CMAKE_COMMAND} -E echo "no CUDA toolkit was found, or it is left out: nothing to compile")
endif()
set(RADIXLAB_CUDA_ARCHITECTURES 75 80 90 CACHE STRING "GPUs that kernels are compiled for: 75 is a T4, 80 an A100, 90 an H100")

# What the exact kernels stand on (docs/numerics.md): nothing is fused, denormals count as zero, division and root are IEEE's.
set(RADIXLAB_EXACT_FLAGS -ftz=true -fmad=false -prec-div=true -prec-sqrt=true)
set(RADIXLAB_NVCC_FLAGS -std=c++20 -O3 -lineinfo ${RADIXLAB_EXACT_FLAGS} -Xcompiler=-Wall,-Wextra,-ffp-contract=off)
if(RADIXLAB_WERROR)
  list(APPEND RADIXLAB_NVCC_FLAGS -Werror all-warnings)
endif()
foreach(architecture IN LISTS RADIXLAB_CUDA_ARCHITECTURES)
  list(APPEND RADIXLAB_NVCC_FLAGS -gencode=arch=compute_${architecture},code=sm_${architecture})
endforeach()
list(GET RADIXLAB_CUDA_ARCHITECTURES -1 architecture)  # a newer GPU's driver compiles it from there
list(APPEND RADIXLAB_NVCC_FLAGS -gencode=arch=compute_${architecture},code=compute_${architecture})

# radixlab_cuda(<target> SOURCES <file.cu>... [LIBS <target>...])
#   A static library of kernels and of the functions that launch them, for a GPU. The PTX of each file is looked through: see
#   exact_ptx.cmake. Where nvcc is not there is no target.
function(radixlab_cuda target)
  cmake_parse_arguments(C "" "" "SOURCES;LIBS" ${ARGN})
  if(NOT RADIXLAB_CUDA)
    return()
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target})
  file(MAKE_DIRECTORY ${folder})
  set(includes "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
  set(check ${PROJECT_SOURCE_DIR}/common/cmake/exact_ptx.cmake)
  foreach(source IN LISTS C_SOURCES)
    get_filename_component(path ${source} ABSOLUTE)
    file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${path})
    string(REPLACE "/" "_" out ${name})
    set(out ${folder}/${out})
    add_custom_command(OUTPUT ${out}.o
      COMMAND ${RADIXLAB_NVCC} ${RADIXLAB_NVCC_FLAGS} "-I$<JOIN:${includes},;-I>" -MD -MF ${out}.d -MT ${out}.o -c ${path}
              -o ${out}.o
      COMMAND ${RADIXLAB_NVCC} -std=c++20 -O3 ${RADIXLAB_EXACT_FLAGS} -arch=compute_${architecture}
              "-I$<JOIN:${includes},;-I>" -ptx ${path} -o ${out}.ptx
      COMMAND ${CMAKE_COMMAND} -DPTX=${out}.ptx -P ${check}
      DEPENDS ${path} ${check}
      DEPFILE ${out}.d
      COMMENT "Building ${name} for a GPU"
      COMMAND_EXPAND_LISTS VERBATIM)
    list(APPEND objects ${out}.o)
  endforeach()
  add_library(${target} STATIC EXCLUDE_FROM_ALL ${objects})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  set_source_files_properties(${objects} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  target_include_directories(${target} PUBLIC ${PROJECT_BINARY_DIR}/include/kernels)
  target_include_directories(${target} SYSTEM INTERFACE ${RADIXLAB_CUDART_INCLUDE})
  target_link_libraries(${target} PUBLIC ${C_LIBS} ${RADIXLAB_CUDART} Threads::Threads ${CMAKE_DL_LIBS} rt)
  add_dependencies(cuda_compiles ${target})
endfunction()
