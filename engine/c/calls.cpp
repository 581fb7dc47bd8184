#include "engine/c/calls.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>

#include "engine/ordered_tasks.hpp"
#include "engine/resources.hpp"

namespace hogvec::c {
namespace {

// No string, whose memory might be what has run out.
struct LastError {
  hogvec_status status = HOGVEC_OK;
  std::array<char, 1024> message{};
};

thread_local LastError last_error;

// A program that calls the library has no main() of ours.
[[maybe_unused]] const OrderedTasks kOrdered;

hogvec_status keep(hogvec_status status, const char* message) noexcept {
  const std::size_t length = std::min(std::strlen(message), last_error.message.size() - 1);
  // One line, whatever a path or a word in it has.
  std::transform(message, message + length, last_error.message.begin(),
                 [](char byte) { return static_cast<unsigned char>(byte) < ' ' ? ' ' : byte; });
  last_error.message[length] = '\0';
  last_error.status = status;
  return status;
}

}  // namespace

void require_given(const void* pointer, const char* name) {
  if (pointer == nullptr) throw Invalid(std::string(name) + " is NULL");
}

int threads_of(int threads) {
  require(threads >= 0 && threads <= 4096, "threads must be 1 to 4096, or 0 for all cores");
  return threads == 0 ? usable_cores() : threads;
}

hogvec_status failed() noexcept {
  try {
    throw;
  } catch (const Invalid& error) {
    return keep(HOGVEC_INVALID, error.what());
  } catch (const std::bad_alloc&) {
    return keep(HOGVEC_NO_MEMORY, "there is not enough memory");
  } catch (const std::length_error&) {
    return keep(HOGVEC_NO_MEMORY, "there is not enough memory");
  } catch (const std::exception& error) {
    return keep(HOGVEC_FAILED, error.what());
  } catch (...) {
    return keep(HOGVEC_FAILED, "something unknown was thrown");
  }
}

}  // namespace hogvec::c

const char* hogvec_version(void) { return HOGVEC_VERSION; }

const char* hogvec_last_error(void) { return hogvec::c::last_error.message.data(); }

hogvec_status hogvec_last_status(void) { return hogvec::c::last_error.status; }
