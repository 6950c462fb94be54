# cmake -DNM=<nm> -DARCHIVE=<library of emulated kernels> -P hooks_are_ours.cmake
# A call under the thread sanitizer's own name would reach the real one, or disarm it; and without calls nothing is watched.
execute_process(COMMAND ${NM} --undefined-only ${ARCHIVE} OUTPUT_VARIABLE undefined COMMAND_ERROR_IS_FATAL ANY)
if(undefined MATCHES "__tsan_[a-z0-9_]+")
  message(FATAL_ERROR "${ARCHIVE} calls ${CMAKE_MATCH_0}: kernels/emulator/hook_names.sed did not rename it")
endif()
if(NOT undefined MATCHES "radixlab_emulator_read4" OR NOT undefined MATCHES "radixlab_emulator_write16")
  message(FATAL_ERROR "${ARCHIVE} calls no hooks: its kernels were not compiled for the emulator")
endif()
