// Model files for tests: small ones, and their headers to be damaged and made believable again.
#pragma once

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "io/model_file.hpp"
#include "io/model_header.hpp"
#include "io/model_words.hpp"

namespace hogvec::testing {

inline std::vector<io::WordCount> three_words() {
  return {{"</s>", 7}, {"sun", 5}, {"b\xc3\xa4r", 2}};
}

/// The sections that a model of three_words() and `dim` columns has.
inline std::vector<io::ModelSection> small_sections(std::size_t dim = 20) {
  std::vector<io::ModelSection> sections = io::word_sections(three_words());
  sections.push_back(io::ModelSection::matrix("input", three_words().size(), dim));
  sections.push_back({.name = "position", .bytes = 24});
  return sections;
}

/// What row k of the small model's matrix holds in column c.
inline float small_value(std::size_t k, std::size_t c) {
  return static_cast<float>(k) + static_cast<float>(c) / 8;
}

inline void fill_small(io::ModelFile& file) {
  io::write_word_sections(file, three_words());
  const MatrixView input = file.writable_matrix("input");
  for (std::size_t k = 0; k < input.rows(); ++k) {
    for (std::size_t c = 0; c < input.dim(); ++c) input.row(k)[c] = small_value(k, c);
  }
}

/// A published model, committed twice: the first copy of its header says that it is trained, the
/// second that it is finished.
inline void write_small_model(const std::string& path) {
  io::ModelFile file = io::ModelFile::create(path, small_sections());
  fill_small(file);
  file.commit(io::ModelState::kTraining, true);
  file.publish();
  file.commit(io::ModelState::kFinished, true);
}

inline io::ModelHeader header_in(const std::string& bytes, int copy) {
  io::ModelHeader header;
  std::memcpy(&header, bytes.data() + copy * io::kModelPage, sizeof header);
  return header;
}

/// Puts a header into both copies, with the checksum that it needs to be believed.
inline void put_header(std::string& bytes, const io::ModelHeader& header) {
  io::ModelHeader believed = header;
  believed.checksum = io::checksum_of(believed);
  for (int copy = 0; copy < io::kModelCopies; ++copy) {
    std::memcpy(bytes.data() + copy * io::kModelPage, &believed, sizeof believed);
  }
}

inline bool is_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

/// Of a model that fill_small() has filled.
inline void check_small(const io::ModelFile& file) {
  const ConstMatrixView input = file.matrix("input");
  REQUIRE(input.rows() == 3);
  REQUIRE(input.dim() == 20);
  CHECK(input.stride() == 32);
  for (std::size_t k = 0; k < input.rows(); ++k) {
    for (std::size_t c = 0; c < input.dim(); ++c) REQUIRE(input.row(k)[c] == small_value(k, c));
    for (std::size_t c = input.dim(); c < input.stride(); ++c) REQUIRE(input.row(k)[c] == 0);
  }
  CHECK(file.section("position").size() == 24);
  file.verify_all();
}

/// In place: thousands of new files would keep the disk busy.
inline void overwrite_file(const std::string& path, const std::string& bytes) {
  std::fstream(path, std::ios::binary | std::ios::in | std::ios::out) << bytes;
  std::filesystem::resize_file(path, bytes.size());
}

/// Mounts an empty file system of `options` over a folder, for this process and its children alone;
/// only in a process of its own, which cannot go back. False where that is not permitted.
inline bool mount_memory(const std::string& folder, const char* options) {
  return unshare(CLONE_NEWNS) == 0 &&
         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("none", folder.c_str(), "tmpfs", 0, options) == 0;
}

/// Runs `child` in a process of its own and returns its exit code, -1 where a signal ended it.
template <typename Child>
int in_child(const Child& child) {
  const pid_t id = fork();
  if (id == 0) _exit(child());
  int status = 0;
  waitpid(id, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace hogvec::testing
