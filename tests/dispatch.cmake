# HOGVEC_SIMD is read once a process, so each of its values is a run of its own of one test.
function(hogvec_test_forced_simd name)
  add_test(NAME "dispatch: HOGVEC_SIMD=${name}"
    COMMAND test_simd "--test-case=the active kernels are those that HOGVEC_SIMD names")
  # A filter that matches no test is no failure to doctest.
  set_tests_properties("dispatch: HOGVEC_SIMD=${name}" PROPERTIES
    ENVIRONMENT "HOGVEC_SIMD=${name}"
    FAIL_REGULAR_EXPRESSION "test cases: +0 " ${ARGN})
endfunction()

# A name of another processor must be refused like an unknown one; then the run counts as skipped.
foreach(name IN ITEMS avx512bw fma3+avx2 sse2 neon64)
  hogvec_test_forced_simd(${name} SKIP_REGULAR_EXPRESSION "not available here")
endforeach()
hogvec_test_forced_simd(avx2000 PASS_REGULAR_EXPRESSION "not available here")

add_test(NAME "dispatch: the engine refuses HOGVEC_SIMD=avx2000"
  COMMAND test_engine "--source-file=*test_kernels.cpp")
set_tests_properties("dispatch: the engine refuses HOGVEC_SIMD=avx2000" PROPERTIES
  ENVIRONMENT "HOGVEC_SIMD=avx2000"
  PASS_REGULAR_EXPRESSION "refused with the names that there are")

# Whole epochs against the reference, on every instruction set and not only on the fastest.
# But for one case, of how steps are cut: it takes longest, and those are the same on all.
set(cases "--source-file=*test_trainer.cpp,*test_logistic_worker.cpp"
  "--test-case-exclude=rates and noise that a block cannot bear*")
if(HOGVEC_SANITIZE MATCHES "thread")
  # It has nothing to find where one thread works alone.
  set(cases "--test-case=several threads train as well as one,softmax batches and threads*,a worker's*")
endif()
foreach(name IN ITEMS avx512bw fma3+avx2 sse2 neon64)
  add_test(NAME "dispatch: the engine trains right with ${name}" COMMAND test_engine ${cases})
  set_tests_properties("dispatch: the engine trains right with ${name}" PROPERTIES
    ENVIRONMENT "HOGVEC_SIMD=${name}"
    FAIL_REGULAR_EXPRESSION "test cases: +0 "
    SKIP_REGULAR_EXPRESSION "this machine has no such kernels")
endforeach()
