// Where a run stands, and its settings, from any bytes: as a section of a model file has them, as
// memory that a process has left, and as JSON; or an Error. What is read comes back from what is
// written of it.
#include <algorithm>
#include <cstring>

#include "engine/model/run_record.hpp"
#include "engine/train/position.hpp"
#include "io/error.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace hogvec;
using fuzz::require;

namespace {

void decode(std::span<const std::byte> bytes) {
  PositionRecord record;
  try {
    record = PositionRecord::decode(bytes);
  } catch (const Error&) {
    return;
  }
  const std::vector<std::byte> again = record.encode();
  require(again.size() <= bytes.size(), "a record is no longer than what it is of");
  require(std::memcmp(again.data(), bytes.data(), again.size()) == 0, "a record comes back");
  require(again.size() == PositionRecord::most_bytes(record.redo.size(), record.epochs.size()),
          "its size is known");
}

/// `memory` begins a line.
void recover(std::span<const std::byte> memory) {
  PositionRecord record;
  try {
    record = Position::recover(memory);
  } catch (const Error&) {
    return;
  }
  require(record.redo.size() * 8 + record.epochs.size() * 32 <= memory.size(),
          "a position is no larger than what it lies in");
  require(std::is_sorted(record.redo.begin(), record.redo.end()), "chunks ascend");
}

void read_settings(std::string_view text) {
  RunRecord record;
  try {
    record = RunRecord::from_json(text);
  } catch (const Error&) {
    return;
  }
  const std::string json = record.to_json();
  const RunRecord again = RunRecord::from_json(json);
  require(again.flags == record.flags, "flags come back");
  require(again.to_json() == json, "settings come back");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::align_val_t kLine{128};
  auto* const memory = static_cast<std::byte*>(operator new(std::max<std::size_t>(size, 1), kLine));
  std::copy_n(reinterpret_cast<const std::byte*>(data), size, memory);
  decode({memory, size});
  recover({memory, size});
  operator delete(memory, kLine);
  read_settings(fuzz::bytes_of(data, size));
  return 0;
}
