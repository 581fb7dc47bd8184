#include "engine/train/position.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <new>

#include "io/error.hpp"

namespace hogvec {
namespace {

using Atomic = std::atomic<std::uint64_t>;
static_assert(Atomic::is_always_lock_free && sizeof(Atomic) == 8);

constexpr std::size_t kLine = 128;  // the pair of cache lines that a core fetches at once
constexpr std::uint64_t kMagic = 0x31534f50474f48;  // "HOGPOS1"
constexpr std::uint64_t kMostEpochs = std::uint64_t{1} << 32;
constexpr std::uint64_t kMostWorkers = std::uint64_t{1} << 20;

// Each in order with those before and behind it, which costs nothing on x86-64: a fence would do,
// but ThreadSanitizer knows none.
std::uint64_t load(const Atomic& x) noexcept { return x.load(std::memory_order_acquire); }
void store(Atomic& x, std::uint64_t value) noexcept { x.store(value, std::memory_order_release); }

std::size_t round_up(std::size_t bytes) noexcept { return (bytes + kLine - 1) / kLine * kLine; }

}  // namespace

struct alignas(kLine) Position::Head {
  std::uint64_t magic;
  std::uint64_t workers;
  std::uint64_t epochs;
  std::uint64_t redo_count;
  std::uint64_t first;  // chunks below were done, or are among the redo, when the run began
  Atomic seconds;       // the bits of a double
  alignas(kLine) Atomic next_ticket;  // of all redo, and then of the chunks from `first` on
};

/// A tally, which one worker writes and any thread reads.
struct Position::Cell {
  Atomic sum;  // the bits of a double
  Atomic examples;
  Atomic panels;
  Atomic kept;

  EpochTally get() const noexcept {
    return {{std::bit_cast<double>(load(sum)), load(examples), load(panels)}, load(kept)};
  }
  void set(const EpochTally& tally) noexcept {
    store(sum, std::bit_cast<std::uint64_t>(tally.loss.sum));
    store(examples, tally.loss.examples);
    store(panels, tally.loss.panels);
    store(kept, tally.kept);
  }
};

struct Position::LineValues {
  std::uint64_t in_hand = 0;  // ticket + 1; 0: none
  std::uint64_t epoch = 0;    // of the tally
  EpochTally tally{};         // what this worker has done of that epoch
};

/// What a worker says of itself. Of its two records the version's last bit names the one that
/// counts: the other is written, and then the version, so that a record changes as a whole.
struct alignas(kLine) Position::Line {
  struct Record {
    Atomic in_hand;
    Atomic epoch;
    Cell tally;
  };

  Atomic version;
  Record records[2];

