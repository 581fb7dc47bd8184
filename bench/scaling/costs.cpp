#include "bench/scaling/costs.hpp"

#include <unistd.h>

#include <algorithm>

namespace hogvec::bench {
namespace {

constexpr double kSeconds = 0.05;  // of a measurement
// Of the rows on which kernels are measured alone: within every second-level cache.
constexpr std::size_t kNearBytes = 256 << 10;
// A line from memory takes so many times as long as one from the L3, and so long to come.
constexpr double kMemory = 2;
constexpr double kMemoryLatency = 100;  // ns

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
    part->replay.emplace_back(part->touches, dim_,
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
      if ((call.kernel == Kernel::kLogisticBlock) != logistic) continue;
      part.touches.calls.push_back(call);
      part.units += logistic ? static_cast<double>(call.inputs) * call.outputs : call.inputs;
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
  return time_blocks(part.replay, kSeconds) * static_cast<double>(part.touches.blocks.size()) /
         part.units;
}

WorkCosts WorkProbe::measure() {
  return {.word = 0, .pair = measure(*pairs_), .row = measure(*others_)};
}

RowsProbe::RowsProbe(const Workers& workers)
    : workers_(workers), rows_(random_matrix(workers.rows, workers.dim, 0.05F, 1)) {
  for (const Touches& touches : workers.touches) {
    replays_.emplace_back(touches, workers.dim, [&](std::uint32_t row) { return rows_.row(row); });
  }
}

double RowsProbe::measure() {
  const Touches& first = workers_.touches.front();
  return time_blocks(replays_, 4 * kSeconds) * static_cast<double>(first.blocks.size()) /
         static_cast<double>(first.words);
}

LineCosts line_costs(const Longer& alone, const Longer& seldom, const Longer& often,
                     double round_trip) {
  const auto fetched = [](const Longer& of, Way way) { return of.counted.fetched[at(way)]; };
  const auto l3_lines = [&](const Longer& of) {
    return fetched(of, Way::kOwnL3) + kMemory * fetched(of, Way::kMemory);
  };
  const double l3 = cost(alone.nanoseconds, l3_lines(alone));
  // What is left is put down to lines of the other core: two equations, of which neither cost may
  // come out below nothing, nor a line that comes when it is used cheaper than one that came
  // before.
  const auto left = [&](const Longer& of) {
    return std::max(0.0, of.nanoseconds - l3 * l3_lines(of));
  };
  const auto late_lines = [&](const Longer& of) { return of.counted.late[at(Way::kNearCore)]; };
  const double a_early = fetched(seldom, Way::kNearCore);
  const double b_early = fetched(often, Way::kNearCore);
  const double determinant = a_early * late_lines(often) - b_early * late_lines(seldom);
  const double early = std::clamp(
      cost(left(seldom) * late_lines(often) - left(often) * late_lines(seldom), determinant), 0.0,
      cost(left(often), b_early + late_lines(often)));
  const double late = std::max(early, cost(left(often) - early * b_early, late_lines(often)));

  LineCosts costs;
  costs.fetched[at(Way::kOwnL3)] = costs.late[at(Way::kOwnL3)] = l3;
  costs.fetched[at(Way::kMemory)] = costs.late[at(Way::kMemory)] = kMemory * l3;
  costs.fetched[at(Way::kNearCore)] = early;
  costs.late[at(Way::kNearCore)] = late;
  costs.latency[at(Way::kOwnL3)] = round_trip / 2;
  costs.latency[at(Way::kMemory)] = kMemoryLatency;
  costs.latency[at(Way::kNearCore)] = round_trip / 2;
  costs.latency[at(Way::kNearUpgrade)] = round_trip / 2;
  return scaled(costs, round_trip, round_trip, round_trip);
}

LineCosts scaled(const LineCosts& costs, double round_trip, double near, double far) {
  LineCosts made = costs;
  const auto scale = [&](Way from, Way to, double factor) {
    for (auto member : {&LineCosts::fetched, &LineCosts::late, &LineCosts::latency}) {
      (made.*member)[at(to)] = (costs.*member)[at(from)] * factor;
    }
  };
  for (const Way way : {Way::kNearCore, Way::kNearUpgrade}) scale(way, way, near / round_trip);
  scale(Way::kNearCore, Way::kFarCore, far / round_trip);
  scale(Way::kNearUpgrade, Way::kFarUpgrade, far / round_trip);
  scale(Way::kNearCore, Way::kFarL3, far / round_trip);
  return made;
}

}  // namespace hogvec::bench
