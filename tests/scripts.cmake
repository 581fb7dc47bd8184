# The programs, tested by script: tests/tools/test_NAME.sh.
foreach(name IN ITEMS queries texts word2phrase word2vec)
  add_test(NAME tools:${name}
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_${name}.sh
            ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_SOURCE_DIR}/golden)
endforeach()
