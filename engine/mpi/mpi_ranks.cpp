#include "engine/mpi/mpi_ranks.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "io/error.hpp"

namespace hogvec {
namespace {

// MPI counts in ints.
constexpr std::size_t kMostBytes = std::size_t{1} << 30;

void require(int code, const char* what) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(
      fmt::format("MPI: {}: {}", what, std::string(text, static_cast<std::size_t>(length))));
}

}  // namespace

/// What has been begun, to be waited for.
class MpiRanks::Requests {
 public:
  Requests(Waiting waiting, std::size_t most) : waiting_(waiting) { requests_.reserve(most); }

  MPI_Request* next() { return &requests_.emplace_back(MPI_REQUEST_NULL); }

  void wait(const char* what) {
    const auto count = static_cast<int>(requests_.size());
    if (waiting_ == Waiting::kAwake) {
      require(MPI_Waitall(count, requests_.data(), MPI_STATUSES_IGNORE), what);
      return;
    }
    // MPI itself would keep the core busy that a worker wants. Messages only go on while it is
    // asked: at first often, as most are short.
    constexpr std::chrono::microseconds kShortest(20);
    constexpr std::chrono::microseconds kLongest(500);
    std::chrono::microseconds pause = kShortest;
    for (;;) {
      int done = 0;
      require(MPI_Testall(count, requests_.data(), &done, MPI_STATUSES_IGNORE), what);
      if (done != 0) return;
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 5 / 4, kLongest);
    }
  }

 private:
  Waiting waiting_;
  std::vector<MPI_Request> requests_;
};

MpiRanks::MpiRanks() {
  int provided = 0;
  require(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided), "start");
  if (provided < MPI_THREAD_SERIALIZED) {
    throw Error("this MPI has no threads; a build with MPI_THREAD_SERIALIZED is needed");
  }
  require(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "errors");
  require(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "rank");
  require(MPI_Comm_size(MPI_COMM_WORLD, &size_), "size");
}

MpiRanks::~MpiRanks() { MPI_Finalize(); }

void MpiRanks::end_all(int code) noexcept {
  MPI_Abort(MPI_COMM_WORLD, code);
  std::_Exit(code);
}

void MpiRanks::exchange(std::span<const std::span<const std::byte>> out, std::vector<Bytes>& in) {
  const auto size = static_cast<std::size_t>(size_);
  std::vector<std::size_t> out_bytes(size);
  std::vector<std::size_t> in_bytes(size);
  for (std::size_t r = 0; r < size; ++r) out_bytes[r] = out[r].size();
  exchange_equal(reinterpret_cast<const std::byte*>(out_bytes.data()),
                 reinterpret_cast<std::byte*>(in_bytes.data()), sizeof(std::size_t));
  in.resize(size);
  for (std::size_t r = 0; r < size; ++r) in[r].resize(in_bytes[r]);

  const auto self = static_cast<std::size_t>(rank_);
  std::copy(out[self].begin(), out[self].end(), in[self].begin());
  std::size_t pieces = 0;
  for (std::size_t r = 0; r < size; ++r) {
    pieces += out_bytes[r] / kMostBytes + in_bytes[r] / kMostBytes + 2;
  }
  Requests requests(waiting_, pieces);
  // Each rank begins with another, so that not all send to the same.
  for (std::size_t step = 1; step < size; ++step) {
    const std::size_t from = (self + size - step) % size;
    for (std::size_t at = 0; at < in_bytes[from]; at += kMostBytes) {
      const auto count = static_cast<int>(std::min(kMostBytes, in_bytes[from] - at));
      require(MPI_Irecv(in[from].data() + at, count, MPI_BYTE, static_cast<int>(from), 0,
                        MPI_COMM_WORLD, requests.next()),
              "receive");
    }
  }
  for (std::size_t step = 1; step < size; ++step) {
    const std::size_t to = (self + step) % size;
    for (std::size_t at = 0; at < out_bytes[to]; at += kMostBytes) {
      const auto count = static_cast<int>(std::min(kMostBytes, out_bytes[to] - at));
      require(MPI_Isend(out[to].data() + at, count, MPI_BYTE, static_cast<int>(to), 0,
                        MPI_COMM_WORLD, requests.next()),
              "send");
    }
  }
  requests.wait("exchange");
}

void MpiRanks::exchange_equal(const std::byte* out, std::byte* in, std::size_t bytes) {
  Requests requests(waiting_, 1);
  const auto count = static_cast<int>(bytes);
  require(MPI_Ialltoall(out, count, MPI_BYTE, in, count, MPI_BYTE, MPI_COMM_WORLD, requests.next()),
          "exchange");
  requests.wait("exchange");
}

void MpiRanks::broadcast(std::span<std::byte> bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += kMostBytes) {
    Requests requests(waiting_, 1);
    const auto count = static_cast<int>(std::min(kMostBytes, bytes.size() - at));
    require(MPI_Ibcast(bytes.data() + at, count, MPI_BYTE, 0, MPI_COMM_WORLD, requests.next()),
            "broadcast");
    requests.wait("broadcast");
  }
}

}  // namespace hogvec
