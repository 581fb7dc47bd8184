// Bytes that are compressed on their way into a file.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct archive;

namespace hogvec::io {

/// Compresses a stream of bytes. Not thread-safe.
class Packer {
 public:
  using Put = std::function<void(std::string_view packed)>;

  /// As the end of the name says, ".gz" or ".zst", in small or large letters; none where it says
  /// nothing of packing. The same bytes are packed to the same bytes. `put` gets what is packed, in
  /// its order. Errors: a name that says something else (".xz"); std::bad_alloc.
  static std::unique_ptr<Packer> for_name(const std::string& path, Put put);

  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
  ~Packer();

  /// Throws what put() throws.
  void write(std::string_view bytes);
  /// No more comes. Throws what put() throws.
  void finish();

 private:
  struct Free {
    void operator()(archive* a) const noexcept;
  };

  Packer(std::string name, const char* filter, Put put);
  void check(long long result);

  std::string name_;
  Put put_;
  std::exception_ptr problem_;  // thrown by put()
  bool ended_ = true;           // nothing is put, whatever libarchive does when it goes
  std::unique_ptr<archive, Free> archive_;
};

}  // namespace hogvec::io
