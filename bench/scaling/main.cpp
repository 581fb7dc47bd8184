// Many cores, from the few that are here: hogvec_scaling TEXT runs the touches of the engine's own
// workers through a model of the caches, holds it against this machine with one and two threads,
// and says how fast as many as 256 would be on machines that are described. JSON on stdout;
// tools/bench scaling -simulate shows it.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/scaling/study.hpp"
#include "io/error.hpp"

namespace hogvec::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kUsage =
    "usage: hogvec_scaling TEXT [-words N] [-rounds N] [-dims LIST] [-modes LIST]\n"
    "                      [-machine CORES,DOMAINS,NEAR,FAR]...\n"
    "\n"
    "  -words N    of the text are trained (500000); of trees a quarter\n"
    "  -rounds N   in each of which everything is measured once (10)\n"
    "  -dims LIST  lengths of rows (100,300)\n"
    "  -modes LIST of skip-gram-ns, skip-gram-hs, cbow-ns, cbow-hs (the first three)\n"
    "  -machine    its cores, at most 256, in groups with a common cache, and the nanoseconds of "
    "a\n"
    "              cache line to another core and back, within a group and between two; may be\n"
    "              repeated (64,8,60,200 and 128,2,150,300)\n";

constexpr std::size_t kLeastWords = 50'000;

struct Layout {
  int cores;
  int domains;
  double near;
  double far;
};

struct Options {
  std::string text;
  std::size_t words = 500'000;
  int rounds = 10;
  std::vector<std::size_t> dims{100, 300};
  std::vector<std::string> modes{"skip-gram-ns", "skip-gram-hs", "cbow-ns"};
  std::vector<Layout> layouts;
};

std::size_t number(std::string_view flag, std::string_view text, std::size_t most) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > most) {
    throw Error(std::string(flag) + " " + std::string(text) + ": give whole numbers from 1 to " +
                std::to_string(most));
  }
  return value;
}

