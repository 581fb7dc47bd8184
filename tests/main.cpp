#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#ifdef __SANITIZE_THREAD__
#include <tbb/global_control.h>
#endif

int main(int argc, char** argv) {
#ifdef __SANITIZE_THREAD__
  // Debian's oneTBB is not instrumented: ThreadSanitizer does not see that its tasks are ordered,
  // so they run on one thread. The engine's workers are std::threads in this build.
  const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
#endif
  return doctest::Context(argc, argv).run();
}
