// machine_memory, control_group_memory and address_memory, on the files that kernels show: cgroup
// v1, v2, both at once; a process in a nested group, in a container, in none; files that are
// missing, or hold what no kernel writes.
//
// The files are laid out below a folder that stands for "/"; the lines of mountinfo and cgroup are
// those of real machines, shortened.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>

#include "engine/memory_limits.hpp"
#include "engine/system.hpp"
#include "tests/files.hpp"

using namespace hogvec;
using namespace hogvec::testing;
namespace fs = std::filesystem;

namespace {

constexpr const char* kMounts1 =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "34 31 0:29 / /sys/fs/cgroup/cpu rw,nosuid shared:15 - cgroup cgroup rw,cpu\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:16 master:1 - cgroup cgroup rw,memory\n";
constexpr const char* kMounts2 =
    "24 1 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
    "41 24 0:38 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

class Root : public TemporaryFolder {
 public:
  void put(const std::string& path, std::string_view content) const {
    fs::create_directories(fs::path(*this / path).parent_path());
    write_file(*this / path, content);
  }
  void group1(const std::string& path, std::string_view limit, std::string_view used,
              std::string_view cache) const {
    const std::string folder = "sys/fs/cgroup/memory" + path;
    put(folder + "/memory.limit_in_bytes", std::string(limit) + '\n');
    put(folder + "/memory.usage_in_bytes", std::string(used) + '\n');
    put(folder + "/memory.stat", "cache 999\ninactive_file 5\ntotal_inactive_file " +
                                     std::string(cache) + "\ntotal_active_file 77\n");
  }
  void group2(const std::string& path, std::string_view limit, std::string_view used,
              std::string_view cache) const {
    const std::string folder = "sys/fs/cgroup" + path;
    put(folder + "/memory.max", std::string(limit) + '\n');
    put(folder + "/memory.current", std::string(used) + '\n');
    put(folder + "/memory.stat", "anon 999\nfile 888\ninactive_file " + std::string(cache) + '\n');
  }
  std::size_t free() const { return control_group_memory(path()); }
};

}  // namespace

TEST_CASE("a machine without control groups bounds nothing") {
  const Root root;
  CHECK(root.free() == kUnlimited);
  root.put("proc/self/cgroup", "");
  root.put("proc/self/mountinfo", "22 27 0:21 / /proc rw,relatime - proc proc rw\n");
  CHECK(root.free() == kUnlimited);
}

TEST_CASE("cgroup v1: what its limit leaves, and page cache gives way") {
  const Root root;
  root.put("proc/self/mountinfo", kMounts1);
  root.put("proc/self/cgroup", "5:cpu:/\n4:memory:/jobs/7\n0::/\n");
  root.group1("/jobs/7", "1000", "600", "100");
  CHECK(root.free() == 1000 - (600 - 100));
  root.group1("/jobs/7", "1000", "1200", "100");  // above it, as just after it was lowered
  CHECK(root.free() == 0);
  root.group1("/jobs/7", "9223372036854771712", "600", "100");  // what v1 writes for no limit
  CHECK(root.free() > std::size_t{1} << 62);
}

TEST_CASE("cgroup v1: controllers that share a mount") {
  const Root root;
  root.put("proc/self/mountinfo",
           "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,cpu,memory\n");
  root.put("proc/self/cgroup", "4:cpu,memory:/a\n");
  root.group1("/a", "1000", "600", "0");
  CHECK(root.free() == 400);
}

