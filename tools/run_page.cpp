#include "tools/run_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/system.hpp"
#include "io/output_file.hpp"
#include "tools/console.hpp"
#include "tools/page/page.hpp"

namespace hogvec::tools {
namespace {

constexpr std::chrono::seconds kEvery{3};
constexpr double kShare = 0.005;  // of the time, at the most

}  // namespace

void RunPage::write(RunHistory& run, bool last) {
  if (path_.empty()) return;
  const Clock::time_point start = Clock::now();
  run.peak_memory = peak_memory();
  const std::string page =
      html_page("run", fmt::format("word2vec: {}", run.text), page_data(run, wall_now()));
  io::OutputFile file(path_);
  if (!last) file.keep_nowhere_else();
  file.write(page);
  file.commit();
  const std::chrono::duration<double> took = Clock::now() - start;
  run.page_seconds += took.count();
  next_ = start + std::max<Clock::duration>(
                      kEvery, std::chrono::duration_cast<Clock::duration>(took / kShare));
}

void RunPage::write_when_due(RunHistory& run) {
  if (Clock::now() < next_) return;
  try {
    write(run, false);
  } catch (const std::exception& error) {
    next_ = Clock::now() + kEvery;
    if (std::exchange(told_, true)) return;
    note(fmt::format("warning: -page: {}; the page stays as it is until it can be", error.what()));
  }
}

}  // namespace hogvec::tools
