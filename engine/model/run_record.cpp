#include "engine/model/run_record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>

#include "io/checksum.hpp"
#include "io/error.hpp"

namespace hogvec {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDamaged = "the settings of the run are damaged";

// How each enumeration is spelled, as the flags spell it.
constexpr std::string_view kArchitectures[] = {"skip-gram", "cbow"};
constexpr std::string_view kGradients[] = {"undivided", "paper"};
constexpr std::string_view kThreads[] = {"owner", "hogwild"};
constexpr std::string_view kPrecisions[] = {"fp32", "bf16"};

template <class Enum, std::size_t kCount>
Enum enum_of(const std::string& name, const std::string_view (&names)[kCount]) {
  for (std::size_t k = 0; k < kCount; ++k) {
    if (names[k] == name) return static_cast<Enum>(k);
  }
  throw Error(kDamaged);
}

template <class Enum, std::size_t kCount>
std::string name_of(Enum value, const std::string_view (&names)[kCount]) {
  return std::string(names[static_cast<std::size_t>(value)]);
}

/// Calls visit(name, member, names of an enumeration's values or nullptr) for every setting.
template <class Plan, class Visit>
void for_each_setting(Plan& plan, const Visit& visit) {
  visit("architecture", plan.architecture, kArchitectures);
  visit("hierarchical_softmax", plan.hierarchical_softmax);
  visit("full_softmax", plan.full_softmax);
  visit("negatives", plan.negatives);
  visit("block_centers", plan.block_centers);
  visit("noise_rows", plan.noise_rows);
  visit("rows_at_once", plan.rows_at_once);
  visit("softmax_batch", plan.softmax_batch);
  visit("softmax_exact", plan.softmax_exact);
  visit("softmax_threads", plan.softmax_threads, kThreads);
  visit("cbow_gradient", plan.cbow_gradient, kGradients);
  visit("dim", plan.dim);
  visit("window", plan.window);
  visit("subsampling", plan.subsampling);
  visit("epochs", plan.epochs);
  visit("alpha", plan.alpha);
  visit("seed", plan.seed);
  visit("threads", plan.threads);
}

/// The same for those that the first files had not, and that are then as `plan` has them.
template <class Plan, class Visit>
void for_each_later_setting(Plan& plan, const Visit& visit) {
  visit("shrink_windows", plan.shrink_windows);
  visit("sentence_words", plan.sentence_words);
  visit("noise_power", plan.noise_power);
  visit("end_alpha", plan.end_alpha);
  visit("softmax_precision", plan.softmax_precision, kPrecisions);
}

struct ToJson {
  Json& json;

  template <class T>
  void operator()(const char* name, const T& value) const {
    json[name] = value;
  }
  template <class Enum, std::size_t kCount>
  void operator()(const char* name, Enum value, const std::string_view (&names)[kCount]) const {
    json[name] = name_of(value, names);
  }
};

/// A value of exactly this kind: the library would make one of any number.
template <class T>
T number_of(const Json& json) {
  bool good = true;
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    // All settings are 0 or more.
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    good = json.is_number_unsigned() && json.get<std::uint64_t>() <= kMost;
  }
  if (!good) throw Error(kDamaged);
  return json.get<T>();
}

struct FromJson {
  const Json& json;

  template <class T>
  void operator()(const char* name, T& value) const {
    value = number_of<T>(json.at(name));
  }
  template <class Enum, std::size_t kCount>
  void operator()(const char* name, Enum& value, const std::string_view (&names)[kCount]) const {
    value = enum_of<Enum>(json.at(name).get<std::string>(), names);
  }
};

/// Strings of JSON are UTF-8; a path may be any bytes. Each byte becomes a code point.
std::string to_utf8(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto c = static_cast<unsigned char>(byte);
    if (c < 0x80) {
      text += byte;
    } else {
      text += static_cast<char>(0xc0 | c >> 6);
      text += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  return text;
}

std::string spelled_ids(const std::vector<WordId>& ids) {
  return fmt::format("{}", fmt::join(ids, " "));
}

std::vector<WordId> ids_of(const std::string& spelled) {
  std::vector<WordId> ids;
  std::istringstream words(spelled);
  for (WordId id = 0; words >> id;) ids.push_back(id);
  if (spelled_ids(ids) != spelled) throw Error(kDamaged);
  return ids;
}

std::string from_utf8(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      bytes += text[i];
    } else if ((c == 0xc2 || c == 0xc3) && i + 1 < text.size()) {
      bytes += static_cast<char>((c & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
    } else {
      throw Error(kDamaged);
    }
  }
  return bytes;
}

}  // namespace

std::string RunRecord::to_json() const {
  Json settings;
  for_each_setting(plan, ToJson{settings});
  for_each_later_setting(plan, ToJson{settings});
  Json spelled = Json::object();
  for (const auto& [flag, value] : flags) spelled[to_utf8(flag)] = to_utf8(value);
  Json json{{"plan", settings},
            {"text", {{"words", text_words}, {"fingerprint", fmt::format("{:016x}", fingerprint)}}},
            {"flags", spelled}};
  // On a line: a list of many words is long.
  if (!locked.empty()) json["locked"] = spelled_ids(locked);
  return json.dump(2) + "\n";
}

RunRecord RunRecord::from_json(std::string_view text) {
  RunRecord record;
  try {
    const Json json = Json::parse(text);
    const Json& plan = json.at("plan");
    for_each_setting(record.plan, FromJson{plan});
    const TrainSettings defaults;
    record.plan.shrink_windows = defaults.shrink_windows;
    record.plan.sentence_words = defaults.sentence_words;
    record.plan.noise_power = defaults.noise_power;
    record.plan.end_alpha = defaults.end_alpha;
    record.plan.softmax_precision = defaults.softmax_precision;
    for_each_later_setting(record.plan, [&](const char* name, auto& value, const auto&... names) {
      if (plan.contains(name)) FromJson{plan}(name, value, names...);
    });
    record.text_words = number_of<std::uint64_t>(json.at("text").at("words"));
    const auto print = json.at("text").at("fingerprint").get<std::string>();
    const auto [end, code] =
        std::from_chars(print.data(), print.data() + print.size(), record.fingerprint, 16);
    if (code != std::errc() || end != print.data() + print.size()) throw Error(kDamaged);
    if (json.contains("locked")) {
      record.locked = ids_of(json.at("locked").get<std::string>());
    }
    for (const auto& [flag, value] : json.at("flags").get_ref<const Json::object_t&>()) {
      record.flags[from_utf8(flag)] = from_utf8(value.get<std::string>());
    }
  } catch (const Json::exception&) {
    throw Error(kDamaged);
  }
  return record;
}

std::uint64_t fingerprint_of(const EncodedCorpus& text) {
  io::RunningChecksum checksum;
  text.for_each_part([&](std::span<const WordId> ids) {
    checksum.add(ids.data(), ids.size_bytes());
    return true;
  });
  return checksum.value();
}

}  // namespace hogvec