TEST_CASE("the tightest of all groups around the process counts") {
  for (const bool second : {false, true}) {
    const Root root;
    root.put("proc/self/mountinfo", second ? kMounts2 : kMounts1);
    root.put("proc/self/cgroup", second ? "0::/a/b/c\n" : "4:memory:/a/b/c\n");
    const auto group = [&](const char* path, const char* limit, const char* used) {
      second ? root.group2(path, limit, used, "0") : root.group1(path, limit, used, "0");
    };
    const char* const none = second ? "max" : "9223372036854771712";
    group("", none, "5000");
    group("/a", "1000", "900");
    group("/a/b", none, "800");
    group("/a/b/c", "500", "50");
    group("/other", "1", "1");
    group("/a/b/c/inner", "1", "1");
    CHECK(root.free() == 100);
    group("/a", "2000", "900");
    CHECK(root.free() == 450);
    group("", "5010", "5000");  // as in a container, whose own group is what it sees as the top
    CHECK(root.free() == 10);
  }
}

TEST_CASE("cgroup v2: max is no limit, high is one") {
  const Root root;
  root.put("proc/self/mountinfo", kMounts2);
  root.put("proc/self/cgroup", "0::/user.slice\n");
  root.group2("/user.slice", "max", "600", "100");
  CHECK(root.free() == kUnlimited);
  root.put("sys/fs/cgroup/user.slice/memory.high", "800\n");
  CHECK(root.free() == 800 - (600 - 100));
  root.group2("/user.slice", "700", "600", "100");
  CHECK(root.free() == 700 - (600 - 100));
}

TEST_CASE("both versions at once: each holds where it has the memory") {
  const Root root;
  root.put("proc/self/mountinfo",
           std::string(kMounts1) +
               "41 31 0:38 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw\n");
  root.put("proc/self/cgroup", "4:memory:/one\n1:name=systemd:/\n0::/two\n");
  root.group1("/one", "1000", "600", "0");
  CHECK(root.free() == 400);
  root.group2("/unified/two", "300", "100", "0");
  CHECK(root.free() == 200);
}

