#include "engine/ranks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>

namespace hogvec {

void exchange(Ranks& ranks, std::span<const Bytes> out, std::vector<Bytes>& in) {
  const std::vector<std::span<const std::byte>> views(out.begin(), out.end());
  ranks.exchange(views, in);
}

void gather(Ranks& ranks, std::span<const std::byte> mine, std::vector<Bytes>& all) {
  const std::vector<std::span<const std::byte>> out(static_cast<std::size_t>(ranks.size()), mine);
  ranks.exchange(out, all);
}

void together(Ranks& ranks, const std::function<void()>& work) {
  std::exception_ptr mine;
  std::string message;
  try {
    work();
  } catch (const std::exception& error) {
    mine = std::current_exception();
    message = error.what();
  } catch (...) {
    mine = std::current_exception();
  }
  if (mine && message.empty()) message = "has failed";
  if (ranks.alone()) {
    if (mine) std::rethrow_exception(mine);
    return;
  }
  std::vector<Bytes> all;
  gather(ranks, std::as_bytes(std::span(message)), all);
  const auto failed =
      std::find_if(all.begin(), all.end(), [](const Bytes& m) { return !m.empty(); });
  if (failed == all.end()) return;
  ranks.failed_together_ = true;
  const std::string told =
      fmt::format("rank {}: {}", failed - all.begin(),
                  std::string_view(reinterpret_cast<const char*>(failed->data()), failed->size()));
  if (!ranks.first()) throw OtherRankFailed(told);
  if (mine) std::rethrow_exception(mine);
  throw Error(told);
}

}  // namespace hogvec
