# The installed package, as its users see it. A sanitizer's build is not for them.
if(NOT HOGVEC_SANITIZE)
  add_test(NAME "install: a consumer finds, builds and trains"
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/install/test_install.sh
            ${CMAKE_BINARY_DIR} ${CMAKE_CXX_COMPILER} ${CMAKE_GENERATOR})
  set_tests_properties("install: a consumer finds, builds and trains" PROPERTIES
    LABELS release-only)
endif()
