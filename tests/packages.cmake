# What is installed beside the programs.
if(NOT TARGET hogvec_manual)
  return()
endif()
set(packages ${CMAKE_CURRENT_SOURCE_DIR}/packages)
add_test(NAME packages:manual
  COMMAND bash ${packages}/test_manual.sh ${PROJECT_SOURCE_DIR} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
          ${CMAKE_BINARY_DIR}/manual ${CMAKE_GENERATOR})
add_test(NAME packages:completion
  COMMAND bash ${packages}/test_completion.sh ${PROJECT_SOURCE_DIR} ${CMAKE_BINARY_DIR}/manual)
set_tests_properties(packages:manual packages:completion PROPERTIES
  LABELS release-only SKIP_RETURN_CODE 77)
