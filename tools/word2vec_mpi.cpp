// word2vec-mpi: word2vec on several machines, as one job of MPI.
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/mpi/mpi_ranks.hpp"
#include "tools/command_line.hpp"
#include "tools/console.hpp"
#include "tools/word2vec_run.hpp"

namespace hogvec::tools {
namespace {

constexpr const char* kName = "word2vec-mpi";

constexpr const char* kUsage =
    R"(Usage: word2vec-mpi -train TEXT... -output FILE [FLAG VALUE]...
Trains word vectors on several machines, as one run of word2vec that mpirun or srun starts. Its
flags are those of word2vec, which word2vec --help tells, and:

  -exchange-words N     words of the text, trained by all ranks together, from one exchange of rows
                        to the next (a 400th of the run)
  -exchange-seconds X   or about so many seconds
  --help, --version     this text, or the version

Every rank has -threads N workers, and trains a part of the text, or with -softmax 1 a part of W'.
Texts that are plain files lie where all ranks can read them, and each reads a part; other texts, and
pipes, the first rank reads. Where names have %r in them, each rank reads files of its own, with its
number in the place of %r: together they are the text. All other files are the first rank's.

Start a rank for each processor, with as many threads as that has cores.

Examples:
mpirun -n 8 --map-by socket --bind-to socket word2vec-mpi -train text.txt -output v.bin -threads 32
srun --ntasks-per-socket 1 --cpus-per-task 32 word2vec-mpi -train text.txt -output v.bin -threads 32

)";

ExchangeWishes exchange_wishes(CommandLine& line) {
  ExchangeWishes wishes;
  if (const auto words = line.integer("-exchange-words", 1)) {
    wishes.words = static_cast<std::uint64_t>(*words);
  }
  if (const auto seconds = line.number("-exchange-seconds")) {
    if (*seconds < 0.001 || *seconds > 1e6) {
      throw Error(fmt::format("-exchange-seconds {}: want seconds, 0.001 to 1000000", *seconds));
    }
    wishes.seconds = *seconds;
  }
  if (wishes.words > 0 && wishes.seconds > 0) {
    throw Error("-exchange-words and -exchange-seconds: both say when; leave one out");
  }
  return wishes;
}

/// What mpirun or srun tells a process, which need not have joined the job.
struct Told {
  const char* name;
  std::string_view value;  // empty: nothing is told
};
Told told(std::initializer_list<const char*> names) noexcept {
  for (const char* const name : names) {
    if (const char* const value = std::getenv(name)) return {name, value};
  }
  return {};
}

bool is_other_rank() noexcept {
  const Told rank = told({"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"});
  return !rank.value.empty() && rank.value != "0";
}

/// What all ranks know of, an error or a signal, the first one tells, with its exit code; the
/// others end well, since the job is ended as soon as one does not. Another error ends it at once:
/// the other ranks wait for this one, and would for ever.
void run_in_job(CommandLine& line) {
  // Before MPI says 1 of one that is alone; a copy, since it writes there.
  const Told size = told({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"});
  const std::string processes(size.value);
  MpiRanks ranks;
  if (!ranks.first()) keep_quiet();
  if (ranks.alone() && !processes.empty() && processes != "1") {
    // Each would train the whole text, and write the same files.
    throw Error(fmt::format(
        "MPI does not know of the {} processes that this one was started with ({}); start them by "
        "its own mpirun, or by srun --mpi=pmix; one that is a run of its own, without {}",
        processes, size.name, size.name));
  }
  const auto fail = [&](const char* what) {
    if (ranks.alone() || (ranks.failed_together() && ranks.first())) throw;
    if (ranks.failed_together()) return;
    complain_aloud(kName, fmt::format("rank {}: {}", ranks.rank(), what));
    MpiRanks::end_all(kExitFailure);
  };
  try {
    ExchangeWishes wishes;
    together(ranks, [&] { wishes = exchange_wishes(line); });
    run_word2vec(line, ranks, wishes);
  } catch (const StoppedBySignal&) {
    if (ranks.first()) throw;
  } catch (const std::exception& error) {
    fail(error.what());
  } catch (...) {
    fail("has failed");
  }
}

}  // namespace
}  // namespace hogvec::tools

int main(int argc, char** argv) {
  using namespace hogvec::tools;
  if (is_other_rank()) keep_quiet();
  return run_with_flags(kName, kUsage, argc, argv, run_in_job);
}
