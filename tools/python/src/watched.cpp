#include "tools/python/src/watched.hpp"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "engine/first_exception.hpp"
#include "io/error.hpp"

namespace py = pybind11;

namespace hogvec::python {
namespace {

/// What is watched in all threads of the interpreter.
class LiveWork {
 public:
  /// While it stands, `stop` may be called by another thread.
  class Entry {
   public:
    Entry(LiveWork& all, const std::function<void()>& stop) : all_(all) {
      const std::lock_guard lock(all_.mutex_);
      if (all_.ending_) throw Error("the interpreter ends");
      place_ = all_.stops_.insert(all_.stops_.end(), &stop);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() {
      const std::lock_guard lock(all_.mutex_);
      all_.stops_.erase(place_);
      all_.changed_.notify_all();
    }

   private:
    LiveWork& all_;
    std::list<const std::function<void()>*>::iterator place_;
  };

  void stop_all() {
    std::unique_lock lock(mutex_);
    ending_ = true;
    for (const auto* stop : stops_) (*stop)();
    changed_.wait(lock, [&] { return stops_.empty(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<const std::function<void()>*> stops_;
  bool ending_ = false;
};

// Never destroyed: threads may outlive what is.
LiveWork* live_work = new LiveWork;

}  // namespace

void watched(double seconds, const std::function<void()>& work, const std::function<void()>& look,
             const std::function<void()>& stop) {
  FirstException failure;
  bool done = false;
  std::mutex mutex;
  std::condition_variable changed;
  const LiveWork::Entry entry(*live_work, stop);
  std::thread worker([&] {
    failure.guard(work);
    const std::lock_guard lock(mutex);
    done = true;
    changed.notify_one();
  });
  const auto wait = [&] {
    const py::gil_scoped_release others;
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return done; });
  };
  try {
    while (!wait()) {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      look();
    }
  } catch (...) {
    stop();
    const py::gil_scoped_release others;
    worker.join();
    throw;
  }
  worker.join();
  failure.rethrow();
}

void stop_watched_at_exit() {
  // A child of fork() has none of the threads that its parent was in.
  pthread_atfork(nullptr, nullptr, [] { live_work = new LiveWork; });
  py::module_::import("atexit").attr("register")(
      py::cpp_function([] { live_work->stop_all(); }, py::call_guard<py::gil_scoped_release>()));
}

}  // namespace hogvec::python
