add_test(NAME tools:queries
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_queries.sh
                 $<TARGET_FILE_DIR:distance> ${CMAKE_CURRENT_SOURCE_DIR}/golden)
add_test(NAME tools:word2vec
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_word2vec.sh
                 $<TARGET_FILE_DIR:word2vec> ${CMAKE_CURRENT_SOURCE_DIR}/golden)
