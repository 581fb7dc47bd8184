#include "bench/scaling/simulate.hpp"

#include <queue>
#include <vector>

namespace hogvec::bench {
namespace {

constexpr double kLineBytes = 64;
// Of a worker's blocks, after which its L2 holds what it will hold.
constexpr double kWarmUp = 0.3;
constexpr double kApart = 37;  // ns between the starts of two workers: not all in step

double computing(const WorkCosts& work, std::span<const Call> calls) {
  double time = 0;
  for (const Call& call : calls) {
    time += is_logistic(call.kernel) ? work.pair * static_cast<double>(call.pairs())
                                     : work.row * static_cast<double>(call.inputs);
  }
  return time;
}

class Simulation {
 public:
  Simulation(const Machine& machine, const WorkCosts& work, const Workers& workers)
      : machine_(machine),
        work_(work),
        workers_(workers),
        lines_(workers.lines()),
        caches_(workers.touches.size(), std::min(machine.domains, workers.touches.size()),
                machine.caches, workers.rows * lines_),
        passed_(workers.rows * lines_),
        memory_free_(machine.domains) {
    for (const Touches& touches : workers.touches) cores_.emplace_back(touches);
  }

  void warm() {
    std::size_t room = machine_.caches.l3 / 64 / lines_;  // rows
    std::size_t most = 0;
    for (const std::size_t rows : workers_.matrix_rows) most = std::max(most, rows);
    std::vector<std::uint32_t> wanted;
    for (std::size_t k = 0; k < most && wanted.size() < room; ++k) {
      std::size_t first = 0;
      for (const std::size_t rows : workers_.matrix_rows) {
        if (k < rows) wanted.push_back(static_cast<std::uint32_t>(first + k));
        first += rows;
      }
    }
    // The most frequent last, as if used last.
    for (std::size_t i = wanted.size(); i-- > 0;) {
      for (std::size_t l = 0; l < lines_; ++l) {
        caches_.warm(static_cast<std::uint32_t>(wanted[i] * lines_ + l));
      }
    }
  }

  Prediction run() {
    // Who is the furthest behind goes on.
    using Turn = std::pair<double, std::size_t>;
    std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
    for (std::size_t c = 0; c < cores_.size(); ++c)
      turns.emplace(kApart * static_cast<double>(c), c);
    // Counted is what happens between the moment when all have warmed up and that when the first
    // has no more.
    std::size_t cold = cores_.size();
    double begin = 0;
    double end = 0;
    while (true) {
      const auto [time, c] = turns.top();
      turns.pop();
      Core& core = cores_[c];
      if (core.next == core.touches.blocks.size()) {
        end = time;
        break;
      }
      if (core.next == core.warm_blocks && !core.writes && --cold == 0) {
        counts_ = {};
        begin = time;
      }
      turns.emplace(time + next_event(c, time), c);
    }
    Prediction prediction;
    const double span = (end - begin) * static_cast<double>(cores_.size());
    prediction.words_per_second = counts_.words / (end - begin) * 1e9;
    prediction.computing = counts_.computing / span;
    prediction.waiting = counts_.waiting / span;
    for (std::size_t way = 0; way < kWays; ++way) {
      prediction.fetched[way] = counts_.fetched[way] / counts_.words;
      prediction.late[way] = counts_.late[way] / counts_.words;
      prediction.moving[way] = counts_.moving[way] / span;
    }
    return prediction;
  }

 private:
  struct Core {
    explicit Core(const Touches& of)
        : touches(of),
          warm_blocks(static_cast<std::size_t>(kWarmUp * static_cast<double>(of.blocks.size()))),
          words_per_block(static_cast<double>(of.words) / static_cast<double>(of.blocks.size())) {}

    const Touches& touches;
    std::size_t warm_blocks;
    double words_per_block;
    std::size_t next = 0;  // block
    bool writes = false;   // it has been read
    double arrives = 0;    // when the last line that was asked for is there
  };

  struct Counts {
    double words = 0;
    double computing = 0;
    double waiting = 0;
    std::array<double, kWays> fetched{};
    std::array<double, kWays> late{};
    std::array<double, kWays> moving{};
  };

  std::span<const Call> calls(const Core& core, std::size_t block) const {
    const std::size_t begin = block == 0 ? 0 : core.touches.blocks[block - 1].call_end;
    return std::span(core.touches.calls)
        .subspan(begin, core.touches.blocks[block].call_end - begin);
  }
  std::span<const std::uint32_t> rows(const Core& core, std::size_t block) const {
    const std::size_t begin = block == 0 ? 0 : core.touches.blocks[block - 1].row_end;
    return std::span(core.touches.rows).subspan(begin, core.touches.blocks[block].row_end - begin);
  }

