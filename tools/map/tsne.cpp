#include "tools/map/tsne.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "io/descriptor.hpp"
#include "io/error.hpp"
#include "io/temporaries.hpp"
#include "io/unnamed_file.hpp"

namespace hogvec::tools {

namespace {

// The folder where the program was started is no place to import from. The standard input has
// (native numbers) words, neighbors, perplexity; distances, rows of neighbors, the start.
constexpr const char* kScript = R"py(
import sys
sys.path = [folder for folder in sys.path if folder]
import os
import signal
import warnings

signal.signal(signal.SIGINT, signal.SIG_DFL)
warnings.simplefilter("ignore")
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"
try:
    import numpy
    import scipy.sparse
    import sklearn
    from sklearn.manifold import TSNE
    if sys.argv[1] == "version":
        print(sklearn.__version__)
        sys.exit()
    words, neighbors = numpy.frombuffer(sys.stdin.buffer.read(16), numpy.int64)
    perplexity = float(numpy.frombuffer(sys.stdin.buffer.read(8), numpy.float64)[0])
    shape = (int(words), int(neighbors))
    size = shape[0] * shape[1]
    distances = numpy.frombuffer(sys.stdin.buffer.read(4 * size), numpy.float32)
    rows = numpy.frombuffer(sys.stdin.buffer.read(4 * size), numpy.int32)
    start = numpy.frombuffer(sys.stdin.buffer.read(8 * shape[0]), numpy.float32)
    ends = numpy.arange(0, size + 1, shape[1])
    graph = scipy.sparse.csr_matrix((distances, rows, ends), shape=(shape[0], shape[0]))
    model = TSNE(metric="precomputed", method="barnes_hut", perplexity=perplexity,
                 init=start.reshape(shape[0], 2), learning_rate="auto", n_jobs=1, random_state=0)
    points = model.fit_transform(graph)
    sys.stdout.buffer.write(numpy.ascontiguousarray(points, numpy.float64).tobytes())
except Exception as error:
    sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())}")
)py";

/// What a process has printed, and how it ended.
struct Ended {
  int status = 0;
  std::string out;
  std::string error;
};

std::string all_of(int file) {
  struct stat of {};
  std::string bytes(fstat(file, &of) == 0 ? static_cast<std::size_t>(of.st_size) : 0, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

/// Runs the script. Through files, since a pipe whose reader ends is a signal.
Ended run_script(const std::string& python, const char* word, int input) {
  const io::Descriptor out = io::open_unnamed(io::temporary_folder());
  const io::Descriptor error = io::open_unnamed(io::temporary_folder());
  const std::array<const char*, 5> words = {python.c_str(), "-c", kScript, word, nullptr};
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) throw system_error(python, "cannot be started");
  if (child == 0) {
    // Signals wait for a thread of the parent, and are blocked in all others: not so here.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == parent && dup2(input, STDIN_FILENO) >= 0 &&
        dup2(out.get(), STDOUT_FILENO) >= 0 && dup2(error.get(), STDERR_FILENO) >= 0) {
      execvp(python.c_str(), const_cast<char* const*>(words.data()));
    }
    _exit(127);
  }
  Ended ended;
  while (waitpid(child, &ended.status, 0) < 0 && errno == EINTR) {
  }
  ended.out = all_of(out.get());
  ended.error = all_of(error.get());
  return ended;
}

bool is_good(int status) noexcept { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

/// The last line, as Python ends with what went wrong.
std::string_view last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text.substr(text.find_last_of('\n') + 1);
}

/// Writes arrays one behind the other.
class Writer {
 public:
  explicit Writer(int file) : file_(file) {}

  template <class T>
  void write(const std::vector<T>& values) {
    std::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    while (!bytes.empty()) {
      const ssize_t done = ::write(file_, bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) throw system_error(io::temporary_folder(), "cannot be written");
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
  }

 private:
  int file_;
};

void write_task(int file, const std::vector<std::vector<Neighbor>>& nearest,
                const std::vector<Point>& start, double perplexity) {
  // scikit-learn wants every word to be the nearest to itself.
  const std::size_t count = tsne_neighbors(perplexity, nearest.size()) + 1;
  std::vector<float> distances;
  std::vector<std::int32_t> rows;
  std::vector<float> places;
  for (std::size_t k = 0; k < nearest.size(); ++k) {
    distances.push_back(0);
    rows.push_back(static_cast<std::int32_t>(k));
    for (std::size_t j = 0; j + 1 < count; ++j) {
      const Neighbor& neighbor = nearest[k].at(j);
      distances.push_back(std::sqrt(std::max(0.0F, 2 - 2 * neighbor.cosine)));
      rows.push_back(static_cast<std::int32_t>(neighbor.row));
    }
    for (const double value : start[k]) places.push_back(static_cast<float>(value));
  }
  Writer writer(file);
  writer.write(std::vector<std::int64_t>{static_cast<std::int64_t>(nearest.size()),
                                         static_cast<std::int64_t>(count)});
  writer.write(std::vector<double>{perplexity});
  writer.write(distances);
  writer.write(rows);
  writer.write(places);
  if (lseek(file, 0, SEEK_SET) != 0) throw system_error(io::temporary_folder(), "cannot be read");
}

}  // namespace

std::string scikit_learn_version(const std::string& python) {
  const io::Descriptor nothing = io::open_unnamed(io::temporary_folder());
  const Ended ended = run_script(python, "version", nothing.get());
  return is_good(ended.status) ? std::string(last_line(ended.out)) : std::string();
}

std::size_t tsne_neighbors(double perplexity, std::size_t words) noexcept {
  return std::min(words - 1, static_cast<std::size_t>(3 * perplexity + 1));
}

std::vector<Point> tsne(const std::vector<std::vector<Neighbor>>& nearest,
                        const std::vector<Point>& start, double perplexity,
                        const std::string& python) {
  const io::Descriptor task = io::open_unnamed(io::temporary_folder());
  write_task(task.get(), nearest, start, perplexity);
  const Ended ended = run_script(python, "points", task.get());
  if (!is_good(ended.status)) {
    const std::string why = WIFSIGNALED(ended.status)
                                ? fmt::format("signal {}", WTERMSIG(ended.status))
                                : std::string(last_line(ended.error));
    throw Error(fmt::format("t-SNE by {} failed: {}; use -projection pca", python, why));
  }
  std::vector<Point> points(nearest.size());
  const std::size_t bytes = points.size() * sizeof(Point);
  if (ended.out.size() == bytes) std::memcpy(points.data(), ended.out.data(), bytes);
  const bool finite = std::all_of(points.begin(), points.end(), [](const Point& point) {
    return std::isfinite(point[0]) && std::isfinite(point[1]);
  });
  if (ended.out.size() != bytes || !finite) {
    throw Error(fmt::format("t-SNE by {} gave no points; use -projection pca", python));
  }
  return points;
}

}  // namespace hogvec::tools
