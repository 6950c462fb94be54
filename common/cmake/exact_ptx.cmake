# cmake -DPTX=<file> -P exact_ptx.cmake: no arithmetic of a kernel but what docs/numerics.md allows. Without .rn the assembler may
# fuse a product and a sum; without .ftz denormals live; .approx and float64 are other numbers.
file(STRINGS ${PTX} lines REGEX "^[ \t]*(@!?%p[0-9]+ )?(add|sub|mul|fma|mad|div|rcp|sqrt|rsqrt|ex2|lg2|sin|cos|tanh)[.a-z0-9]*[.]f(16|32|64|16x2) |[.]bf16")
set(count 0)
foreach(line IN LISTS lines)
  string(STRIP "${line}" line)
  if(NOT line MATCHES "^(@!?%p[0-9]+ )?(add|sub|mul|fma|div|rcp|sqrt)[.]rn[.]ftz[.]f32 ")
    message(FATAL_ERROR "${PTX}: '${line}' is not exact, expected .rn.ftz.f32 alone")
  endif()
  math(EXPR count "${count} + 1")
endforeach()
message(STATUS "${count} operations, all .rn.ftz.f32")