  /// By the worker.
  LineValues current() const noexcept {
    const Record& record = records[load(version) & 1];
    return {load(record.in_hand), load(record.epoch), record.tally.get()};
  }
  void replace(const LineValues& values) noexcept {
    const std::uint64_t next = load(version) + 1;
    Record& record = records[next & 1];
    store(record.in_hand, values.in_hand);
    store(record.epoch, values.epoch);
    record.tally.set(values.tally);
    store(version, next);
  }
  /// By anybody.
  LineValues read() const noexcept {
    for (;;) {
      const std::uint64_t before = load(version);
      const Record& record = records[before & 1];
      const LineValues values{load(record.in_hand), load(record.epoch), record.tally.get()};
      // Who has read what the worker has begun to write over it reads a later version, too.
      if (load(version) == before) return values;
    }
  }
};

std::size_t PositionRecord::most_bytes(std::size_t redo, std::size_t epochs) noexcept {
  return (4 + redo + 4 * epochs) * sizeof(std::uint64_t);
}

std::vector<std::byte> PositionRecord::encode() const {
  std::vector<std::uint64_t> numbers{next, std::bit_cast<std::uint64_t>(seconds), redo.size(),
                                     epochs.size()};
  numbers.insert(numbers.end(), redo.begin(), redo.end());
  for (const EpochTally& epoch : epochs) {
    numbers.insert(numbers.end(), {std::bit_cast<std::uint64_t>(epoch.loss.sum),
                                   epoch.loss.examples, epoch.loss.panels, epoch.kept});
  }
  std::vector<std::byte> bytes(numbers.size() * sizeof numbers[0]);
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

PositionRecord PositionRecord::decode(std::span<const std::byte> bytes) {
  const std::size_t size = bytes.size() / sizeof(std::uint64_t);
  const auto number = [&](std::size_t k) {
    std::uint64_t value;
    std::memcpy(&value, bytes.data() + k * sizeof value, sizeof value);
    return value;
  };
  if (size < 4 || number(2) > size || number(3) > size || 4 + number(2) + 4 * number(3) > size) {
    throw Error("the position of the run is damaged");
  }
  PositionRecord record;
  record.next = number(0);
  record.seconds = std::bit_cast<double>(number(1));
  std::size_t at = 4;
  for (std::uint64_t k = 0; k < number(2); ++k) record.redo.push_back(number(at++));
  for (std::uint64_t k = 0; k < number(3); ++k, at += 4) {
    record.epochs.push_back(
        {{std::bit_cast<double>(number(at)), number(at + 1), number(at + 2)}, number(at + 3)});
  }
  return record;
}

std::size_t Position::bytes(const PositionRecord& start, std::size_t workers, std::size_t epochs) {
  constexpr std::size_t kMost = std::numeric_limits<std::ptrdiff_t>::max();
  if (epochs >= kMostEpochs || workers > kMostWorkers ||
      epochs > kMost / sizeof(Cell) / (workers + 2)) {
    throw std::bad_alloc();
  }
  return sizeof(Head) + workers * sizeof(Line) +
         round_up(start.redo.size() * sizeof(std::uint64_t)) + round_up(epochs * sizeof(Cell)) +
         workers * round_up(epochs * sizeof(Cell));
}

Position::Position(std::byte* memory) noexcept : head_(reinterpret_cast<Head*>(memory)) {
  lines_ = reinterpret_cast<Line*>(memory + sizeof(Head));
  auto* at = reinterpret_cast<std::byte*>(lines_ + head_->workers);
  redo_ = reinterpret_cast<std::uint64_t*>(at);
  at += round_up(head_->redo_count * sizeof(std::uint64_t));
  before_ = reinterpret_cast<Cell*>(at);
  cells_ = reinterpret_cast<Cell*>(at + round_up(head_->epochs * sizeof(Cell)));
}

Position::Position(std::span<std::byte> memory, const PositionRecord& start, std::size_t workers,
                   std::size_t epochs) noexcept {
  std::memset(memory.data(), 0, bytes(start, workers, epochs));
  auto* const head = reinterpret_cast<Head*>(memory.data());
  head->magic = kMagic;
  head->workers = workers;
  head->epochs = epochs;
  head->redo_count = start.redo.size();
  head->first = start.next;
  store(head->seconds, std::bit_cast<std::uint64_t>(start.seconds));
  *this = Position(memory.data());
  std::copy(start.redo.begin(), start.redo.end(), redo_);
  for (std::size_t e = 0; e < std::min(epochs, start.epochs.size()); ++e) {
    before_[e].set(start.epochs[e]);
  }
  // The first worker goes on with the sums of the epoch that was begun: one worker's are then, to
  // the last bit, those of a run that nobody stopped. Not where it comes back to earlier epochs.
  if (start.epochs.empty() || start.epochs.size() > epochs || !start.redo.empty()) return;
  const std::size_t begun = start.epochs.size() - 1;
  lines_[0].replace({.in_hand = 0, .epoch = begun, .tally = start.epochs[begun]});
  before_[begun].set({});
}

PositionRecord Position::recover(std::span<const std::byte> memory) {
  const auto* const head = reinterpret_cast<const Head*>(memory.data());
  const auto fits = [&] {
    if (memory.size() < sizeof(Head) || head->magic != kMagic) return false;
    if (head->workers > kMostWorkers || head->epochs >= kMostEpochs) return false;
    if (head->redo_count > memory.size() / sizeof(std::uint64_t)) return false;
    if (head->epochs > memory.size() / sizeof(Cell) / (head->workers + 1)) return false;
    const std::size_t lines = sizeof(Head) + head->workers * sizeof(Line);
    const std::size_t cells = round_up(head->epochs * sizeof(Cell));
    return lines + round_up(head->redo_count * sizeof(std::uint64_t)) +
               (head->workers + 1) * cells <=
           memory.size();
  };
  if (!fits()) throw Error("the position of the run is damaged");
  // It is only read from.
  return Position(const_cast<std::byte*>(memory.data())).read();
}

std::uint64_t Position::chunk_of(std::uint64_t ticket) const noexcept {
  return ticket < head_->redo_count ? redo_[ticket] : head_->first + (ticket - head_->redo_count);
}

std::optional<std::uint64_t> Position::take(std::size_t worker, std::uint64_t end) noexcept {
  Line& line = lines_[worker];
  LineValues mine = line.current();
  std::uint64_t ticket = load(head_->next_ticket);
  for (;;) {
    const std::uint64_t chunk = chunk_of(ticket);
    if (chunk >= end) {
      if (mine.in_hand != 0) {
        mine.in_hand = 0;
        line.replace(mine);
      }
      return std::nullopt;
    }
    // Said before it is taken: a process that dies in between has said too much, never too little.
    mine.in_hand = ticket + 1;
    line.replace(mine);
    if (head_->next_ticket.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel)) {
      return chunk;
    }
  }
}

void Position::finish(std::size_t worker, std::size_t epoch, const EpochTally& of_chunk) noexcept {
  Line& line = lines_[worker];
  LineValues mine = line.current();
  if (mine.epoch != epoch) {
    // Until the next replace() the line's own tally of that epoch counts, and this one does not.
    cell(worker, mine.epoch).set(mine.tally);
    mine.epoch = epoch;
    mine.tally = {};
  }
  mine.tally += of_chunk;
  mine.in_hand = 0;
  line.replace(mine);
}

PositionRecord Position::read() const {
  std::vector<LineValues> lines(head_->workers);
  std::uint64_t tickets = 0;
  // Lines that were read while no ticket was taken fit each other. Where many workers never leave
  // such a moment, some chunks are counted that will be trained again.
  constexpr int kMostTries = 100;
  for (int i = 0; i < kMostTries; ++i) {
    tickets = head_->next_ticket.load(std::memory_order_acquire);
    for (std::size_t w = 0; w < lines.size(); ++w) lines[w] = lines_[w].read();
    if (head_->next_ticket.load(std::memory_order_acquire) == tickets) break;
  }

  PositionRecord record;
  record.seconds = seconds();
  record.next = head_->first + tickets - std::min(tickets, head_->redo_count);
  for (std::uint64_t t = tickets; t < head_->redo_count; ++t) record.redo.push_back(redo_[t]);
  for (const LineValues& line : lines) {
    // One that says what it did not get, because another was faster, is not counted twice.
    if (line.in_hand != 0 && line.in_hand <= tickets) {
      record.redo.push_back(chunk_of(line.in_hand - 1));
    }
  }
  std::sort(record.redo.begin(), record.redo.end());
  record.redo.erase(std::unique(record.redo.begin(), record.redo.end()), record.redo.end());

  record.epochs.resize(head_->epochs);
  for (std::size_t e = 0; e < record.epochs.size(); ++e) record.epochs[e] = epoch(e, lines);
  while (!record.epochs.empty() && record.epochs.back().kept == 0) record.epochs.pop_back();
  return record;
}

EpochTally Position::epoch(std::size_t number) const {
  std::vector<LineValues> lines(head_->workers);
  for (std::size_t w = 0; w < lines.size(); ++w) lines[w] = lines_[w].read();
  return epoch(number, lines);
}

EpochTally Position::epoch(std::size_t number, std::span<const LineValues> lines) const noexcept {
  EpochTally total = before_[number].get();
  for (std::size_t w = 0; w < lines.size(); ++w) {
    // Epochs ascend: a cell of a later one was written after the line was read.
    if (number < lines[w].epoch) total += cell(w, number).get();
    if (number == lines[w].epoch) total += lines[w].tally;
  }
  return total;
}

Position::Cell& Position::cell(std::size_t worker, std::size_t epoch) const noexcept {
  return cells_[worker * (round_up(head_->epochs * sizeof(Cell)) / sizeof(Cell)) + epoch];
}

LocalPosition::LocalPosition(const PositionRecord& start, const TrainPlan& plan) {
  const auto workers = static_cast<std::size_t>(plan.chunk_workers());
  memory_ = io::MemoryMap::anonymous(Position::bytes(start, workers, plan.epochs), false);
  position_ = Position({memory_.data(), memory_.size()}, start, workers, plan.epochs);
}

double Position::seconds() const noexcept { return std::bit_cast<double>(load(head_->seconds)); }

void Position::add_seconds(double more) noexcept {
  store(head_->seconds, std::bit_cast<std::uint64_t>(seconds() + more));
}

}  // namespace hogvec
