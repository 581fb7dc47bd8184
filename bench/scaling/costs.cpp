#include "bench/scaling/costs.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "bench/cpus.hpp"
#include "engine/placement.hpp"
#include "engine/topology.hpp"
#include "io/error.hpp"

namespace hogvec::bench {
namespace {

constexpr double kSeconds = 0.05;  // of a measurement
// Of the rows on which kernels are measured alone: within every second-level cache.
constexpr std::size_t kNearBytes = 256 << 10;
// A line from memory takes so many times as long as one from the L3, and so long to come.
constexpr double kMemory = 2;
constexpr double kMemoryLatency = 100;  // ns
constexpr double kL3Latency = 15;       // ns

// What is passed between two cores, again and again: blocks of rows as skip-gram has them, so many
// that second-level caches hold them up to D of 1000.
constexpr std::size_t kPassedRows = 21;
constexpr std::size_t kPassedInputs = 12;
constexpr std::size_t kPassedBytes = 192 << 10;
constexpr std::size_t kPasses = 400;
constexpr double kTripNanoseconds = 1e9;  // after which cores are said not to come together

std::size_t at(Way way) { return static_cast<std::size_t>(way); }

/// Of each of so many; nothing where there are none.
double cost(double nanoseconds, double count) {
  return count > 0 && nanoseconds > 0 ? nanoseconds / count : 0;
}

/// Of one call.
std::size_t most_rows(const Touches& touches) {
  std::size_t most = 1;
  for (const Call& call : touches.calls) most = std::max(most, call.rows());
  return most;
}

std::size_t system_value(int name, std::size_t otherwise) {
  const long value = sysconf(name);
  return value > 0 ? static_cast<std::size_t>(value) : otherwise;
}

}  // namespace

CacheSizes cache_sizes() {
  return {system_value(_SC_LEVEL2_CACHE_SIZE, 1 << 20),
          system_value(_SC_LEVEL3_CACHE_SIZE, 32 << 20)};
}

WorkProbe::WorkProbe(const Workers& workers)
    : rows_(random_matrix(std::max(kNearBytes / (simd::padded(workers.dim) * sizeof(float)),
                                   most_rows(workers.touches.front())),
                          workers.dim, 0.05F, 1)),
      dim_(workers.dim) {
  for (const bool logistic : {true, false}) {
    auto& part = logistic ? pairs_ : others_;
    part = std::make_unique<Part>(part_of(workers.touches.front(), logistic));
    if (part->units == 0) continue;
    part->replay = std::make_unique<Replay>(part->touches, dim_,
                                            [&](std::uint32_t row) { return rows_.row(row); });
  }
}

WorkProbe::Part WorkProbe::part_of(const Touches& touches, bool logistic) {
  Part part;
  const auto few = static_cast<std::uint32_t>(rows_.rows());
  touches.for_each_block([&](std::span<const Call> calls, std::span<const std::uint32_t> rows) {
    for (const Call& call : calls) {
      const std::span<const std::uint32_t> wanted = rows.first(call.rows());
      rows = rows.subspan(call.rows());
      if (is_logistic(call.kernel) != logistic) continue;
      part.touches.calls.push_back(call);
      part.units += static_cast<double>(logistic ? call.pairs() : call.inputs);
      // Rows of a call are distinct.
      const auto first = static_cast<std::ptrdiff_t>(part.touches.rows.size());
      for (std::uint32_t row : wanted) {
        row %= few;
        const auto begin = part.touches.rows.begin() + first;
        while (std::find(begin, part.touches.rows.end(), row) != part.touches.rows.end()) {
          row = (row + 1) % few;
        }
        part.touches.rows.push_back(row);
      }
    }
    part.touches.end_block();
  });
  return part;
}

double WorkProbe::measure(Part& part) {
  if (part.units == 0) return 0;
  return time_blocks(*part.replay, kSeconds) * static_cast<double>(part.touches.blocks.size()) /
         part.units;
}

WorkCosts WorkProbe::measure() {
  return {.word = 0, .pair = measure(*pairs_), .row = measure(*others_)};
}

RowsProbe::RowsProbe(const Workers& workers)
    : touches_(workers.touches.front()),
      rows_(random_matrix(workers.rows, workers.dim, 0.05F, 1)),
      replay_(
          touches_, workers.dim, [&](std::uint32_t row) { return rows_.row(row); },
          &workers.not_fetched) {}

double RowsProbe::measure() {
  return time_blocks(replay_, 4 * kSeconds) * static_cast<double>(touches_.blocks.size()) /
         static_cast<double>(touches_.words);
}

PassProbe::PassProbe(std::size_t dim)
    : cpus_(usable_cpus()),
      blocks_(std::max<std::size_t>(
          kPassedBytes / (kPassedRows * simd::padded(dim) * sizeof(float)), 2)),
      rows_(random_matrix(2 * blocks_ * kPassedRows, dim, 0.05F, 1)) {
  if (cpus_.size() < 2) throw Error("the model is measured on two cores, and this process has one");
  for (std::uint32_t row = 0; row < blocks_ * kPassedRows; ++row) {
    touches_.rows.push_back(row);
    if (touches_.rows.size() % kPassedRows != 0) continue;
    touches_.calls.push_back({Kernel::kLogisticBlock, kPassedInputs, kPassedRows - kPassedInputs});
    touches_.end_block();
  }
}

double PassProbe::time_pass(bool ahead, bool swapped) {
  using Clock = std::chrono::steady_clock;
  const std::vector<bool> none_ahead(blocks_ * kPassedRows, true);
  std::atomic<std::size_t> arrived{0};
  std::vector<double> took(kPasses);
  const auto run = [&](std::size_t thread) {
    run_on({&cpus_[thread], 1});
    std::vector<Replay> halves;
    for (const std::size_t half : {0, 1}) {
      halves.emplace_back(
          touches_, rows_.dim(),
          [&](std::uint32_t row) { return rows_.row(half * blocks_ * kPassedRows + row); },
          ahead ? nullptr : &none_ahead);
    }
    for (std::size_t pass = 0; pass < kPasses; ++pass) {
      ++arrived;
      while (arrived < 2 * (pass + 1)) {
      }
      Replay& replay = halves[(thread + (swapped ? pass : 0)) % 2];
      const Clock::time_point begin = Clock::now();
      for (std::size_t b = 0; b < blocks_; ++b) replay.block();
      if (thread != 0) continue;
      took[pass] = std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
    }
  };
  std::thread other([&] { run(1); });
  std::thread self([&] { run(0); });
  other.join();
  self.join();
  const auto quartile = took.begin() + kPasses / 4;
  std::nth_element(took.begin(), quartile, took.end());
  return *quartile;
}

void PassProbe::measure() {
  const auto trip = [&] { return measure_round_trip(cpus_[0], cpus_[1], kTripNanoseconds); };
  const auto keep = [&](Times& best, const Times& times) {
    if (best.round_trip == 0 || times.fetched + times.late < best.fetched + best.late) best = times;
  };
  const double before = trip();
  if (before == 0) return;  // threads that meet after every pass would wait for each other, too
  const double own = time_pass(true, false);
  if (own_ == 0 || own < own_) own_ = own;
  Times times;
  times.fetched = time_pass(true, true);
  times.round_trip = trip();
  times.late = time_pass(false, true);
  const double after = trip();
  const auto all = {before, times.round_trip, after};
  const auto near = [](double nanoseconds) { return nanoseconds <= kCommonCache; };
  if (std::find(all.begin(), all.end(), 0.0) != all.end()) return;
  if (std::all_of(all.begin(), all.end(), near)) keep(near_, times);
  if (std::none_of(all.begin(), all.end(), near)) keep(far_, times);
}

PassedLines PassProbe::lines(const Times& times) const {
  if (times.round_trip == 0) return {};
  const auto lines = static_cast<double>(lines_of_row(rows_.dim()) * kPassedRows);
  const auto blocks = static_cast<double>(blocks_);
  PassedLines passed;
  passed.round_trip = times.round_trip;
  passed.late = cost(times.late - own_, lines * blocks);
  // Nobody asked for the first block.
  passed.fetched = cost(times.fetched - own_ - lines * passed.late, lines * (blocks - 1));
  return passed;
}

LineCosts line_costs(double longer, const Prediction& counted, const PassedLines& measured_near,
                     const PassedLines& measured_far) {
  const PassedLines& near = measured_near.round_trip > 0 ? measured_near : measured_far;
  const PassedLines& far = measured_far.round_trip > 0 ? measured_far : measured_near;
  const double l3 =
      cost(longer, counted.fetched[at(Way::kOwnL3)] + kMemory * counted.fetched[at(Way::kMemory)]);
  LineCosts costs;
  costs.fetched[at(Way::kOwnL3)] = costs.late[at(Way::kOwnL3)] = l3;
  costs.fetched[at(Way::kMemory)] = costs.late[at(Way::kMemory)] = kMemory * l3;
  costs.latency[at(Way::kMemory)] = kMemoryLatency;
  costs.near_round_trip = near.round_trip;
  costs.far_round_trip = far.round_trip;
  costs.latency[at(Way::kOwnL3)] = kL3Latency;
  const auto set = [&](Way way, const PassedLines& passed) {
    costs.fetched[at(way)] = passed.fetched;
    costs.late[at(way)] = passed.late;
    costs.latency[at(way)] = passed.round_trip / 2;
  };
  set(Way::kNearCore, near);
  for (const Way way : {Way::kFarCore, Way::kFarL3}) set(way, far);
  // A claim is waited for, and costs no more than a line that is near, which may come with it.
  for (const auto& [claim, core] :
       {std::pair{Way::kNearUpgrade, Way::kNearCore}, {Way::kFarUpgrade, Way::kFarCore}}) {
    costs.fetched[at(claim)] = l3;
    costs.latency[at(claim)] = costs.latency[at(core)];
  }
  return costs;
}

LineCosts scaled(const LineCosts& costs, double near, double far) {
  LineCosts made = costs;
  const auto scale = [&](Way way) {
    const double factor = is_far(way) ? far / costs.far_round_trip : near / costs.near_round_trip;
    made.latency[at(way)] *= factor;
    // What comes with a claim is not from far away.
    if (way == Way::kNearUpgrade || way == Way::kFarUpgrade) return;
    made.fetched[at(way)] *= factor;
    made.late[at(way)] *= factor;
  };
  for (const Way way :
       {Way::kNearCore, Way::kNearUpgrade, Way::kFarCore, Way::kFarL3, Way::kFarUpgrade}) {
    scale(way);
  }
  made.near_round_trip = near;
  made.far_round_trip = far;
  return made;
}

}  // namespace hogvec::bench
