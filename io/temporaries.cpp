#include "io/temporaries.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string_view>
#include <vector>

namespace hogvec::io {

namespace {

struct Entry {
  int folder;
  std::string name;
  bool operator==(const Entry&) const = default;
};

struct Registry {
  std::mutex mutex;
  std::vector<Entry> entries;
};

/// Never destroyed: a thread may end the process while static objects go.
union LastingRegistry {
  constexpr LastingRegistry() : value() {}
  ~LastingRegistry() {}  // NOLINT(modernize-use-equals-default): that would be deleted
  Registry value;
};

// There from the start: who handles a signal must not make it.
constinit LastingRegistry lasting_registry;

Registry& registry() noexcept { return lasting_registry.value; }

void forget(const Entry& entry) noexcept {
  std::vector<Entry>& entries = registry().entries;
  const auto at = std::find(entries.begin(), entries.end(), entry);
  if (at != entries.end()) entries.erase(at);
}

std::string random_letters(std::random_device& random) {
  static constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string letters;
  for (int k = 0; k < 6; ++k) letters += kLetters[letter(random)];
  return letters;
}

}  // namespace

std::string temporary_folder() {
  const char* const folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/var/tmp";
}

std::pair<int, TemporaryName> TemporaryName::make(
    int folder, const std::string& prefix, const std::function<int(const char* name)>& make) {
  std::random_device random;
  TemporaryName temporary;
  for (;;) {
    const std::string name = prefix + '.' + random_letters(random);
    // Listed before it is there: whoever removes all files finds it, or comes before it.
    const std::lock_guard lock(registry().mutex);
    registry().entries.push_back({folder, name});
    const int result = make(name.c_str());
    if (result >= 0) {
      temporary.folder_ = folder;
      temporary.name_ = name;
      return {result, std::move(temporary)};
    }
    const int code = errno;
    registry().entries.pop_back();
    errno = code;
    if (code != EEXIST) return {result, std::move(temporary)};
  }
}

TemporaryName::TemporaryName(TemporaryName&& other) noexcept
    : folder_(other.folder_), name_(std::exchange(other.name_, {})) {}

TemporaryName& TemporaryName::operator=(TemporaryName&& other) noexcept {
  TemporaryName moved(std::move(other));
  std::swap(folder_, moved.folder_);
  std::swap(name_, moved.name_);
  return *this;
}

TemporaryName::~TemporaryName() {
  if (name_.empty()) return;
  unlinkat(folder_, name_.c_str(), 0);
  keep();
}

void TemporaryName::keep() noexcept {
  const std::lock_guard lock(registry().mutex);
  forget({folder_, std::exchange(name_, {})});
}

void remove_temporaries() noexcept {
  const std::lock_guard lock(registry().mutex);
  for (const Entry& entry : registry().entries) unlinkat(entry.folder, entry.name.c_str(), 0);
}

}  // namespace hogvec::io
