// Files that are to be gone when the process is: their folder, their names, and who removes them.
#pragma once

#include <functional>
#include <string>
#include <utility>

namespace hogvec::io {

/// The folder for files that are nobody's: $TMPDIR, or /var/tmp, which lies on a disk.
std::string temporary_folder();

/// The name of a file that goes with this object, unless keep() is called before; and with the
/// process, where that calls remove_temporaries() at its end. Movable; not thread-safe itself.
class TemporaryName {
 public:
  TemporaryName() = default;
  TemporaryName(TemporaryName&& other) noexcept;
  TemporaryName& operator=(TemporaryName&& other) noexcept;
  ~TemporaryName();

  /// Calls make(name) with names "PREFIX.XXXXXX" until one is free, which is to say until it gives
  /// anything but -1 with EEXIST. Returns what it gave; where that is negative, no name and errno.
  /// `folder` is what relative names are relative to (a descriptor that outlives the name, or
  /// AT_FDCWD).
  static std::pair<int, TemporaryName> make(int folder, const std::string& prefix,
                                            const std::function<int(const char* name)>& make);

  bool empty() const noexcept { return name_.empty(); }
  const std::string& name() const noexcept { return name_; }

  /// The file stays, or has another name by now.
  void keep() noexcept;

 private:
  int folder_ = -1;
  std::string name_;
};

/// Removes all files that have a TemporaryName, for a process that is about to end in another way
/// than by itself. To be called from a normal thread; a second call does no harm.
void remove_temporaries() noexcept;

}  // namespace hogvec::io
