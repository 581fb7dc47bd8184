#include "tools/run_settings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

#include "tools/kept_flags.hpp"

namespace hogvec::tools {
namespace {

// What counts where they are not given depends on other settings (TrainPlan).
constexpr std::string_view kBest[] = {"-alpha", "-block", "-cbow-gradient", "-noise-rows",
                                      "-softmax-batch"};

bool is_chosen(const Setting& setting) {
  if (setting.flag == "-threads") return setting.given == "0";  // all cores
  return !setting.given &&
         std::find(std::begin(kBest), std::end(kBest), setting.flag) != std::end(kBest);
}

}  // namespace

std::vector<Setting> run_settings(const Word2vecOptions& options, const CommandLine& line) {
  std::map<std::string, std::string> values = flags_of(options);
  if (!options.model.empty()) values["-model"] = options.model;
  if (!options.resume.empty()) values["-resume"] = options.resume;
  if (!options.train.empty()) values["-train"] = options.train.shown();
  if (!options.held_out.empty()) values["-held-out"] = options.held_out.shown();
  std::vector<Setting> settings;
  for (const auto& [flag, value] : values) {
    Setting setting{flag, line.given(flag), value, SettingFrom::kDefault};
    // A page may be shown to others, and where its folder lies is nobody's business.
    if (setting.given && value == absolute_path(*setting.given)) setting.value = *setting.given;
    if (is_chosen(setting)) {
      setting.from = SettingFrom::kChosen;
    } else if (setting.given) {
      setting.from = SettingFrom::kGiven;
    }
    if (!setting.given && !options.resume.empty()) setting.from = SettingFrom::kModel;
    settings.push_back(std::move(setting));
  }
  return settings;
}

const char* name_of(SettingFrom from) noexcept {
  switch (from) {
    case SettingFrom::kGiven:
      return "given";
    case SettingFrom::kModel:
      return "model";
    case SettingFrom::kChosen:
      return "chosen";
    default:
      return "default";
  }
}

}  // namespace hogvec::tools
