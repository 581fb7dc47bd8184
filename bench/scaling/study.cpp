#include "bench/scaling/study.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <thread>
#include <utility>

#include "engine/placement.hpp"
#include "engine/train/run.hpp"
#include "io/error.hpp"

namespace hogvec::bench {
namespace {

constexpr std::size_t kChunks = 12;  // of a recorded run, by all its workers
// A path through the tree is many times as long as the noise of a center.
constexpr std::size_t kTreeShare = 4;
constexpr std::size_t kBesideDim = 16;  // rows that cost nothing to fetch

TrainSettings settings_of(std::string_view mode, std::size_t dim) {
  TrainSettings settings;
  settings.dim = dim;
  settings.epochs = 1;
  const bool cbow = mode.starts_with("cbow-");
  const bool tree = mode.ends_with("-hs");
  if ((!cbow && !mode.starts_with("skip-gram-")) || (!tree && !mode.ends_with("-ns"))) {
    throw Error(std::string(mode) +
                ": no such mode; give skip-gram-ns, skip-gram-hs, cbow-ns or cbow-hs");
  }
  settings.architecture = cbow ? Architecture::kCbow : Architecture::kSkipGram;
  settings.hierarchical_softmax = tree;
  if (tree) settings.negatives = 0;
  settings.alpha = default_alpha(settings);
  return settings;
}

Corpus beginning_of(const Corpus& corpus, std::size_t words) {
  return corpus_of({corpus.vocabulary.words(), 1}, corpus.text.ids().first(words));
}

/// The least or the most of what was measured of one thing, a value a round: what a host takes away
/// from a guest is not of the machine.
template <class Better>
class Best {
 public:
  void add(double value) {
    if (rounds_++ == 0 || Better()(value, value_)) value_ = value;
  }
  double value() const noexcept { return value_; }

 private:
  double value_ = 0;
  int rounds_ = 0;
};
using Least = Best<std::less<>>;
using Most = Best<std::greater<>>;

/// One of a subject's runs that are checked.
struct Case {
  const Subject* subject;
  int threads;
  bool replicas;
  Workers workers;
  std::unique_ptr<WorkProbe> work_probe;
  std::unique_ptr<RowsProbe> rows_probe;  // of the one that says what lines of the L3 cost
  Least beside{}, pair{}, row{}, rows{};
  Most run{};

