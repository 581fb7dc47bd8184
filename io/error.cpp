#include "io/error.hpp"

#include <cerrno>
#include <system_error>

namespace hogvec {

Error system_error(const std::string& path, const std::string& what) {
  const int code = errno;  // before anything below can change it
  return Error(path + ": " + what + ": " + std::generic_category().message(code));
}

}  // namespace hogvec
