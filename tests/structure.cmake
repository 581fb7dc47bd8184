# What the design promises about the tree, the libraries and the binary.
add_test(NAME "structure: every include obeys the layers"
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/structure/test_includes.sh ${PROJECT_SOURCE_DIR})

add_test(NAME "structure: the top level holds only its fixed names"
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/structure/test_toplevel.sh)
set_tests_properties("structure: the top level holds only its fixed names" PROPERTIES
  SKIP_RETURN_CODE 77)

# Without optimisation, or with a sanitizer, inline functions of the library stay out of line.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND CMAKE_BUILD_TYPE STREQUAL "Release"
   AND NOT HOGVEC_SANITIZE)
  add_test(NAME "structure: machine code stays within its instruction set"
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/structure/test_symbols.sh $<TARGET_FILE:hogvec_simd>)
  add_test(NAME "structure: the binary runs on a processor without AVX"
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/structure/test_nehalem.sh $<TARGET_FILE:word2vec>)
  set_tests_properties(
    "structure: machine code stays within its instruction set"
    "structure: the binary runs on a processor without AVX" PROPERTIES
    LABELS release-only SKIP_RETURN_CODE 77)
endif()