  WorkCosts work() const { return {beside.value(), pair.value(), row.value()}; }
};

Prediction predict(const Case& of, const CacheSizes& caches, const LineCosts& costs) {
  const Machine machine{.domains = 1, .caches = caches, .costs = costs};
  return simulate(machine, of.work(), of.workers);
}

/// Nanoseconds that a word takes longer where the rows lie as those of a run do.
double longer(const Case& of) {
  const WorkCosts work = of.work();
  return of.rows.value() - (computing_of_word(work, of.workers.touches.front()) - work.word);
}

/// One worker of the first subject says what lines of the L3 cost: the first case has a rows_probe.
std::vector<Case> cases_of(const std::vector<const Subject*>& subjects) {
  std::vector<Case> cases;
  for (const Subject* const subject : subjects) {
    for (const auto& [threads, replicas] : {std::pair{1, false}, {2, false}, {2, true}}) {
      cases.push_back({subject, threads, replicas,
                       subject->record(subject->policy(threads, replicas ? 2 : 1, 1), threads,
                                       kChunks / static_cast<std::size_t>(threads)),
                       nullptr, nullptr});
    }
  }
  for (Case& one : cases) one.work_probe = std::make_unique<WorkProbe>(one.workers);
  cases.front().rows_probe = std::make_unique<RowsProbe>(cases.front().workers);  // moves no more
  return cases;
}

/// Two cores of which a host may give a part to somebody else for a while.
class TwoCores {
 public:
  /// Waits, half a second at most, until both together are about as fast as they ever were.
  void wait_until_quiet() {
    constexpr double kAbout = 1.1;
    for (int look = 0; look < 5; ++look) {
      const double now = seconds();
      if (best_ == 0 || now < best_) best_ = now;
      if (now < kAbout * best_) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

 private:
  /// That both take, each for the same products of numbers in its nearest cache, which two hardware
  /// threads of one core take longer for.
  static double seconds() {
    constexpr std::size_t kNumbers = 1024;
    constexpr int kProducts = 20'000;
    const simd::KernelTable& kernels = *simd::wanted_kernels();
    const auto begin = std::chrono::steady_clock::now();
    std::array<std::thread, 2> threads;
    for (std::thread& thread : threads) {
      thread = std::thread([&] {
        const Aligned<float> numbers(kNumbers, 1.0F);
        for (int k = 0; k < kProducts; ++k) {
          benchmark::DoNotOptimize(kernels.dot(numbers.data(), numbers.data(), kNumbers));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  double best_ = 0;
};

/// Of a round; a tenth of a second each: some find both cores quiet from begin to end.
constexpr int kRuns = 5;

void measure(std::vector<Case>& cases, int rounds, PassProbe& passed) {
  TwoCores cores;
  for (int round = 0; round < rounds; ++round) {
    for (Case& one : cases) {
      std::fprintf(stderr, "\rround %d of %d: %s, D %zu, threads %d   ", round + 1, rounds,
                   one.subject->mode().c_str(), one.subject->dim(), one.threads);
      cores.wait_until_quiet();
      passed.measure();
      one.beside.add(one.subject->measure_beside());
      const WorkCosts work = one.work_probe->measure();
      one.pair.add(work.pair);
      one.row.add(work.row);
      if (one.rows_probe) one.rows.add(one.rows_probe->measure());
      for (int run = 0; run < kRuns; ++run) {
        cores.wait_until_quiet();
        one.run.add(one.subject->measure_run(one.threads, one.replicas));
      }
    }
  }
  std::fprintf(stderr, "\n");
}

void study_dim(const std::vector<const Subject*>& subjects, int rounds, Study& study) {
  PassProbe passed(subjects.front()->dim());
  std::vector<Case> cases = cases_of(subjects);
  measure(cases, rounds, passed);
  const PassedLines near = passed.near();
  const PassedLines far = passed.far();
  if (near.round_trip == 0 && far.round_trip == 0) {
    throw Error("two cores did not come to pass a cache line: something else has them; try again");
  }
  const Case& alone = cases.front();
  Costs costs{subjects.front()->dim(),
              // What lines cost changes nothing of which come to one worker.
              line_costs(longer(alone), predict(alone, study.caches, {}), near, far),
              {}};
  for (const Case& one : cases) {
    if (one.replicas) costs.work[one.subject->mode()] = one.work();
    study.checked.push_back({one.subject->mode(), one.subject->dim(), one.threads, one.replicas,
                             predict(one, study.caches, costs.lines), one.run.value()});
  }
  study.costs.push_back(std::move(costs));
}

}  // namespace

Subject::Subject(const Corpus& corpus, std::string_view mode, std::size_t dim)
    : mode_(mode),
      dim_(dim),
      settings_(settings_of(mode, dim)),
      corpus_(beginning_of(corpus,
                           corpus.text.size() / (settings_.hierarchical_softmax ? kTreeShare : 1))),
      tables_(corpus_.vocabulary, plan_for(1, dim)) {}

TrainPlan Subject::plan_for(int threads, std::size_t dim) const {
  TrainSettings settings = settings_;
  settings.threads = threads;
  settings.dim = dim;
  return make_plan(settings);
}

ReplicaPolicy Subject::policy(int workers, int cores, int domains) const {
  Placement placement;
  placement.cores = cores;
  placement.domains = domains;
  return replica_policy(plan_for(workers, dim_), placement);
}

Workers Subject::record(const ReplicaPolicy& policy, int workers, std::size_t chunks) const {
  const TrainPlan plan = plan_for(workers, dim_);
  const Model model(ModelShape(corpus_.vocabulary.size(), plan));
  return TouchedRun(corpus_, plan, tables_, model).record(policy, workers, chunks);
}

double Subject::measure_beside() const {
  constexpr std::size_t kMeasured = 10;  // chunks
  const TrainPlan plan = plan_for(1, kBesideDim);
  const Model model(ModelShape(corpus_.vocabulary.size(), plan));
  return TouchedRun(corpus_, plan, tables_, model).seconds_beside_kernels(kMeasured) * 1e9;
}

double Subject::measure_run(int threads, bool replicas) const {
  const TrainPlan plan = plan_for(threads, dim_);
  const Model model(ModelShape(corpus_.vocabulary.size(), plan));
  initialize(model, plan.seed, threads);
  LocalPosition position(PositionRecord(), plan);
  Placement placement;
  placement.cores = replicas ? threads : 1;
  TrainingRun run(corpus_, plan, tables_, model, *position, Merging::kAtStops, placement);
  run.run();
  const TrainResult result = run.result();
  return static_cast<double>(result.words_raw) / result.seconds;
}

Study study(const std::vector<std::unique_ptr<Subject>>& subjects, int rounds) {
  Study made{cache_sizes(), {}, {}};
  std::map<std::size_t, std::vector<const Subject*>> by_dim;
  for (const auto& subject : subjects) by_dim[subject->dim()].push_back(subject.get());
  for (const auto& [dim, of_dim] : by_dim) study_dim(of_dim, rounds, made);
  return made;
}

}  // namespace hogvec::bench
