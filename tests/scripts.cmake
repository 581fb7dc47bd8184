add_test(NAME tools:queries
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/tools/test_queries.sh
                 $<TARGET_FILE_DIR:distance> ${CMAKE_CURRENT_SOURCE_DIR}/golden)
