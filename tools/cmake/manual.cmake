# The manual pages of the programs and what shells complete behind them, from the text of --help.
# They are made twice: as-built/ for cmake --install, debian/ for packages, see packages.cmake.
find_package(Perl QUIET)
if(NOT PERL_FOUND)
  message(STATUS "no perl: manual pages and completions of the programs are left out")
  return()
endif()
set(hogvec_manual ${CMAKE_BINARY_DIR}/manual)
set(hogvec_manual_scripts ${CMAKE_CURRENT_SOURCE_DIR}/manual)
set(hogvec_manual_files)

# hogvec_add_manual(FOLDER PROGRAM NAME CONVERT): of a program that is installed as NAME, where
# convert is installed as CONVERT.
function(hogvec_add_manual folder program name convert)
  set(source ${hogvec_help_of_${program}})
  set(outputs ${hogvec_manual}/${folder}/${name}.1 ${hogvec_manual}/${folder}/${name}.bash
              ${hogvec_manual}/${folder}/_${name})
  set(programs ${hogvec_programs})
  if(folder STREQUAL "debian")
    list(REMOVE_ITEM programs word2vec-mpi)  # which is in no package
  endif()
  list(GET outputs 0 page)
  list(GET outputs 1 bash)
  list(GET outputs 2 zsh)
  file(MAKE_DIRECTORY ${hogvec_manual}/${folder})
  add_custom_command(OUTPUT ${outputs}
    COMMAND ${PERL_EXECUTABLE} ${hogvec_manual_scripts}/man_page.pl ${source} ${name}
            ${PROJECT_VERSION} ${convert} ${page} ${programs}
    COMMAND ${PERL_EXECUTABLE} ${hogvec_manual_scripts}/completion.pl bash ${source} ${name} ${bash}
    COMMAND ${PERL_EXECUTABLE} ${hogvec_manual_scripts}/completion.pl zsh ${source} ${name} ${zsh}
    DEPENDS ${source} ${hogvec_manual_scripts}/help_text.pm ${hogvec_manual_scripts}/man_page.pl
            ${hogvec_manual_scripts}/pages.txt ${hogvec_manual_scripts}/completion.pl
            ${hogvec_manual_scripts}/completion.bash
    COMMENT "Manual page and completions of ${name}"
    VERBATIM)
  set(hogvec_manual_files ${hogvec_manual_files} ${outputs} PARENT_SCOPE)
endfunction()

# hogvec_install_manual(PAGE BASH ZSH ZSH_FOLDER INSTALL-ARGUMENT...)
function(hogvec_install_manual page bash zsh zsh_folder)
  string(REGEX REPLACE "\\.bash$" "" name ${bash})
  get_filename_component(name ${name} NAME)
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 ${ARGN})
  install(FILES ${bash} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          RENAME ${name} ${ARGN})
  install(FILES ${zsh} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${zsh_folder} ${ARGN})
endfunction()

foreach(program IN LISTS hogvec_programs)
  hogvec_add_manual(as-built ${program} ${program} convert)
  set(made ${hogvec_manual}/as-built)
  hogvec_install_manual(${made}/${program}.1 ${made}/${program}.bash ${made}/_${program}
    site-functions COMPONENT as-built)
endforeach()

# Debian wants its pages packed, and its changelogs.
find_program(HOGVEC_GZIP gzip)
mark_as_advanced(HOGVEC_GZIP)
if(HOGVEC_GZIP)
  foreach(program IN LISTS hogvec_programs)
    set(name ${program})
    if(program STREQUAL "word2vec-mpi")
      continue()  # in no package
    endif()
    if(program STREQUAL "convert")
      set(name hogvec-convert)
    endif()
    hogvec_add_manual(debian ${program} ${name} hogvec-convert)
    set(made ${hogvec_manual}/debian)
    add_custom_command(OUTPUT ${made}/${name}.1.gz
      COMMAND ${HOGVEC_GZIP} -9nkf ${made}/${name}.1
      DEPENDS ${made}/${name}.1 VERBATIM)
    list(APPEND hogvec_manual_files ${made}/${name}.1.gz)
    hogvec_install_manual(${made}/${name}.1.gz ${made}/${name}.bash ${made}/_${name}
      vendor-completions COMPONENT debian EXCLUDE_FROM_ALL)
  endforeach()
endif()
add_custom_target(hogvec_manual ALL DEPENDS ${hogvec_manual_files})
