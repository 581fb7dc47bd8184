// A model of the caches of many cores: who holds which line, in the states of MESI, and where it
// comes from when another core wants it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hogvec::bench {

/// Where a line comes from. What is far crosses domains: groups of cores with a common L3.
enum class Way : std::uint8_t {
  kHit,          // the core has it, as it wants it
  kOwnL3,        // from the domain's L3
  kNearCore,     // another core of the domain has it modified
  kNearUpgrade,  // the core may read it, and takes it from readers in the domain
  kFarL3,        // from the L3 or a core of another domain, unmodified
  kFarCore,      // another domain has it modified
  kFarUpgrade,   // readers in other domains lose it
  kMemory,
};
inline constexpr std::size_t kWays = 8;
const char* name_of(Way way);

constexpr bool is_far(Way way) noexcept {
  return way == Way::kFarL3 || way == Way::kFarCore || way == Way::kFarUpgrade;
}
/// Whether the line was taken from a core that had written it, or from readers: of these transfers
/// a line bears one at a time.
constexpr bool is_contended(Way way) noexcept {
  return way == Way::kNearCore || way == Way::kNearUpgrade || way == Way::kFarCore ||
         way == Way::kFarUpgrade;
}

struct CacheSizes {
  std::size_t l2 = 0;  // bytes, of each core
  std::size_t l3 = 0;  // bytes, of each domain
};

/// The most recently used lines of one cache, in sets.
class LineSet {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  LineSet(std::size_t bytes, std::size_t ways);

  /// Whether it holds the line, which then is its set's most recent.
  bool find(std::uint32_t line) noexcept;
  /// Puts it in front; returns the line that had to go, or kNone.
  std::uint32_t insert(std::uint32_t line) noexcept;
  void remove(std::uint32_t line) noexcept;

 private:
  std::uint32_t* set_of(std::uint32_t line) noexcept {
    return lines_.data() + (line % sets_) * ways_;
  }

  std::size_t ways_;
  std::size_t sets_;
  std::vector<std::uint32_t> lines_;  // of each set the most recent first
};

/// Private L2s over L3s that hold what these have dropped. No timing.
class Caches {
 public:
  static constexpr std::size_t kMostCores = 256;

  /// Cores are spread evenly over the domains, in order.
  Caches(std::size_t cores, std::size_t domains, const CacheSizes& sizes, std::size_t lines);

  Way read(std::size_t core, std::uint32_t line) noexcept { return take(core, line, false); }
  Way write(std::size_t core, std::uint32_t line) noexcept { return take(core, line, true); }
  /// Whether the core holds it, to read at least.
  bool holds(std::size_t core, std::uint32_t line) const noexcept {
    return states_[line].has(core);
  }
  /// Puts an unmodified line into all L3s: where a run begins it would not be, and soon is.
  void warm(std::uint32_t line) noexcept;

  std::size_t domain_of(std::size_t core) const noexcept { return core * domains_ / cores_; }

 private:
  struct State {
    std::array<std::uint64_t, kMostCores / 64> holders{};
    std::int16_t owner = -1;     // of a modified line that a core has
    std::int16_t dirty_l3 = -1;  // the domain whose L3 has it modified

    bool has(std::size_t core) const noexcept { return holders[core / 64] >> core % 64 & 1; }
    void add(std::size_t core) noexcept { holders[core / 64] |= std::uint64_t{1} << core % 64; }
    void drop(std::size_t core) noexcept { holders[core / 64] &= ~(std::uint64_t{1} << core % 64); }
  };

  Way take(std::size_t core, std::uint32_t line, bool write) noexcept;
  Way source(std::size_t core, std::uint32_t line, const State& state) noexcept;
  /// Other holders lose it; whether there were some, and in other domains.
  Way invalidate_others(std::size_t core, std::uint32_t line, State& state) noexcept;
  void fill(std::size_t core, std::uint32_t line) noexcept;
  void fill_l3(std::size_t domain, std::uint32_t line) noexcept;

  std::size_t cores_;
  std::size_t domains_;
  std::vector<LineSet> l2_;
  std::vector<LineSet> l3_;
  std::vector<State> states_;
};

}  // namespace hogvec::bench
