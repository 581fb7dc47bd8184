# What is installed beside the programs, and the packages of all of it: there are none of a
# sanitizer's build, and only one of Release is worth packing.
if(NOT TARGET hogvec_manual OR NOT HOGVEC_GZIP OR HOGVEC_SANITIZE
   OR NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  return()
endif()
set(packages ${CMAKE_CURRENT_SOURCE_DIR}/packages)
add_test(NAME packages:manual
  COMMAND bash ${packages}/test_manual.sh ${PROJECT_SOURCE_DIR} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
          ${CMAKE_BINARY_DIR}/manual ${CMAKE_GENERATOR})
add_test(NAME packages:completion
  COMMAND bash ${packages}/test_completion.sh ${PROJECT_SOURCE_DIR} ${CMAKE_BINARY_DIR}/manual)
add_test(NAME packages:pkg_config
  COMMAND bash ${packages}/test_pkg_config.sh ${PROJECT_SOURCE_DIR} ${CMAKE_BINARY_DIR}
          ${CMAKE_CXX_COMPILER} ${CMAKE_C_COMPILER})
add_test(NAME packages:debian
  COMMAND bash ${packages}/test_debian.sh ${PROJECT_SOURCE_DIR} ${CMAKE_BINARY_DIR})
set_tests_properties(packages:manual packages:completion packages:pkg_config packages:debian
  PROPERTIES LABELS release-only SKIP_RETURN_CODE 77)
