# hogvec.h, as C programs see it. The C compiler is that beside the one of C++, whose sanitizers it
# shares, unless somebody names another.
if(NOT CMAKE_C_COMPILER AND NOT DEFINED ENV{CC})
  get_filename_component(folder ${CMAKE_CXX_COMPILER} DIRECTORY)
  get_filename_component(file ${CMAKE_CXX_COMPILER} NAME)
  string(REPLACE "clang++" "clang" file ${file})
  string(REPLACE "g++" "gcc" file ${file})
  string(REPLACE "c++" "cc" file ${file})
  if(EXISTS ${folder}/${file})
    set(CMAKE_C_COMPILER ${folder}/${file})
  endif()
endif()
enable_language(C)

# hogvec_add_c_test(PROGRAM SOURCE...): as C99 and nothing else.
function(hogvec_add_c_test program)
  add_executable(${program} ${ARGN})
  target_link_libraries(${program} PRIVATE hogvec::c Threads::Threads m hogvec_build_flags)
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_options(${program} PRIVATE -Werror)
  target_compile_definitions(${program} PRIVATE HOGVEC_VERSION="${PROJECT_VERSION}")
  set_target_properties(${program} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  if(HOGVEC_SANITIZE)
    # Of clang's runtimes the part for C++ comes with the linker of C++ alone.
    set_target_properties(${program} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
endfunction()

hogvec_add_c_test(test_c_abi c/test_c_abi.c c/test_training.c)
add_test(NAME "c: answers, files, training, and errors of all of them"
  COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/c/test_c_abi.sh ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})

# The example of engine/c/README.md: what stands there between ```c and ```.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/c/README.md)
file(READ ${PROJECT_SOURCE_DIR}/engine/c/README.md readme)
string(REGEX REPLACE "^.*\n```c\n(.*\n)```\n.*$" "\\1" example "${readme}")
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/c_example.c CONTENT "${example}" @ONLY)
hogvec_add_c_test(c_example ${CMAKE_CURRENT_BINARY_DIR}/c_example.c)
add_test(NAME "c: the example of the README finds neighbors" COMMAND c_example)
set_tests_properties("c: the example of the README finds neighbors" PROPERTIES
  PASS_REGULAR_EXPRESSION "^(moon|star) [01]\\.[0-9]+\n(moon|star) [01]\\.[0-9]+\n$")

add_executable(test_c_header c/test_header.cpp)
target_link_libraries(test_c_header PRIVATE hogvec::c hogvec_build_flags)
add_test(NAME "c: the header is one of C++, too" COMMAND test_c_header)

add_test(NAME "c: nothing is exported but what the header declares"
  COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/c/test_exports.sh $<TARGET_FILE:hogvec_c>
          ${PROJECT_SOURCE_DIR}/engine/c/hogvec.h)
