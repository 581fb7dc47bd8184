#include "bench/scaling/caches.hpp"

#include <bit>

namespace hogvec::bench {
namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kL2Ways = 8;
constexpr std::size_t kL3Ways = 16;

}  // namespace

const char* name_of(Way way) {
  constexpr std::array<const char*, kWays> kNames = {
      "hit", "own_l3", "near_core", "near_upgrade", "far_l3", "far_core", "far_upgrade", "memory"};
  return kNames[static_cast<std::size_t>(way)];
}

LineSet::LineSet(std::size_t bytes, std::size_t ways)
    : ways_(ways),
      sets_(std::max<std::size_t>(bytes / kLine / ways, 1)),
      lines_(sets_ * ways, kNone) {}

bool LineSet::find(std::uint32_t line) noexcept {
  std::uint32_t* const set = set_of(line);
  std::uint32_t* const at = std::find(set, set + ways_, line);
  if (at == set + ways_) return false;
  std::rotate(set, at, at + 1);
  return true;
}

std::uint32_t LineSet::insert(std::uint32_t line) noexcept {
  if (find(line)) return kNone;
  std::uint32_t* const set = set_of(line);
  // A place that was given up by another core's write is taken before a line has to go.
  std::uint32_t* const last = std::find(set, set + ways_ - 1, kNone);
  const std::uint32_t gone = *last;
  std::rotate(set, last, last + 1);
  *set = line;
  return gone;
}

void LineSet::remove(std::uint32_t line) noexcept {
  std::uint32_t* const set = set_of(line);
  std::uint32_t* const at = std::find(set, set + ways_, line);
  if (at == set + ways_) return;
  std::rotate(at, at + 1, set + ways_);
  set[ways_ - 1] = kNone;
}

Caches::Caches(std::size_t cores, std::size_t domains, const CacheSizes& sizes, std::size_t lines)
    : cores_(cores),
      domains_(domains),
      l2_(cores, LineSet(sizes.l2, kL2Ways)),
      l3_(domains, LineSet(sizes.l3, kL3Ways)),
      states_(lines) {}

void Caches::warm(std::uint32_t line) noexcept {
  for (LineSet& l3 : l3_) l3.insert(line);
}

Way Caches::source(std::size_t core, std::uint32_t line, const State& state) noexcept {
  const std::size_t domain = domain_of(core);
  if (state.owner >= 0) {
    return domain_of(static_cast<std::size_t>(state.owner)) == domain ? Way::kNearCore
                                                                      : Way::kFarCore;
  }
  if (l3_[domain].find(line)) return Way::kOwnL3;
  Way way = state.dirty_l3 >= 0 ? Way::kFarCore : Way::kMemory;
  for (std::size_t word = 0; word < state.holders.size(); ++word) {
    for (std::uint64_t left = state.holders[word]; left != 0; left &= left - 1) {
      const std::size_t holder = word * 64 + static_cast<std::size_t>(std::countr_zero(left));
      if (domain_of(holder) == domain) return Way::kOwnL3;
      if (way == Way::kMemory) way = Way::kFarL3;
    }
  }
  return way;
}

Way Caches::invalidate_others(std::size_t core, std::uint32_t line, State& state) noexcept {
  const std::size_t domain = domain_of(core);
  Way way = Way::kHit;
  for (std::size_t word = 0; word < state.holders.size(); ++word) {
    for (std::uint64_t left = state.holders[word]; left != 0; left &= left - 1) {
      const std::size_t holder = word * 64 + static_cast<std::size_t>(std::countr_zero(left));
      if (holder == core) continue;
      l2_[holder].remove(line);
      state.drop(holder);
      const bool far = domain_of(holder) != domain;
      if (way != Way::kFarUpgrade) way = far ? Way::kFarUpgrade : Way::kNearUpgrade;
    }
  }
  return way;
}

void Caches::fill_l3(std::size_t domain, std::uint32_t line) noexcept {
  const std::uint32_t gone = l3_[domain].insert(line);
  if (gone == LineSet::kNone) return;
  State& state = states_[gone];
  if (state.dirty_l3 == static_cast<std::int16_t>(domain)) state.dirty_l3 = -1;
}

void Caches::fill(std::size_t core, std::uint32_t line) noexcept {
  const std::uint32_t gone = l2_[core].insert(line);
  if (gone == LineSet::kNone) return;
  State& state = states_[gone];
  state.drop(core);
  const std::size_t domain = domain_of(core);
  if (state.owner == static_cast<std::int16_t>(core)) {
    state.owner = -1;
    state.dirty_l3 = static_cast<std::int16_t>(domain);
  }
  fill_l3(domain, gone);
}

Way Caches::take(std::size_t core, std::uint32_t line, bool write) noexcept {
  State& state = states_[line];
  const auto self = static_cast<std::int16_t>(core);
  Way way = Way::kHit;
  if (state.has(core)) {
    l2_[core].find(line);
    if (!write || state.owner == self) return way;
    way = invalidate_others(core, line, state);
  } else {
    way = source(core, line, state);
    // The answer of readers far away is waited for, too.
    if (write && is_far(invalidate_others(core, line, state)) && !is_far(way)) {
      way = Way::kFarUpgrade;
    }
    fill(core, line);
    state.add(core);
  }
  if (write) {
    // Whoever else has it modified has it no more, and copies in L3s are of no use.
    if (state.owner != self) {
      for (std::size_t d = 0; d < domains_; ++d) {
        if (d != domain_of(core)) l3_[d].remove(line);
      }
    }
    state.owner = self;
    state.dirty_l3 = -1;
  } else if (state.owner >= 0) {
    // Its owner keeps it to read; the modified line is written back.
    state.dirty_l3 = static_cast<std::int16_t>(domain_of(static_cast<std::size_t>(state.owner)));
    fill_l3(static_cast<std::size_t>(state.dirty_l3), line);
    state.owner = -1;
  }
  return way;
}

}  // namespace hogvec::bench
