#include "engine/corpus/encoded_corpus.hpp"

#include <mutex>
#include <new>

namespace hogvec {

struct EncodedCorpus::File {
  explicit File(const std::string& folder) : file(folder) {}

  io::UnnamedFile file;
  std::once_flag asked;
  io::MemoryMap map;  // once ids() was asked for
};

EncodedCorpus::EncodedCorpus() = default;
EncodedCorpus::EncodedCorpus(EncodedCorpus&&) noexcept = default;
EncodedCorpus& EncodedCorpus::operator=(EncodedCorpus&&) noexcept = default;
EncodedCorpus::~EncodedCorpus() = default;

EncodedCorpus::EncodedCorpus(std::size_t size, std::size_t unknown, const Resources& resources)
    : size_(size), unknown_(unknown) {
  if (size > resources.most_memory() / sizeof(WordId)) {
    file_ = std::make_unique<File>(resources.folder());
  } else {
    memory_ = io::MemoryMap::anonymous(size * sizeof(WordId), true);
  }
}

EncodedCorpus::EncodedCorpus(std::span<const WordId> ids)
    : memory_(io::MemoryMap::anonymous(ids.size_bytes(), true)), size_(ids.size()) {
  write(0, ids);
}

void EncodedCorpus::write(std::size_t begin, std::span<const WordId> ids) {
  if (file_) {
    file_->file.write(begin * sizeof(WordId), ids.data(), ids.size_bytes());
  } else {
    std::copy(ids.begin(), ids.end(), reinterpret_cast<WordId*>(memory_.data()) + begin);
  }
}

std::span<const WordId> EncodedCorpus::read(std::size_t begin, std::size_t count,
                                            std::span<WordId> room) const {
  if (!file_) return {reinterpret_cast<const WordId*>(memory_.data()) + begin, count};
  file_->file.read(begin * sizeof(WordId), room.data(), count * sizeof(WordId));
  return room.first(count);
}

std::span<const WordId> EncodedCorpus::ids() const {
  if (!file_) return {reinterpret_cast<const WordId*>(memory_.data()), size_};
  std::call_once(file_->asked, [&] { file_->map = file_->file.map(size_ * sizeof(WordId)); });
  return {reinterpret_cast<const WordId*>(file_->map.data()), size_};
}

}  // namespace hogvec
