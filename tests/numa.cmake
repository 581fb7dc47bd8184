# Where memory lies on a machine of four nodes, which qemu plays: a minute where it emulates, and
# skipped without it or a kernel to boot. Emulated cores take all that there are. The script gives
# the guest ten minutes, and must be left to end it.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND CMAKE_BUILD_TYPE STREQUAL "Release"
   AND NOT HOGVEC_SANITIZE)
  add_test(NAME "numa: four nodes"
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/numa/four_nodes.sh ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  set_tests_properties("numa: four nodes" PROPERTIES
    LABELS release-only PROCESSORS 2 SKIP_RETURN_CODE 77 TIMEOUT 1000)
endif()