TEST_CASE("a container sees its own group where the mount begins") {
  const Root root;
  root.put("proc/self/mountinfo",
           "35 31 0:32 /docker/9af /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  root.group1("", "1000", "600", "0");
  root.group1("/inner", "100", "50", "0");
  root.put("proc/self/cgroup", "4:memory:/docker/9af\n");
  CHECK(root.free() == 400);
  root.put("proc/self/cgroup", "4:memory:/docker/9af/inner\n");
  CHECK(root.free() == 50);
  // Neither a name that only begins alike, nor a group outside, is below it.
  for (const char* const group : {"/docker/9af2/inner", "/inner", "/", "/../inner"}) {
    root.put("proc/self/cgroup", std::string("4:memory:") + group + '\n');
    CHECK(root.free() == 400);
  }
}

TEST_CASE("a mount whose name has a space") {
  const Root root;
  root.put("proc/self/mountinfo",
           "41 24 0:38 / /sys/fs/cgroup/my\\040groups rw - cgroup2 none rw\n");
  root.put("proc/self/cgroup", "0::/a\n");
  root.group2("/my groups/a", "1000", "600", "0");
  CHECK(root.free() == 400);
}

TEST_CASE("what no kernel writes bounds nothing") {
  const Root root;
  root.put("proc/self/mountinfo", kMounts2);
  root.put("proc/self/cgroup", "0::/a\n");
  for (const char* const limit : {"", "many", "-5", "12x", "1 2", "99999999999999999999999"}) {
    root.group2("/a", limit, "600", "0");
    CHECK(root.free() == kUnlimited);
  }
  for (const char* const used : {"", "many"}) {
    root.group2("/a", "1000", used, "0");
    CHECK(root.free() == 1000);
  }
  root.group2("/a", "1000", "600", "many");
  CHECK(root.free() == 400);
  root.group2("/a", "1000", "600", "700");  // more cache than memory
  CHECK(root.free() == 400);
  fs::remove(root / "sys/fs/cgroup/a/memory.max");
  CHECK(root.free() == kUnlimited);
  fs::create_directory(root / "sys/fs/cgroup/a/memory.max");  // cannot be read
  CHECK(root.free() == kUnlimited);
  for (const char* const group : {"", "\n", "0\n", "0:\n", "0::\n", "0::a\n", "::::", "0:::\n"}) {
    root.put("proc/self/cgroup", group);
    CHECK(root.free() == kUnlimited);
  }
  root.put("proc/self/cgroup", "0::/a\n");
  for (const char* const mounts : {"", "-\n", "- cgroup2\n", "1 2 3 - cgroup2 none rw\n",
                                   "41 24 0:38 / /sys/fs/cgroup rw - cgroup2\n"}) {
    root.put("proc/self/mountinfo", mounts);
    CHECK(root.free() == kUnlimited);
  }
}

TEST_CASE("a machine has what it calls available, and what it may still promise") {
  const Root root;
  CHECK(machine_memory(root.path()) == kUnlimited);
  root.put("proc/meminfo",
           "MemTotal:  9000 kB\nMemAvailable:    5000 kB\nCommitLimit:  4000 kB\n"
           "Committed_AS:    1000 kB\n");
  CHECK(machine_memory(root.path()) == 5000 * 1024);
  for (const auto& [mode, kibibytes] : {std::pair{"0", 5000}, {"1", 5000}, {"2", 3000}}) {
    root.put("proc/sys/vm/overcommit_memory", std::string(mode) + '\n');
    CHECK(machine_memory(root.path()) == static_cast<std::size_t>(kibibytes) * 1024);
  }
  root.put("proc/meminfo", "MemAvailable: 5000 kB\nCommitLimit: 4000 kB\nCommitted_AS: 9000 kB\n");
  CHECK(machine_memory(root.path()) == 0);
  root.put("proc/meminfo", "MemAvailable: much\nCommitLimit:\n");
  CHECK(machine_memory(root.path()) == kUnlimited);
  root.put("proc/meminfo", "MemAvailable: 18446744073709551615 kB\n");
  CHECK(machine_memory(root.path()) == kUnlimited);
}

TEST_CASE("what is mapped already counts against the limits of the address space") {
  const Root root;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const AddressLimits limits{.all = 100 * page, .data = 80 * page};
  CHECK(address_memory(root.path(), {}) == kUnlimited);
  CHECK(address_memory(root.path(), limits) == 80 * page);
  root.put("proc/self/statm", "70 9 9 9 0 20 0\n");
  CHECK(address_memory(root.path(), {}) == kUnlimited);
  CHECK(address_memory(root.path(), limits) == 30 * page);
  root.put("proc/self/statm", "70 9 9 9 0 65 0\n");
  CHECK(address_memory(root.path(), limits) == 15 * page);
  root.put("proc/self/statm", "120 9 9 9 0 65 0\n");
  CHECK(address_memory(root.path(), limits) == 0);
  for (const char* const garbage : {"", "many pages", "18446744073709551615 1 1 1 0 1 0"}) {
    root.put("proc/self/statm", garbage);
    CHECK(address_memory(root.path(), limits) >= 79 * page);
  }
}

// ThreadSanitizer maps more than any limit allows.
#ifndef __SANITIZE_THREAD__
TEST_CASE("the memory of this process is within its own limits") {
  constexpr std::size_t kRoom = 64 << 20;
  CHECK(available_memory() > 2 * kRoom);  // else the machine, and not the limit, would be tested
  rlimit old;
  REQUIRE(getrlimit(RLIMIT_AS, &old) == 0);
  rlimit low = old;
  low.rlim_cur = std::size_t{1} << 46;  // more than the sanitizers map
  if (low.rlim_cur > old.rlim_max) return;
  const std::size_t mapped = low.rlim_cur - address_memory("", {.all = low.rlim_cur});
  low.rlim_cur = mapped + kRoom;
  REQUIRE(setrlimit(RLIMIT_AS, &low) == 0);
  const std::size_t within = available_memory();
  REQUIRE(setrlimit(RLIMIT_AS, &old) == 0);
  CHECK(within <= kRoom);
  CHECK(within > kRoom / 2);
}
#endif
