/// \file
/// How a program of Google Benchmark ends: run what is registered, or say in one line why not.
#pragma once
#include <benchmark/benchmark.h>
#include <cstdio>
#include <exception>

namespace radixlab {

/// `prepare` registers the benchmarks and throws if the sides do not do the same work: then 1. 2 for an unknown option.
template <class Prepare>
int run_benchmarks(const char* program, int argc, char** argv, void (*print_help)(), Prepare prepare) try {
  prepare();
  benchmark::Initialize(&argc, argv, print_help);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", program, error.what());
  return 1;
}

}  // namespace radixlab
