#include "io/model_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <limits>
#include <new>
#include <utility>

#include "io/checksum.hpp"
#include "io/error.hpp"
#include "io/file_calls.hpp"
#include "io/model_header.hpp"
#include "io/new_file.hpp"

namespace hogvec::io {

namespace {

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

Error trained_elsewhere(const std::string& path) {
  return Error(path + ": another run trains it; wait for its end, stop it, or name another file");
}

std::size_t find_entry(const ModelHeader& header, std::string_view name) noexcept {
  for (std::size_t k = 0; k < header.sections; ++k) {
    if (header.table[k].name_view() == name) return k;
  }
  return kNowhere;
}

}  // namespace

ModelSection ModelSection::matrix(std::string name, std::size_t rows, std::size_t dim) {
  constexpr std::size_t kMax = std::numeric_limits<std::int64_t>::max();
  if (dim == 0) throw Error("section \"" + name + "\": is a matrix without columns");
  const std::size_t stride = dim <= kMax / sizeof(float) / 2 ? row_stride(dim) : 0;
  if (stride != 0 && rows <= kMax / sizeof(float) / stride) {
    return {std::move(name), rows * stride * sizeof(float), rows, dim, stride};
  }
  throw Error("section \"" + name + "\": is a matrix of more bytes than a file can have");
}

ModelFile::ModelFile() noexcept = default;
ModelFile::ModelFile(ModelFile&&) noexcept = default;
ModelFile& ModelFile::operator=(ModelFile&&) noexcept = default;
ModelFile::~ModelFile() = default;

void ModelFile::refuse_if_trained(const std::string& target, const std::string& path) {
  const Descriptor file(::open(target.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  // Shared, so that two who ask do not take each other for trainers.
  if (file.get() >= 0 && !try_lock(file, LOCK_SH, path)) throw trained_elsewhere(path);
}

ModelFile ModelFile::create(const std::string& path, std::span<const ModelSection> sections) {
  ModelFile model;
  model.path_ = path;
  model.place_ = std::make_unique<FilePlace>(path);
  refuse_if_trained(model.place_->target(), path);
  model.header_ = std::make_unique<ModelHeader>(new_model_header());
  for (std::size_t k = 0; k < sections.size(); ++k) {
    place_section(*model.header_, k, sections[k], path);
  }
  model.writable_ = true;
  model.file_ = model.place_->make();
  if (!try_lock(model.file_, LOCK_EX, path)) throw trained_elsewhere(path);
  reserve_blocks(model.file_, 0, model.header_->file_bytes, path);
  model.map();
  return model;
}

void ModelFile::publish() {
  if (place_ == nullptr) throw Error(path_ + ": has its name already");
  if (current_ < 0) throw Error(path_ + ": needs a committed header before it gets its name");
  refuse_if_trained(place_->target(), path_);
  place_->take(file_);
  place_.reset();
}

ModelFile ModelFile::open(const std::string& path) { return open_existing(path, false); }

ModelFile ModelFile::open_to_train(const std::string& path) { return open_existing(path, true); }

ModelFile ModelFile::open_existing(const std::string& path, bool to_train) {
  ModelFile model;
  model.path_ = path;
  model.writable_ = to_train;
  struct stat status;
  struct stat named;
  do {
    // O_NONBLOCK: a FIFO that nobody writes to would be waited for here, before it can be refused.
    const int flags = (to_train ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC;
    model.file_ = Descriptor(::open(path.c_str(), flags));
    if (model.file_.get() < 0) {
      throw system_error(path, to_train ? "cannot be opened to train it" : "cannot be opened");
    }
    if (fstat(model.file_.get(), &status) != 0) throw system_error(path, "cannot be examined");
    if (!S_ISREG(status.st_mode)) throw Error(path + ": is not a regular file; name a model file");
    if (!to_train) break;
    if (!try_lock(model.file_, LOCK_EX, path)) throw trained_elsewhere(path);
    // Another file may have taken the name before the lock was there.
  } while (stat(path.c_str(), &named) == 0 &&
           (named.st_dev != status.st_dev || named.st_ino != status.st_ino));
  FoundHeader found = read_model_header(model.file_, path);
  model.header_ = std::make_unique<ModelHeader>(found.header);
  model.current_ = found.copy;
  model.lasting_ = found.lasting;
  model.live_ = is_stamped(found.header, model.file_);
  if (to_train && found.header.sequence >= kMaxModelSequence) {
    throw Error(path + ": the number of its header is damaged; restore the model file from a copy");
  }
  if (to_train) reserve_blocks(model.file_, 0, found.header.file_bytes, path);
  model.map();
  return model;
}

void ModelFile::map() {
  const auto bytes = static_cast<std::size_t>(header_->file_bytes);
  MemoryMap map;
  try {
    map = MemoryMap::shared(file_.get(), bytes, writable_);
  } catch (const std::bad_alloc&) {
    errno = ENOMEM;
  }
  if (map.data() == nullptr) {
    throw system_error(path_, fmt::format("{} bytes cannot be mapped into memory", bytes));
  }
  range_ = MappedRange();  // before somebody else's memory can lie there
  map_ = std::move(map);
  range_ = MappedRange(map_.data(), bytes,
                       path_ +
                           ": was cut short while it was open, or its disk fails; restore the "
                           "model file from a copy");
}

ModelState ModelFile::state() const noexcept { return static_cast<ModelState>(header_->state); }

ModelFile::Version ModelFile::version() const noexcept { return {header_->major, header_->minor}; }

std::vector<ModelSection> ModelFile::sections() const {
  std::vector<ModelSection> sections;
  for (std::size_t k = 0; k < header_->sections; ++k) {
    sections.push_back(header_->table[k].section());
  }
  return sections;
}

bool ModelFile::has(std::string_view name) const noexcept {
  return find_entry(*header_, name) != kNowhere;
}

std::size_t ModelFile::index_of(std::string_view name) const {
  const std::size_t index = find_entry(*header_, name);
  if (index != kNowhere) return index;
  throw Error(fmt::format("{}: has no section \"{}\"; it is a model of another kind", path_, name));
}

std::span<const std::byte> ModelFile::section(std::string_view name) const {
  const ModelEntry& entry = header_->table[index_of(name)];
  return {map_.data() + entry.offset, static_cast<std::size_t>(entry.bytes)};
}

std::uint64_t ModelFile::offset(std::string_view name) const {
  return header_->table[index_of(name)].offset;
}

ConstMatrixView ModelFile::matrix(std::string_view name) const {
  const std::size_t index = find_entry(*header_, name);
  if (index == kNowhere) return {};
  const ModelEntry& entry = header_->table[index];
  if (entry.stride == 0) throw Error(fmt::format("{}: section \"{}\" is no matrix", path_, name));
  return {reinterpret_cast<const float*>(map_.data() + entry.offset),
          static_cast<std::size_t>(entry.rows), entry.dim, entry.stride};
}

std::span<std::byte> ModelFile::writable_section(std::string_view name) {
  need_writable();
  const std::span<const std::byte> bytes = section(name);
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

MatrixView ModelFile::writable_matrix(std::string_view name) {
  need_writable();
  const ConstMatrixView view = matrix(name);
  return {const_cast<float*>(view.data()), view.rows(), view.dim(), view.stride()};
}

void ModelFile::need_writable() const {
  if (!writable_) throw Error(path_ + ": is open for queries and cannot be changed");
}

bool ModelFile::is_sealed(std::string_view name) const {
  return (header_->table[index_of(name)].flags & kModelSealed) != 0;
}

void ModelFile::verify(std::string_view name) const {
  const ModelEntry& entry = header_->table[index_of(name)];
  if ((entry.flags & kModelSealed) == 0) return;
  if (checksum_of(map_.data() + entry.offset, entry.bytes) == entry.checksum) return;
  throw Error(fmt::format("{}: section \"{}\" is damaged; restore the model file from a copy",
                          path_, name));
}

void ModelFile::verify_all() const {
  for (std::size_t k = 0; k < header_->sections; ++k) verify(header_->table[k].name_view());
}

bool is_model_file(const std::string& path) noexcept {
  struct stat status;
  // Before it is opened: whoever waits to write into a FIFO would take this for its reader.
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) return false;
  for (int copy = 0; copy < kModelCopies; ++copy) {
    ModelHeader header{};
    if (pread(file.get(), header.magic, sizeof header.magic, copy * kModelPage) > 0 &&
        has_model_magic(header)) {
      return true;
    }
  }
  return false;
}

void ModelFile::unlock() noexcept { flock(file_.get(), LOCK_UN); }

void refuse_unfinished_run(const std::string& path) {
  if (!is_model_file(path)) return;
  const ModelState state = ModelFile::open(path).state();
  if (state != ModelState::kStopped && state != ModelState::kTraining) return;
  throw Error(path +
              ": holds a run that is not finished, or is trained; go on with it by word2vec "
              "-resume, remove it, or name another file");
}

}  // namespace hogvec::io
