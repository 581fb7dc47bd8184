#include "tools/word2vec_flags.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <string>

#include "io/error.hpp"
#include "io/model_file.hpp"
#include "tools/kept_flags.hpp"

namespace hogvec::tools {

std::optional<StoredModel> open_models(CommandLine& line, Ranks& ranks) {
  std::optional<StoredModel> resumed;
  std::string record;
  std::size_t dim = 0;
  together(ranks, [&] {
    const char* const resume = line.file("-resume");
    const char* const continued = line.file("-continue");
    if (!ranks.first()) return;
    if (resume != nullptr) {
      resumed = StoredModel::open(resume);
      record = resumed->record().to_json();
    }
    if (continued != nullptr && io::is_model_file(continued)) {
      dim = io::ModelFile::open(continued).matrix("input").dim();
    }
  });
  broadcast(ranks, record);
  together(ranks, [&] {
    if (!record.empty()) line.add_defaults(lasting_flags(RunRecord::from_json(record).flags));
  });
  dim = values_of_all(ranks, dim)[0];
  if (dim != 0) line.add_defaults({{"-size", std::to_string(dim)}});
  return resumed;
}

void check_job(const Word2vecOptions& options, const ExchangeWishes& wishes, const Ranks& ranks) {
  const TrainSettings& s = options.settings;
  if (!s.full_softmax || !options.trains()) return;
  if (!ranks.alone() && s.softmax_threads == SoftmaxThreads::kHogwild) {
    throw Error("-softmax-threads hogwild: ranks own rows of W', as threads do; leave it out");
  }
  if (wishes.words > 0 || wishes.seconds > 0) {
    throw Error("-exchange-words and -softmax 1: its ranks have one model; leave one out");
  }
}

void require_same_flags(const Word2vecOptions& options, Ranks& ranks) {
  std::map<std::string, std::string> mine = flags_of(options);
  mine["-model"] = options.model;
  mine["-resume"] = options.resume;
  std::string lines;
  for (const auto& [flag, value] : mine) lines += flag + '\n' + value + '\0';
  std::string of_first = lines;
  broadcast(ranks, of_first);
  together(ranks, [&] {
    std::map<std::string, std::string> first;
    for (std::size_t at = 0; at < of_first.size();) {
      const std::size_t middle = of_first.find('\n', at);
      const std::size_t end = of_first.find('\0', middle);
      first[of_first.substr(at, middle - at)] = of_first.substr(middle + 1, end - middle - 1);
      at = end + 1;
    }
    for (const auto* flags : {&mine, &first}) {
      for (const auto& [flag, value] : *flags) {
        if (mine[flag] == first[flag]) continue;
        throw Error(
            fmt::format("was given {} {}, and the first rank {} {}; give all ranks the same "
                        "flags",
                        flag, mine[flag], flag, first[flag]));
      }
    }
  });
}

}  // namespace hogvec::tools