  double count(Way way, const std::array<double, kWays>& costs, std::array<double, kWays>& counts) {
    const auto at = static_cast<std::size_t>(way);
    counts[at] += 1;
    counts_.moving[at] += costs[at];
    return costs[at];
  }

  /// When a line that is asked for at `time` is there: contended lines go one way at a time, and
  /// memory gives a domain so many bytes at a time.
  double arrival(std::size_t core, std::uint32_t line, Way way, double time) {
    const double latency = machine_.costs.latency[static_cast<std::size_t>(way)];
    if (is_contended(way)) {
      double& passed = passed_[line];
      passed = std::max(passed, time) + latency;
      return passed;
    }
    if (way == Way::kMemory && machine_.memory_bandwidth > 0) {
      double& free = memory_free_[caches_.domain_of(core)];
      free = std::max(free, time) + kLineBytes / machine_.memory_bandwidth * 1e9;
      return free + latency;
    }
    return time + latency;
  }

  /// Nanoseconds until the core's next event. A block is two: its rows are read for the scores, and
  /// written when the errors are known; in between others may take them.
  double next_event(std::size_t c, double begin) {
    Core& core = cores_[c];
    double time = begin;
    if (!core.writes) {
      time = fetch_next(c, time);
      time = touch(c, time, false);
    } else {
      time = touch(c, time, true);
    }
    const double half =
        (computing(work_, calls(core, core.next)) + work_.word * core.words_per_block) / 2;
    counts_.computing += half;
    counts_.words += core.words_per_block / 2;
    if (core.writes) ++core.next;
    core.writes = !core.writes;
    return time + half - begin;
  }

  /// What the next block will use is asked for; what this one uses must be there.
  double fetch_next(std::size_t c, double time) {
    Core& core = cores_[c];
    double arrives = 0;
    if (core.next + 1 < core.touches.blocks.size()) {
      for (const std::uint32_t row : rows(core, core.next + 1)) {
        if (workers_.not_fetched[row]) continue;
        for (std::size_t l = 0; l < lines_; ++l) {
          const auto line = static_cast<std::uint32_t>(row * lines_ + l);
          const Way way = caches_.write(c, line);
          if (way == Way::kHit) continue;
          arrives = std::max(arrives, arrival(c, line, way, time));
          time += count(way, machine_.costs.fetched, counts_.fetched);
        }
      }
    }
    time = wait_until(core.arrives, time);
    core.arrives = arrives;
    return time;
  }

  /// All rows of the block, or those that it writes. What another core has taken since it was asked
  /// for, and works on, is waited for row by row: of a tree that two cores train in place each such
  /// row costs its way, though lines that nobody works on cost next to none where they are used.
  double touch(std::size_t c, double time, bool write) {
    const Core& core = cores_[c];
    const std::span<const std::uint32_t> used = rows(core, core.next);
    std::size_t at = 0;
    for (const Call& call : calls(core, core.next)) {
      const std::size_t end = at + call.rows();
      if (write && !updates(call.kernel)) at = end;
      for (; at < end; ++at) {
        double arrives = time;
        for (std::size_t l = 0; l < lines_; ++l) {
          const auto line = static_cast<std::uint32_t>(used[at] * lines_ + l);
          const Way way = write ? caches_.write(c, line) : caches_.read(c, line);
          if (way == Way::kHit) continue;
          if (is_contended(way)) arrives = std::max(arrives, arrival(c, line, way, time));
          time += count(way, machine_.costs.late, counts_.late);
        }
        time = wait_until(arrives, time);
      }
    }
    return time;
  }

  double wait_until(double arrives, double time) {
    if (arrives <= time) return time;
    counts_.waiting += arrives - time;
    return arrives;
  }

  const Machine& machine_;
  const WorkCosts& work_;
  const Workers& workers_;
  std::size_t lines_;
  Caches caches_;
  std::vector<Core> cores_;
  std::vector<double> passed_;  // when each line has been passed on
  std::vector<double> memory_free_;
  Counts counts_;
};

}  // namespace

double computing_of_word(const WorkCosts& work, const Touches& touches) {
  return computing(work, touches.calls) / static_cast<double>(touches.words) + work.word;
}

Prediction simulate(const Machine& machine, const WorkCosts& work, const Workers& workers) {
  Simulation simulation(machine, work, workers);
  simulation.warm();
  return simulation.run();
}

}  // namespace hogvec::bench
