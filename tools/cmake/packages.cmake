# cpack: the Debian packages, which tools/package builds and checks. Each is one or two components:
#   hogvec           programs, and debian: what Debian has under another name or in another form
#   libhogvec0       runtime
#   libhogvec-dev    development
#   python3-hogvec   python, where something is installed as that, and debian-python
# convert is hogvec-convert there, since Debian's convert is ImageMagick's.
if(NOT TARGET hogvec_manual OR NOT HOGVEC_GZIP OR HOGVEC_SANITIZE OR NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
set(HOGVEC_MAINTAINER "hogvec packagers <packagers@hogvec.invalid>" CACHE STRING
    "Who the Debian packages name as their maintainer: NAME <ADDRESS>")
set(hogvec_debian ${CMAKE_BINARY_DIR}/manual/debian)

set(hogvec_convert ${CMAKE_INSTALL_BINDIR}/hogvec-convert)
install(PROGRAMS $<TARGET_FILE:convert> DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME hogvec-convert
        COMPONENT debian EXCLUDE_FROM_ALL)
# cpack strips targets alone.
install(CODE "
  if(CMAKE_INSTALL_DO_STRIP)
    execute_process(COMMAND \"${CMAKE_STRIP}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${hogvec_convert}\"
                    COMMAND_ERROR_IS_FATAL ANY)
  endif()" COMPONENT debian EXCLUDE_FROM_ALL)

add_custom_command(OUTPUT ${hogvec_debian}/changelog.Debian.gz
  COMMAND ${PERL_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/debian/changelog.pl
          ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_VERSION} ${HOGVEC_MAINTAINER}
          ${hogvec_debian}/changelog.Debian
  COMMAND ${HOGVEC_GZIP} -9nf ${hogvec_debian}/changelog.Debian
  DEPENDS README.md tools/debian/changelog.pl tools/manual/help_text.pm
  VERBATIM)
add_custom_target(hogvec_changelog ALL DEPENDS ${hogvec_debian}/changelog.Debian.gz)

# hogvec_package(GROUP NAME SECTION COMPONENT...): what else there is to say of the package is set as
# CPACK_DEBIAN_GROUP_...
set(CPACK_COMPONENTS_ALL)
macro(hogvec_package group name section)
  string(TOUPPER ${group} hogvec_upper)
  set(CPACK_DEBIAN_${hogvec_upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${hogvec_upper}_PACKAGE_SECTION ${section})
  foreach(hogvec_component ${ARGN})
    list(APPEND CPACK_COMPONENTS_ALL ${hogvec_component})
    string(TOUPPER ${hogvec_component} hogvec_component_upper)
    set(CPACK_COMPONENT_${hogvec_component_upper}_GROUP ${group})
  endforeach()
  list(GET CPACK_COMPONENTS_ALL -1 hogvec_component)
  install(FILES ${PROJECT_SOURCE_DIR}/tools/debian/copyright ${hogvec_debian}/changelog.Debian.gz
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${hogvec_component} EXCLUDE_FROM_ALL)
endmacro()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hogvec)
set(CPACK_PACKAGE_CONTACT ${HOGVEC_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each has its own, the first line of its description
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_DEB_COMPONENT_INSTALL ON)
if(CMAKE_CROSSCOMPILING)
  # Without it the architecture of this machine. dpkg-shlibdeps, which cpack calls, wants the same as
  # the variable DEB_HOST_ARCH.
  execute_process(COMMAND dpkg-architecture -t ${CMAKE_LIBRARY_ARCHITECTURE} -q DEB_HOST_ARCH
                  OUTPUT_VARIABLE CPACK_DEBIAN_PACKAGE_ARCHITECTURE
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()
set(CPACK_STRIP_FILES ON)
# Whatever the umask.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

hogvec_package(tools hogvec science programs debian)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)
# word-map's t-SNE; without it there is its own PCA.
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS "python3-sklearn")
set(CPACK_DEBIAN_TOOLS_DESCRIPTION "word2vec training on every core
Trains word vectors (word2vec: CBOW and skip-gram, with negative sampling,
hierarchical softmax or the exact full softmax), at the speed of the
processor's vector units: a drop-in for the original tools word2vec,
word2phrase, distance, word-analogy and compute-accuracy.

Runs can be stopped and resumed, texts may be compressed or larger than the
memory. hogvec-convert writes vectors for other programs, evaluate measures
them by similarity and analogy test sets, word-map draws a map of them as
one HTML file, and softmax-view shows how the exact softmax learns a short
text, step by step, in another.")

# What it needs is found out when it is packed: see shared_library.cmake.
hogvec_package(shared libhogvec0 libs runtime)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/tools/cmake/shared_library.cmake)
set(CPACK_HOGVEC_SHARED_LIBRARY ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libhogvec.so.${PROJECT_VERSION})
set(CPACK_HOGVEC_SHARED_FOLDER ${CMAKE_BINARY_DIR}/package)
file(WRITE ${CMAKE_BINARY_DIR}/package/shlibs "libhogvec 0 libhogvec0 (>= ${PROJECT_VERSION})\n")
file(WRITE ${CMAKE_BINARY_DIR}/package/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_SHARED_PACKAGE_CONTROL_EXTRA
    ${CMAKE_BINARY_DIR}/package/shlibs ${CMAKE_BINARY_DIR}/package/triggers)
set(CPACK_DEBIAN_SHARED_DESCRIPTION "word2vec training on every core - shared library
Trains word vectors (word2vec: CBOW and skip-gram, with negative sampling,
hierarchical softmax or the exact full softmax), at the speed of the
processor's vector units; reads, writes and queries vectors.

What programs in C, and in languages that call C, are linked with.")

# An archive fits the headers that it was compiled with: fmt's names change with the major version.
string(REGEX MATCH "^[0-9]+" hogvec_fmt_major ${fmt_VERSION})
math(EXPR hogvec_next_fmt "${hogvec_fmt_major} + 1")
hogvec_package(library libhogvec-dev libdevel development)
string(JOIN ", " CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS
  "libhogvec0 (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})"
  "libarchive-dev (>= ${LibArchive_VERSION})"
  "libfmt-dev (>= ${fmt_VERSION})" "libfmt-dev (<< ${hogvec_next_fmt}~)"
  "libhwloc-dev (>= 2)"
  "libmimalloc-dev (>= ${mimalloc_VERSION})"
  "libtbb-dev (>= ${TBB_VERSION})"
  "libutf8proc-dev (>= 2)"
  "libxxhash-dev (>= 0.8)"
  "zlib1g-dev (>= 1:${ZLIB_VERSION_STRING})")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SUGGESTS "cmake, pkgconf")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "word2vec training on every core - development files
Trains word vectors (word2vec: CBOW and skip-gram, with negative sampling,
hierarchical softmax or the exact full softmax), at the speed of the
processor's vector units, from within a C++20 or C program; reads, writes
and queries vectors.

Headers, static libraries for C++, a shared one for C, and what CMake
(find_package(hogvec)) and pkg-config need to find them.")

get_cmake_property(hogvec_components COMPONENTS)
if("python" IN_LIST hogvec_components)
  hogvec_package(python python3-hogvec python python debian-python)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SHLIBDEPS ON)
  # What it needs of Python is said where it is installed, as HOGVEC_PYTHON_DEPENDS.
  get_property(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS GLOBAL PROPERTY HOGVEC_PYTHON_DEPENDS)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA
      ${PROJECT_SOURCE_DIR}/tools/debian/python/postinst
      ${PROJECT_SOURCE_DIR}/tools/debian/python/prerm)
  set(CPACK_DEBIAN_PYTHON_DESCRIPTION "word2vec training on every core - Python module
Trains word vectors (word2vec: CBOW and skip-gram, with negative sampling,
hierarchical softmax or the exact full softmax), at the speed of the
processor's vector units, from within a Python program; reads, writes and
queries vectors.")
endif()
include(CPack)
