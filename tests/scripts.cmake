# The programs, tested by script: tests/tools/test_NAME.sh.
foreach(name IN ITEMS bench bench_rivals compute_accuracy evaluate held_out queries texts word2phrase word2vec)
  add_test(NAME tools:${name}
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_${name}.sh
            ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_SOURCE_DIR}/golden)
endforeach()

# With other tools of the field, where they are installed.
foreach(name IN ITEMS gensim fasttext)
  add_test(NAME interop:${name}
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_interop.sh
            ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_SOURCE_DIR}/golden ${name})
  set_tests_properties(interop:${name} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()
