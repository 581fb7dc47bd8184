#include "engine/corpus/word_feed.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "engine/corpus/encoder.hpp"
#include "engine/first_exception.hpp"
#include "io/error.hpp"

namespace hogvec {

/// Blocks of words on their way from the caller to the threads.
class WordFeed::Blocks {
 public:
  struct Room {
    std::unique_ptr<char[]> bytes;
    std::unique_ptr<std::uint32_t[]> ends;
    std::size_t capacity = 0;  // bytes
    std::size_t bytes_used = 0;
    std::size_t ends_used = 0;
    std::size_t number = 0;
    std::uint64_t position = 0;
  };

  /// What the Encoder takes for one.
  class Block {
   public:
    Block(Blocks& blocks, Room room) : blocks_(&blocks), room_(std::move(room)) {}

    std::size_t number() const noexcept { return room_.number; }
    std::string_view text() const noexcept { return {room_.bytes.get(), room_.bytes_used}; }
    std::uint64_t position() const noexcept { return room_.position; }
    void release() { blocks_->give_back(std::move(room_)); }

    template <class OnWord, class OnSentenceEnd>
    void cut(std::size_t, const OnWord& on_word, const OnSentenceEnd& on_sentence_end) const {
      const char* const bytes = room_.bytes.get();
      std::size_t begin = 0;
      for (std::size_t k = 0; k < room_.ends_used; ++k) {
        const std::uint32_t end = room_.ends[k];
        if (end == kSentence) {
          on_sentence_end(begin);
          continue;
        }
        on_word(std::string_view(bytes + begin, end - begin), begin);
        begin = end + 1;
      }
    }

   private:
    Blocks* blocks_;
    Room room_;
  };

  explicit Blocks(int threads) : most_waiting_(2 * static_cast<std::size_t>(threads) + 2) {}

  // The threads' side.
  std::optional<Block> next() {
    std::unique_lock lock(mutex_);
    more_.wait(lock, [this] { return !waiting_.empty() || ended_ || abandoned_; });
    if (waiting_.empty() || abandoned_) return std::nullopt;
    Room room = std::move(waiting_.front());
    waiting_.pop_front();
    less_.notify_one();
    return Block(*this, std::move(room));
  }
  static std::optional<std::uint64_t> size() { return std::nullopt; }
  void finish() {}
  void give_back(Room room) {
    if (room.capacity != kBytes) return;
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(room));
  }
  /// Nobody is to ask for more.
  void abandon() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    less_.notify_all();
    more_.notify_all();
  }

  // The caller's side.
  /// Room for so many bytes.
  Room& take(std::size_t bytes) {
    Room room;
    if (bytes <= kBytes) {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        room = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (room.capacity == 0) {
      room.capacity = std::max(bytes, kBytes);
      room.bytes = std::make_unique_for_overwrite<char[]>(room.capacity);
      room.ends = std::make_unique_for_overwrite<std::uint32_t[]>(kEnds);
    }
    filled_ = std::move(room);
    return filled_;
  }
  /// False: the threads have given up.
  bool pass_on(std::size_t bytes_used, std::size_t ends_used) {
    filled_.bytes_used = bytes_used;
    filled_.ends_used = ends_used;
    filled_.number = passed_++;
    filled_.position = position_;
    position_ += bytes_used;
    std::unique_lock lock(mutex_);
    less_.wait(lock, [this] { return waiting_.size() < most_waiting_ || abandoned_; });
    if (abandoned_) return false;
    waiting_.push_back(std::move(filled_));
    more_.notify_one();
    return true;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    more_.notify_all();
  }
  /// The same, and what waits is not wanted.
  void drop() {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    ended_ = true;
    more_.notify_all();
  }

 private:
  const std::size_t most_waiting_;
  Room filled_;
  std::size_t passed_ = 0;
  std::uint64_t position_ = 0;

  std::mutex mutex_;
  std::condition_variable more_;
  std::condition_variable less_;
  std::deque<Room> waiting_;
  std::vector<Room> free_;
  bool ended_ = false;
  bool abandoned_ = false;
};

/// The thread that starts the others.
class WordFeed::Reader {
 public:
  Reader(Blocks& blocks, const EncodeOptions& options)
      : blocks_(blocks), options_(options), encoder_(blocks, options_), thread_([this] {
          failure_.guard([this] { text_ = encoder_.encode(); });
          blocks_.abandon();
        }) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    if (thread_.joinable()) thread_.join();
  }

  /// Once.
  EncodedText result() {
    thread_.join();
    failure_.rethrow();
    return std::move(text_);
  }

 private:
  Blocks& blocks_;
  EncodeOptions options_;
  Encoder<Blocks> encoder_;
  EncodedText text_;
  FirstException failure_;
  std::thread thread_;
};

WordFeed::WordFeed(const EncodeOptions& options) {
  if (options.resources.threads < 1) throw Error("threads must be at least 1");
  blocks_ = std::make_unique<Blocks>(options.resources.threads);
  make_room(0);
  reader_ = std::make_unique<Reader>(*blocks_, options);
}

WordFeed::~WordFeed() {
  if (reader_) blocks_->drop();
  reader_.reset();
}

void WordFeed::make_room(std::size_t word_bytes) {
  if (word_bytes >= std::size_t{1} << 31) throw Error("a word has 2 GiB or more");
  pass_on();
  const Blocks::Room& room = blocks_->take(word_bytes + 1);
  bytes_ = room.bytes.get();
  ends_ = room.ends.get();
  capacity_ = room.capacity;
  ends_used_ = 0;
}

void WordFeed::pass_on() {
  if (lost_) throw Error("the text was given up for an error before");
  const bool filled = bytes_ != nullptr && ends_used_ > 0;
  const std::size_t bytes_used = std::exchange(bytes_used_, 0);
  const std::size_t ends_used = std::exchange(ends_used_, kEnds);
  // The block is the threads', whatever happens now: the next word needs another.
  bytes_ = nullptr;
  ends_ = nullptr;
  capacity_ = 0;
  if (!filled || blocks_->pass_on(bytes_used, ends_used)) return;
  lost_ = true;
  reader_->result();  // throws what the threads have thrown
}

EncodedText WordFeed::finish() {
  pass_on();
  lost_ = true;  // or given away
  blocks_->end();
  EncodedText text = reader_->result();
  reader_.reset();
  return text;
}

}  // namespace hogvec
