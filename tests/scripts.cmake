# The programs, tested by script: tests/tools/test_NAME.sh.
foreach(name IN ITEMS bench bench_compare bench_history bench_report bench_rivals compute_accuracy convert evaluate
         held_out model model_reader packed queries run_page softmax_view streams texts trouble word2phrase
         word2vec word_map)
  add_test(NAME tools:${name}
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_${name}.sh
            ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_SOURCE_DIR}/golden)
endforeach()
set_tests_properties(tools:model_reader PROPERTIES SKIP_RETURN_CODE 77)

# These end runs of word2vec at random moments, and go on with them.
foreach(end IN ITEMS stopped killed crashed)
  add_test(NAME tools:resume_${end}
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_resume.sh
            ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_SOURCE_DIR}/golden ${end})
endforeach()

# Several processes of MPI on this machine. Sanitizers see what is done in it by ranks that are
# threads, in the engine's tests; Open MPI is not built for them.
if(HOGVEC_MPI AND NOT HOGVEC_SANITIZE)
  foreach(part IN ITEMS one vocabulary training softmax resume stop kill refused)
    add_test(NAME mpi:${part}
      COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_mpi.sh
              ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_SOURCE_DIR}/golden
              ${MPIEXEC_EXECUTABLE} ${part})
    set_tests_properties(mpi:${part} PROPERTIES PROCESSORS 2 LABELS release-only)
  endforeach()
endif()

# A sanitizer maps more than any limit allows.
if(NOT HOGVEC_SANITIZE)
  add_test(NAME tools:memory
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_memory.sh
            ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_SOURCE_DIR}/golden)
endif()

# With other tools of the field, where they are installed.
foreach(name IN ITEMS gensim fasttext)
  add_test(NAME interop:${name}
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_interop.sh
            ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_SOURCE_DIR}/golden ${name})
  set_tests_properties(interop:${name} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()

# The hot kernels take no more instructions than bench/instructions.json says; skipped with another
# compiler, without valgrind, and where no benchmarks are built.
if(HOGVEC_BUILD_BENCH AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT HOGVEC_SANITIZE)
  add_test(NAME bench:instructions
    COMMAND ${PROJECT_SOURCE_DIR}/tools/bench compare -quick -bin ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  set_tests_properties(bench:instructions PROPERTIES
    LABELS release-only PROCESSORS 2 SKIP_REGULAR_EXPRESSION "(^|\n)skipped: ")
  add_test(NAME bench:results
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_bench_results.sh
            ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_SOURCE_DIR}/golden)
  set_tests_properties(bench:results PROPERTIES LABELS release-only)
endif()