std::vector<std::string> items(std::string_view list) {
  std::vector<std::string> found;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    found.emplace_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

Layout layout_of(std::string_view flag, std::string_view text) {
  const std::vector<std::string> parts = items(text);
  if (parts.size() != 4) throw Error(std::string(flag) + ": give CORES,DOMAINS,NEAR,FAR");
  const Layout layout{static_cast<int>(number(flag, parts[0], Caches::kMostCores)),
                      static_cast<int>(number(flag, parts[1], Caches::kMostCores)),
                      static_cast<double>(number(flag, parts[2], 100'000)),
                      static_cast<double>(number(flag, parts[3], 100'000))};
  if (layout.cores % layout.domains != 0) {
    throw Error(std::string(flag) + " " + std::string(text) + ": every group has as many cores");
  }
  return layout;
}

Options options_of(const std::vector<std::string_view>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view flag = arguments[i];
    if (!flag.starts_with("-")) {
      options.text = flag;
      continue;
    }
    if (++i == arguments.size()) throw Error(std::string(flag) + ": needs a value");
    const std::string_view value = arguments[i];
    if (flag == "-words") {
      options.words = number(flag, value, 1'000'000'000);
    } else if (flag == "-rounds") {
      options.rounds = static_cast<int>(number(flag, value, 100));
    } else if (flag == "-dims") {
      options.dims.clear();
      for (const std::string& dim : items(value)) options.dims.push_back(number(flag, dim, 4096));
    } else if (flag == "-modes") {
      options.modes = items(value);
    } else if (flag == "-machine") {
      options.layouts.push_back(layout_of(flag, value));
    } else {
      throw Error(std::string(flag) + ": no such flag");
    }
  }
  if (options.text.empty()) throw Error("no text is given");
  if (options.layouts.empty()) options.layouts = {{64, 8, 60, 200}, {128, 2, 150, 300}};
  return options;
}

Json ways_json(const std::array<double, kWays>& values) {
  Json json = Json::object();
  for (std::size_t way = 1; way < kWays; ++way) {
    if (values[way] > 0) json[name_of(static_cast<Way>(way))] = values[way];
  }
  return json;
}

Json prediction_json(const Prediction& prediction) {
  std::array<double, kWays> transfers = prediction.fetched;
  for (std::size_t way = 0; way < kWays; ++way) transfers[way] += prediction.late[way];
  return {{"words_per_second", prediction.words_per_second},
          {"lines_per_word", ways_json(transfers)},
          {"computing", prediction.computing},
          {"moving", ways_json(prediction.moving)},
          {"waiting", prediction.waiting}};
}

Json study_json(const Study& study) {
  Json json = {{"l2_bytes", study.caches.l2},
               {"l3_bytes", study.caches.l3},
               {"costs", Json::array()},
               {"checked", Json::array()}};
  for (const Costs& costs : study.costs) {
    json["costs"].push_back({{"dim", costs.dim},
                             {"near_round_trip_ns", costs.lines.near_round_trip},
                             {"far_round_trip_ns", costs.lines.far_round_trip},
                             {"fetched_ns", ways_json(costs.lines.fetched)},
                             {"late_ns", ways_json(costs.lines.late)}});
  }
  for (const Checked& one : study.checked) {
    json["checked"].push_back({{"mode", one.mode},
                               {"dim", one.dim},
                               {"threads", one.threads},
                               {"replicas", one.replicas},
                               {"model", prediction_json(one.model)},
                               {"measured", one.measured}});
  }
  return json;
}

/// One subject on one machine.
class Curve {
 public:
  Curve(const Subject& subject, const CacheSizes& caches, const Costs& costs, const Layout& layout)
      : subject_(subject),
        layout_(layout),
        work_(costs.work.at(subject.mode())),
        caches_(caches),
        lines_(scaled(costs.lines, layout.near, layout.far)) {}

  Json json() const {
    Json json = {{"mode", subject_.mode()}, {"dim", subject_.dim()}, {"rows", Json::array()}};
    for (int threads = 1;; threads = std::min(2 * threads, layout_.cores)) {
      Json row = prediction_json(
          predict(subject_.policy(threads, layout_.cores, layout_.domains), threads));
      row["threads"] = threads;
      json["rows"].push_back(row);
      if (threads == layout_.cores) break;
    }
    json["policies"] = policies();
    return json;
  }

 private:
  Prediction predict(const ReplicaPolicy& policy, int threads) const {
    const std::size_t chunks = threads >= 16 ? 1 : 16 / static_cast<std::size_t>(threads);
    Workers workers = subject_.record(policy, threads, chunks);
    const Touches& first = workers.touches.front();
    const std::size_t lines_of_block =
        workers.lines() * first.rows.size() / first.blocks.size() * workers.touches.size();
    for (Touches& touches : workers.touches) {
      touches.keep(std::max(kLeastBlocks, kMostLines / lines_of_block));
    }
    const Machine machine{.domains = static_cast<std::size_t>(layout_.domains),
                          .caches = caches_,
                          .costs = lines_,
                          .memory_bandwidth = kDomainBandwidth};
    return simulate(machine, work_, workers);
  }

  /// What other numbers of sets would be worth, with all cores at work; touches so that as many are
  /// outstanding as with the engine's own, or four where a worker would have fewer.
  Json policies() const {
    const ReplicaPolicy own = subject_.policy(layout_.cores, layout_.cores, layout_.domains);
    Json json = Json::array();
    const auto add = [&](std::size_t sets, std::uint32_t touches, std::size_t times) {
      ReplicaPolicy policy = own;
      policy.input_rows *= times;
      policy.output_rows *= times;
      policy.node_rows *= times;
      policy.sets = sets < 2 ? 0 : sets;
      policy.touches = touches;
      json.push_back({{"sets", policy.sets},
                      {"touches", sets < 2 ? 0 : touches},
                      {"rows", std::max(policy.output_rows, policy.node_rows)},
                      {"chosen", sets == own.sets && times == 1},
                      {"words_per_second", predict(policy, layout_.cores).words_per_second}});
    };
    const auto outstanding = static_cast<std::uint32_t>(own.sets * own.touches);
    add(0, 0, 1);
    const auto cores = static_cast<std::size_t>(layout_.cores);
    std::set<std::size_t> counts{own.sets, cores};
    for (auto sets = static_cast<std::size_t>(layout_.domains); sets < cores; sets *= 2) {
      counts.insert(sets);
    }
    for (const std::size_t sets : counts) {
      if (sets < 2) continue;
      const auto touches = std::max(4u, outstanding / static_cast<std::uint32_t>(sets));
      for (const std::size_t times : {1, 4, 16}) {
        if (times == 1 || times * std::max(own.output_rows, own.node_rows) * sets <= kMostReplicas)
          add(sets, touches, times);
      }
    }
    return json;
  }

  // What is simulated: some seconds of this machine, and for each worker enough to fill its L2.
  static constexpr std::size_t kMostLines = 3'000'000;
  static constexpr std::size_t kLeastBlocks = 100;
  // Rows of all sets together, of each matrix, which take memory here.
  static constexpr std::size_t kMostReplicas = 1 << 17;
  // Eight channels of DDR4-3200 for eight groups.
  static constexpr double kDomainBandwidth = 25e9;

  const Subject& subject_;
  Layout layout_;
  WorkCosts work_;
  CacheSizes caches_;
  LineCosts lines_;
};

Json layout_json(const Layout& layout, const std::vector<std::unique_ptr<Subject>>& subjects,
                 const Study& study) {
  Json json = {{"cores", layout.cores},
               {"domains", layout.domains},
               {"near_ns", layout.near},
               {"far_ns", layout.far},
               {"curves", Json::array()}};
  for (const Costs& costs : study.costs) {
    for (const auto& subject : subjects) {
      if (subject->dim() != costs.dim) continue;
      std::fprintf(stderr, "\r%d cores in %d domains: %s, D %zu   ", layout.cores, layout.domains,
                   subject->mode().c_str(), subject->dim());
      const Curve curve(*subject, study.caches, costs, layout);
      json["curves"].push_back(curve.json());
    }
  }
  std::fprintf(stderr, "\n");
  return json;
}

void run(const Options& options) {
  const Corpus whole = read_corpus(options.text, {.min_count = 5});
  const std::size_t words = std::min(options.words, whole.text.size());
  // Of trees a quarter, and a chunk at least.
  if (words < kLeastWords) {
    throw Error(options.text + ": give a text of " + std::to_string(kLeastWords) +
                " words or more, and -words so many");
  }
  const Corpus corpus = corpus_of({whole.vocabulary.words(), 1}, whole.text.ids().first(words));
  std::vector<std::unique_ptr<Subject>> subjects;
  for (const std::size_t dim : options.dims) {
    for (const std::string& mode : options.modes) {
      subjects.push_back(std::make_unique<Subject>(corpus, mode, dim));
    }
  }
  const Study made = study(subjects, options.rounds);
  Json json = {{"words", words}, {"vocabulary", corpus.vocabulary.size()}};
  json["machine"] = study_json(made);
  json["layouts"] = Json::array();
  for (const Layout& layout : options.layouts) {
    json["layouts"].push_back(layout_json(layout, subjects, made));
  }
  std::cout << json.dump(1) << '\n';
}

}  // namespace
}  // namespace hogvec::bench

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (std::any_of(arguments.begin(), arguments.end(),
                  [](std::string_view one) { return one == "-h" || one == "--help"; })) {
    std::cout << hogvec::bench::kUsage;
    return 0;
  }
  try {
    hogvec::bench::run(hogvec::bench::options_of(arguments));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "hogvec_scaling: " << error.what() << '\n';
    return 1;
  }
}
