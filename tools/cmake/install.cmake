# cmake --install: libraries, headers, and the package `hogvec` for CMake and for pkg-config, where
# hogvec-c is the library for C. Each program installs itself.
include(CMakePackageConfigHelpers)

# hogvec::hogvec: everything that a program needs.
add_library(hogvec_hogvec INTERFACE)
add_library(hogvec::hogvec ALIAS hogvec_hogvec)
set_target_properties(hogvec_hogvec PROPERTIES EXPORT_NAME hogvec)
target_link_libraries(hogvec_hogvec INTERFACE hogvec::engine)

install(TARGETS hogvec_simd hogvec_io hogvec_engine hogvec_hogvec hogvec_c EXPORT hogvec
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime
        NAMELINK_COMPONENT development)

# Includes are root-relative, so the folders lie below include/hogvec as they lie here.
install(DIRECTORY simd io engine DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hogvec
        COMPONENT development
        FILES_MATCHING PATTERN "*.hpp"
        PATTERN "*-inl.hpp" EXCLUDE
        PATTERN "arch" EXCLUDE
        PATTERN "engine/c" EXCLUDE
        PATTERN "engine/mpi" EXCLUDE
        PATTERN "reference" EXCLUDE)

install(FILES engine/c/hogvec.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)

set(hogvec_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hogvec)
if(TARGET mimalloc)
  set(HOGVEC_FIND_MIMALLOC "find_dependency(mimalloc 2)")
endif()
configure_package_config_file(
  tools/cmake/hogvecConfig.cmake.in ${CMAKE_BINARY_DIR}/package/hogvecConfig.cmake
  INSTALL_DESTINATION ${hogvec_package_dir})
# Below 1.0 a new minor version may break its users.
write_basic_package_version_file(
  ${CMAKE_BINARY_DIR}/package/hogvecConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/package/hogvecConfig.cmake
              ${CMAKE_BINARY_DIR}/package/hogvecConfigVersion.cmake
              tools/cmake/FindxxHash.cmake
              tools/cmake/Findhwloc.cmake
              tools/cmake/Findutf8proc.cmake
        DESTINATION ${hogvec_package_dir} COMPONENT development)
install(EXPORT hogvec NAMESPACE hogvec:: FILE hogvecTargets.cmake
        DESTINATION ${hogvec_package_dir} COMPONENT development)

# hogvec.pc and hogvec-c.pc name their folders by where they lie themselves.
set(hogvec_pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH hogvec_pc_prefix /prefix/${hogvec_pc_dir} /prefix)
set(hogvec_pc_mimalloc)
if(TARGET mimalloc)
  set(hogvec_pc_mimalloc " -lmimalloc")  # Debian's has no .pc
endif()
foreach(name IN ITEMS hogvec hogvec-c)
  configure_file(tools/cmake/${name}.pc.in ${CMAKE_BINARY_DIR}/package/${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/package/${name}.pc DESTINATION ${hogvec_pc_dir}
          COMPONENT development)
endforeach()
