# Read by cpack: what libhogvec0 needs, by dpkg-shlibdeps. cpack's own way of asking it brings scripts
# along that call ldconfig, for which Debian has a trigger.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
file(WRITE ${CPACK_HOGVEC_SHARED_FOLDER}/debian/control
     "Source: hogvec\n\nPackage: libhogvec0\nArchitecture: any\n")
execute_process(COMMAND dpkg-shlibdeps -O ${CPACK_HOGVEC_SHARED_LIBRARY}
  WORKING_DIRECTORY ${CPACK_HOGVEC_SHARED_FOLDER}
  OUTPUT_VARIABLE hogvec_needs OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "shlibs:Depends=" "" CPACK_DEBIAN_SHARED_PACKAGE_DEPENDS "${hogvec_needs}")
