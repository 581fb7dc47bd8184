# cmake --install, component python: the package, where the Python of that prefix looks for packages.
# Debian's has folders of its own below /usr and /usr/local; which prefix it is, is known only then.
execute_process(COMMAND ${Python_EXECUTABLE} -I -c "
import os
import sysconfig

def below(prefix, base, scheme):
    if scheme not in sysconfig.get_scheme_names():
        base, scheme = prefix, 'posix_prefix'
    site = sysconfig.get_path('platlib', scheme, {'base': base, 'platbase': base})
    return os.path.relpath(site, prefix)

print(below('/usr', '/usr', 'deb_system'), below('/usr/local', '/usr', 'posix_local'),
      below('/usr', '/usr', 'posix_prefix'), sep=';', end='')"
  OUTPUT_VARIABLE hogvec_sites COMMAND_ERROR_IS_FATAL ANY)
list(GET hogvec_sites 0 hogvec_site_of_usr)
list(GET hogvec_sites 1 hogvec_site_of_local)
list(GET hogvec_sites 2 hogvec_site_of_others)
install(CODE "
  set(hogvec_site ${hogvec_site_of_others})
  if(CMAKE_INSTALL_PREFIX MATCHES \"^/usr/*$\")
    set(hogvec_site ${hogvec_site_of_usr})
  elseif(CMAKE_INSTALL_PREFIX MATCHES \"^/usr/local/*$\")
    set(hogvec_site ${hogvec_site_of_local})
  endif()" COMPONENT python)
# This goes into the script of cmake --install as it is.
set(hogvec_site "\${hogvec_site}")

install(TARGETS hogvec_python LIBRARY DESTINATION ${hogvec_site}/hogvec COMPONENT python)
install(DIRECTORY hogvec DESTINATION ${hogvec_site} COMPONENT python
        FILES_MATCHING PATTERN "*.py" PATTERN "*.pyi" PATTERN "py.typed"
        PATTERN "__pycache__" EXCLUDE)

# What pip and importlib.metadata ask; of a wheel, setuptools makes it of the same file.
file(READ pyproject.toml hogvec_pyproject)
foreach(field IN ITEMS description requires-python)
  string(REGEX MATCH "\n${field} = \"([^\"]*)\"" found "${hogvec_pyproject}")
  set(hogvec_${field} ${CMAKE_MATCH_1})
endforeach()
string(REGEX MATCH "\"numpy>=([0-9.]+)\"" found "${hogvec_pyproject}")
set(hogvec_numpy ${CMAKE_MATCH_1})
set(hogvec_dist_info hogvec-${PROJECT_VERSION}.dist-info)
file(CONFIGURE OUTPUT ${hogvec_dist_info}/METADATA CONTENT "Metadata-Version: 2.1
Name: hogvec
Version: @PROJECT_VERSION@
Summary: @hogvec_description@
License: Apache-2.0
Requires-Python: @hogvec_requires-python@
Requires-Dist: numpy (>=@hogvec_numpy@)
" @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${hogvec_dist_info}/METADATA
        DESTINATION ${hogvec_site}/${hogvec_dist_info} COMPONENT python)

# Of python3-hogvec: the extension is of one version of Python, as its name says.
math(EXPR hogvec_next_minor "${Python_VERSION_MINOR} + 1")
string(JOIN ", " hogvec_python_depends
  "python3 (>= ${Python_VERSION_MAJOR}.${Python_VERSION_MINOR}~)"
  "python3 (<< ${Python_VERSION_MAJOR}.${hogvec_next_minor})"
  "python3-numpy (>= 1:${hogvec_numpy})")
set_property(GLOBAL PROPERTY HOGVEC_PYTHON_DEPENDS ${hogvec_python_depends})
