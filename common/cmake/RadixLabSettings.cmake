# Compiler settings of all our own code: the target radixlab_settings, linked by everything.
set(CMAKE_COMPILE_WARNING_AS_ERROR ${RADIXLAB_WERROR})
add_library(radixlab_settings INTERFACE)
target_compile_options(radixlab_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  -Wno-missing-field-initializers  # a designated initialiser names what differs from the default, and only that
  -ffp-contract=off)  # a multiply-add is fused where the source says so, and nowhere else: see the numeric policy
target_compile_definitions(radixlab_settings INTERFACE RADIXLAB_SHORT=$<BOOL:${RADIXLAB_SHORT}>)
target_include_directories(radixlab_settings INTERFACE ${PROJECT_SOURCE_DIR}/common)

if(RADIXLAB_SANITIZE)
  target_compile_options(radixlab_settings INTERFACE -fsanitize=${RADIXLAB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(radixlab_settings INTERFACE -fsanitize=${RADIXLAB_SANITIZE})
endif()

# "kernels/cpu/x.hpp" and "visualize/x.hpp" are found through links, so that no target sees the chapters by accident.
foreach(folder kernels visualize)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/${folder})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${PROJECT_BINARY_DIR}/include/${folder}/${folder} SYMBOLIC)
endforeach()
