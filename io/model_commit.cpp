// What changes a model file, and what copies it.
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "io/checksum.hpp"
#include "io/error.hpp"
#include "io/file_calls.hpp"
#include "io/model_file.hpp"
#include "io/model_header.hpp"
#include "io/new_file.hpp"

namespace hogvec::io {

namespace {

/// A copy is of no boot and no file: whoever goes on with it must not take it for live.
void forget_stamp(ModelHeader& header) {
  std::fill(std::begin(header.boot), std::end(header.boot), 0);
  header.device = header.inode = header.birth = 0;
}

}  // namespace

void ModelFile::sync() {
  need_writable();
  // The system tells once that it has lost what was written, and then takes it for clean.
  if (lost_) throw Error(path_ + ": an earlier failure to write it cannot be made good");
  lost_ = true;
  sync_data(file_, path_);
  lost_ = false;
}

void ModelFile::seal(std::string_view name) {
  need_writable();
  ModelEntry& entry = header_->table[index_of(name)];
  entry.checksum = checksum_of(map_.data() + entry.offset, entry.bytes);
  entry.flags |= kModelSealed;
}

void ModelFile::unseal(std::string_view name) {
  need_writable();
  ModelEntry& entry = header_->table[index_of(name)];
  entry.checksum = 0;
  entry.flags &= ~kModelSealed;
}

void ModelFile::commit(ModelState state, bool lasting) {
  need_writable();
  if (lasting) sync();
  ModelHeader next = *header_;
  next.sequence += 1;
  next.state = static_cast<std::uint32_t>(state);
  next.flags = (next.flags & ~kModelLasting) | (lasting ? kModelLasting : 0);
  stamp(next, file_);
  next.checksum = checksum_of(next);
  const int keep = lasting_ >= 0 ? lasting_ : current_;
  const int copy = keep == 0 ? 1 : 0;
  write_at(file_, copy * kModelPage, &next, sizeof next, path_);
  if (lasting) {
    sync();
    lasting_ = copy;
  }
  current_ = copy;
  *header_ = next;
  live_ = is_stamped(next, file_);
}

void ModelFile::grow(const ModelSection& section) {
  need_writable();
  const std::size_t index = index_of(section.name);
  struct stat status;
  if (fstat(file_.get(), &status) != 0) throw system_error(path_, "cannot be examined");
  ModelHeader next = *header_;
  // Behind whatever a process left there that died before its commit: it need not be zero.
  next.file_bytes = std::max(next.file_bytes, static_cast<std::uint64_t>(status.st_size));
  const std::uint64_t end = next.file_bytes;
  place_section(next, index, section, path_);
  reserve_blocks(file_, end, next.file_bytes - end, path_);
  const ModelHeader old = std::exchange(*header_, next);
  try {
    map();
  } catch (const Error&) {
    *header_ = old;
    throw;
  }
}

void ModelFile::copy_to(const std::string& path) const {
  if (current_ < 0) throw Error(path_ + ": has no header yet that could be copied");
  FilePlace place(path);
  refuse_if_trained(place.target(), path);
  ModelHeader header = *header_;
  header.file_bytes = new_model_header().file_bytes;
  forget_stamp(header);
  for (std::size_t k = 0; k < header_->sections; ++k) {
    const ModelEntry& entry = header_->table[k];
    place_section(header, k, entry.section(), path);
    header.table[k].checksum = entry.checksum;
    header.table[k].flags = entry.flags;
    header.table[k].zero = entry.zero;
  }
  header.flags |= kModelLasting;
  header.checksum = checksum_of(header);
  const Descriptor file = place.make();
  reserve_blocks(file, 0, header.file_bytes, path);
  for (std::size_t k = 0; k < header.sections; ++k) {
    const ModelEntry& from = header_->table[k];
    const std::uint64_t to = header.table[k].offset;
    const std::size_t done = copy_within_system(file_, from.offset, file, to, from.bytes);
    write_at(file, to + done, map_.data() + from.offset + done, from.bytes - done, path);
  }
  for (int copy = 0; copy < kModelCopies; ++copy) {
    write_at(file, copy * kModelPage, &header, sizeof header, path);
  }
  sync_data(file, path);
  place.take(file);
}

}  // namespace hogvec::io
