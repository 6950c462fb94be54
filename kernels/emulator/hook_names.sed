# On the assembly of a kernel file, as g++ -S writes it.
# The calls before loads and stores get names of our own: linked under the sanitizer's they would disarm it in the whole program.
s/\b__tsan_/radixlab_emulator_/g
# So are names of what stands in functions, since the program has thread-local variables of its own, which no kernel shares.
s/\b_Z\(GV\)\?Z/radixlab_kernel&/g
# Behind each __shared__ variable comes room that is no variable's: who goes beyond its end is found there.
/^radixlab_kernel_ZZ.*:$/ {
  n
  /^\t\.zero\t/ a\
\t.zero\t256
}
