# The fuzz targets, tests/fuzz/fuzz_NAME.cpp, with seeds in tests/fuzz/seeds/NAME/. With HOGVEC_FUZZ
# they are linked with libFuzzer, else with a program that runs them over the seeds alone.
add_library(fuzz_replay OBJECT fuzz/replay.cpp)
target_link_libraries(fuzz_replay PRIVATE hogvec::engine hogvec_build_flags)
foreach(name IN ITEMS vectors vocabulary corpus stream questions model npy position)
  add_executable(fuzz_${name} fuzz/fuzz_${name}.cpp)
  target_link_libraries(fuzz_${name} PRIVATE hogvec::engine hogvec_build_flags
    $<IF:$<BOOL:${HOGVEC_FUZZ}>,-fsanitize=fuzzer,fuzz_replay>)
  add_test(NAME "fuzz: the seeds of ${name}"
    COMMAND fuzz_${name} $<$<BOOL:${HOGVEC_FUZZ}>:-runs=0>
            ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/seeds/${name}
    COMMAND_EXPAND_LISTS)
  list(APPEND fuzz_targets fuzz_${name})
endforeach()
add_custom_target(fuzz_targets DEPENDS ${fuzz_targets})
