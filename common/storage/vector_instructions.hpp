/// \file
/// The compiler's names for vector instructions, on the processors that have some of ours. A function that uses them is
/// marked [[gnu::target("avx2")]] and is called only where __builtin_cpu_supports("avx2") says so: the rest of its file
/// is built for any processor.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>  // IWYU pragma: export
#endif
