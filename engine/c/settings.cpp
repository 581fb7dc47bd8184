#include "engine/c/settings.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/c/calls.hpp"
#include "engine/train/plan.hpp"

using hogvec::TrainSettings;
namespace c = hogvec::c;

namespace {

struct Setting {
  const char* name;
  /// Errors: Invalid.
  void (*set)(hogvec_settings& settings, double value);
  double (*get)(const hogvec_settings& settings);
};

/// Errors: Invalid, where the type does not hold it exactly.
template <class T>
T converted(double value) {
  if constexpr (std::is_same_v<T, bool>) {
    c::require(value == 0 || value == 1, "it is 0 or 1");
    return value == 1;
  } else if constexpr (std::is_integral_v<T>) {
    constexpr double kLargest = std::is_same_v<T, int> ? 4096 : 9007199254740992;  // 2^53
    c::require(value >= 0 && value <= kLargest && value == std::floor(value),
               std::is_same_v<T, int> ? "it is a whole number from 0 to 4096"
                                      : "it is a whole number from 0 to 2^53");
    return static_cast<T>(value);
  } else {
    c::require(std::isfinite(value), "it is a finite number");
    return value;
  }
}

template <auto kMember>
Setting member(const char* name) {
  using T = std::remove_reference_t<decltype(TrainSettings{}.*kMember)>;
  return {name,
          [](hogvec_settings& settings, double value) {
            settings.values.*kMember = converted<T>(value);
          },
          [](const hogvec_settings& settings) {
            return static_cast<double>(settings.values.*kMember);
          }};
}

/// One of two, of which 1 is the second.
template <auto kMember, auto kFirst, auto kSecond>
Setting choice(const char* name) {
  return {name,
          [](hogvec_settings& settings, double value) {
            settings.values.*kMember = converted<bool>(value) ? kSecond : kFirst;
          },
          [](const hogvec_settings& settings) {
            return settings.values.*kMember == kSecond ? 1.0 : 0.0;
          }};
}

Setting alpha() {
  return {"alpha",
          [](hogvec_settings& settings, double value) {
            settings.values.alpha = converted<double>(value);
            settings.alpha_is_given = true;
          },
          [](const hogvec_settings& settings) { return settings.resolved().alpha; }};
}

Setting cbow_paper_gradient() {
  return {"cbow_paper_gradient",
          [](hogvec_settings& settings, double value) {
            settings.values.cbow_gradient = converted<bool>(value)
                                                ? hogvec::CbowGradient::kPaper
                                                : hogvec::CbowGradient::kUndivided;
          },
          [](const hogvec_settings& settings) {
            const hogvec::TrainPlan plan = hogvec::resolve(settings.values);
            return plan.cbow_gradient == hogvec::CbowGradient::kPaper ? 1.0 : 0.0;
          }};
}

const auto& settings_by_name() {
  using hogvec::Architecture;
  using hogvec::SoftmaxPrecision;
  using hogvec::SoftmaxThreads;
  using S = TrainSettings;
  static const std::array all = {
      choice<&S::architecture, Architecture::kSkipGram, Architecture::kCbow>("cbow"),
      member<&S::hierarchical_softmax>("hierarchical_softmax"),
      member<&S::full_softmax>("full_softmax"),
      member<&S::negatives>("negatives"),
      member<&S::block_centers>("block_centers"),
      member<&S::noise_rows>("noise_rows"),
      member<&S::softmax_batch>("softmax_batch"),
      member<&S::softmax_exact>("softmax_exact"),
      choice<&S::softmax_precision, SoftmaxPrecision::kFp32, SoftmaxPrecision::kBf16>(
          "softmax_bf16"),
      choice<&S::softmax_threads, SoftmaxThreads::kOwner, SoftmaxThreads::kHogwild>(
          "softmax_hogwild"),
      cbow_paper_gradient(),
      member<&S::dim>("dim"),
      member<&S::window>("window"),
      member<&S::shrink_windows>("shrink_windows"),
      member<&S::sentence_words>("sentence_words"),
      member<&S::noise_power>("noise_power"),
      member<&S::subsampling>("subsampling"),
      member<&S::epochs>("epochs"),
      alpha(),
      member<&S::end_alpha>("end_alpha"),
      member<&S::seed>("seed"),
      member<&S::threads>("threads"),
  };
  return all;
}

/// Errors: Invalid, where there is none of that name.
const Setting& setting_of(const char* name) {
  c::require_given(name, "name");
  for (const Setting& setting : settings_by_name()) {
    if (std::string_view(setting.name) == name) return setting;
  }
  throw c::Invalid("there is no setting \"" + std::string(name) + "\"");
}

}  // namespace

TrainSettings hogvec_settings::resolved() const {
  TrainSettings settings = values;
  if (!alpha_is_given) settings.alpha = hogvec::default_alpha(settings);
  settings.threads = c::threads_of(settings.threads);
  return settings;
}

hogvec_settings* hogvec_settings_new(void) {
  return c::guarded_pointer([] { return new hogvec_settings; });
}

void hogvec_settings_free(hogvec_settings* settings) { delete settings; }

const char* hogvec_settings_name(size_t k) {
  return k < settings_by_name().size() ? settings_by_name()[k].name : nullptr;
}

hogvec_status hogvec_settings_set(hogvec_settings* settings, const char* name, double value) {
  return c::guarded([&] {
    c::require_given(settings, "settings");
    const Setting& setting = setting_of(name);
    try {
      setting.set(*settings, value);
    } catch (const c::Invalid& error) {
      throw c::Invalid("the setting " + std::string(setting.name) + " cannot be " +
                       std::to_string(value) + ": " + error.what());
    }
    return HOGVEC_OK;
  });
}

hogvec_status hogvec_settings_get(const hogvec_settings* settings, const char* name,
                                  double* value) {
  return c::guarded([&] {
    c::require_given(settings, "settings");
    c::require_given(value, "value");
    *value = setting_of(name).get(*settings);
    return HOGVEC_OK;
  });
}
