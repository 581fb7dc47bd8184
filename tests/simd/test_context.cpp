// mean_row, add_to_rows and merge_row on every table, against plain double loops.
//
// Sizes: rows of every D of kDims, padded, and every multiple of kRowPadding up to 512, for loops
// that take several registers at a time; 1 to 20 rows, some of which stand in the list twice.
// Tolerances: one rounding for each float operation, relative to the sum of the sizes of its terms,
// and one more for the products of these roundings. Small integers have none, so that with them the
// answer is exact.
// Out of scope: n that is no multiple of kRowPadding, unaligned rows (the contract rules out both);
// rows that another thread writes meanwhile.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "simd/kernels.hpp"
#include "tests/simd/kernels_under_test.hpp"

namespace {

using namespace hogvec::testing;  // NOLINT(google-build-using-namespace): one file, one subject
namespace simd = hogvec::simd;

constexpr std::size_t kMostRows = 20;  // the widest windows that people train with

/// Every D, then every number of registers.
std::vector<std::size_t> dims() {
  std::vector<std::size_t> all(kDims.begin(), kDims.end());
  for (std::size_t n = simd::kRowPadding; n <= 512; n += simd::kRowPadding) all.push_back(n);
  return all;
}

std::vector<float> random_values(std::size_t count, double size, Random& random) {
  std::vector<float> values(count);
  for (float& x : values) x = random.signed_value(size);
  return values;
}

/// -50 .. 50: sums and differences of some of them are exact.
std::vector<float> random_integers(std::size_t count, Random& random) {
  std::vector<float> values(count);
  for (float& x : values) x = static_cast<float>(random.below(101)) - 50.0F;
  return values;
}

/// Which of `count` rows each of `places` names. With more places than rows, some stand twice.
std::vector<std::size_t> random_places(std::size_t places, std::size_t count, Random& random) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < places; ++i) rows.push_back(random.below(count));
  return rows;
}

std::vector<float*> pointers_of(const std::vector<std::size_t>& places, const ScatteredRows& rows) {
  std::vector<float*> pointers;
  for (const std::size_t row : places) pointers.push_back(rows.pointers()[row]);
  return pointers;
}

/// Calls test(kernels, dim, places) with every table, dim and number of places; places[k] is one
/// of kMostRows / 2 rows.
template <class Test>
void on_every_list(std::uint64_t seed, const Test& test) {
  on_every_table([&](const simd::KernelTable& kernels) {
    Random random(seed);
    for (const std::size_t dim : dims()) {
      for (std::size_t count = 1; count <= kMostRows; ++count) {
        CAPTURE(dim);
        CAPTURE(count);
        test(kernels, dim, random_places(count, kMostRows / 2, random), random);
      }
    }
  });
}

/// The means of the rows that `places` names, in double.
std::vector<Sum> means(const std::vector<float>& packed, std::size_t dim,
                       const std::vector<std::size_t>& places) {
  std::vector<Sum> all(dim);
  const auto count = static_cast<double>(places.size());
  for (const std::size_t row : places) {
    for (std::size_t i = 0; i < dim; ++i) all[i].add(double{packed[row * dim + i]} / count);
  }
  return all;
}

}  // namespace

TEST_CASE("mean_row writes the mean of its rows and leaves the rows alone") {
  on_every_list(1, [](const auto& kernels, std::size_t dim, const auto& places, Random& random) {
    const std::vector<float> packed = random_values(kMostRows / 2 * dim, 2.0, random);
    const ScatteredRows rows(packed, kMostRows / 2, dim, random);
    const std::vector<float*> list = pointers_of(places, rows);
    Guarded<float> out(simd::padded(dim));
    kernels.mean_row(list.data(), list.size(), out.size(), out.data());
    // C - 1 additions, 1 / C and the product.
    check_sums(packed_rows(out, dim), means(packed, dim, places), places.size() + 2);
    CHECK(rows.packed() == packed);
    CHECK((rows.intact() && out.intact()));
  });
}

TEST_CASE("mean_row counts a row as often as it stands in the list") {
  // Sums of small integers are exact, and so is their product with 1 / C, C a power of 2.
  on_every_table([](const simd::KernelTable& kernels) {
    Random random(2);
    for (const std::size_t dim : dims()) {
      for (const std::size_t count : {1, 2, 4, 8, 16}) {
        CAPTURE(dim);
        CAPTURE(count);
        const std::vector<float> packed = random_integers(3 * dim, random);
        const ScatteredRows rows(packed, 3, dim, random);
        const std::vector<std::size_t> places = random_places(count, 3, random);
        const std::vector<float*> list = pointers_of(places, rows);
        Guarded<float> out(simd::padded(dim));
        kernels.mean_row(list.data(), count, out.size(), out.data());
        std::vector<float> want;
        for (const Sum& mean : means(packed, dim, places)) {
          want.push_back(static_cast<float>(mean.value));
        }
        CHECK(packed_rows(out, dim) == want);
      }
    }
  });
}

TEST_CASE("add_to_rows adds to each row as often as it stands in the list") {
  on_every_list(3, [](const auto& kernels, std::size_t dim, const auto& places, Random& random) {
    for (const float scale : {1.0F, 1.0F / static_cast<float>(places.size())}) {
      CAPTURE(scale);
      const std::vector<float> packed = random_values(kMostRows / 2 * dim, 1.0, random);
      const std::vector<float> gain = random_values(dim, 1.0, random);
      const Guarded<float> x = padded_rows(gain, 1, dim);
      const ScatteredRows rows(packed, kMostRows / 2, dim, random);
      const std::vector<float*> list = pointers_of(places, rows);
      kernels.add_to_rows(scale, x.data(), list.data(), list.size(), x.size());
      std::vector<Sum> want(packed.size());
      for (std::size_t i = 0; i < packed.size(); ++i) want[i].add(packed[i]);
      for (const std::size_t row : places) {
        for (std::size_t i = 0; i < dim; ++i) {
          want[row * dim + i].add(double{scale} * gain[i]);
        }
      }
      // The product with the scale, and an addition each time.
      const std::vector<float> got = rows.packed();
      check_sums(got, want, places.size() + 2);
      for (std::size_t row = 0; row < kMostRows / 2; ++row) {
        if (std::count(places.begin(), places.end(), row) > 0) continue;
        CHECK(std::equal(&got[row * dim], &got[row * dim] + dim, &packed[row * dim]));
      }
      CHECK(packed_rows(x, dim) == gain);
      CHECK((rows.intact() && x.intact()));
    }
  });
}

TEST_CASE("add_to_rows of small integers is exact") {
  // Integers and halves below 2^10: no rounding, so every addition must have happened once.
  on_every_list(4, [](const auto& kernels, std::size_t dim, const auto& places, Random& random) {
    for (const float scale : {1.0F, 0.5F}) {
      CAPTURE(scale);
      std::vector<float> want = random_integers(kMostRows / 2 * dim, random);
      const std::vector<float> gain = random_integers(dim, random);
      const Guarded<float> x = padded_rows(gain, 1, dim);
      const ScatteredRows rows(want, kMostRows / 2, dim, random);
      const std::vector<float*> list = pointers_of(places, rows);
      kernels.add_to_rows(scale, x.data(), list.data(), list.size(), x.size());
      for (const std::size_t row : places) {
        for (std::size_t i = 0; i < dim; ++i) want[row * dim + i] += scale * gain[i];
      }
      CHECK(rows.packed() == want);
    }
  });
}

TEST_CASE("add_to_rows of zeros leaves every bit of the rows") {
  on_every_list(5, [](const auto& kernels, std::size_t dim, const auto& places, Random& random) {
    const std::vector<float> packed = random_values(kMostRows / 2 * dim, 1.0, random);
    const Guarded<float> nothing = padded_rows(std::vector<float>(dim), 1, dim);
    const ScatteredRows rows(packed, kMostRows / 2, dim, random);
    const std::vector<float*> list = pointers_of(places, rows);
    kernels.add_to_rows(0.5F, nothing.data(), list.data(), list.size(), nothing.size());
    CHECK(same_bits(rows.packed(), packed));
  });
}

TEST_CASE("merge_row adds the change of the replica, after which all three rows are the same") {
  on_every_table([](const simd::KernelTable& kernels) {
    Random random(6);
    for (const std::size_t dim : dims()) {
      CAPTURE(dim);
      const std::vector<float> old_shared = random_values(dim, 1.0, random);
      const std::vector<float> old_replica = random_values(dim, 1.0, random);
      const std::vector<float> old_merged = random_values(dim, 1.0, random);
      Guarded<float> shared = padded_rows(old_shared, 1, dim);
      Guarded<float> replica = padded_rows(old_replica, 1, dim);
      Guarded<float> merged = padded_rows(old_merged, 1, dim);
      kernels.merge_row(shared.data(), replica.data(), merged.data(), shared.size());
      std::vector<Sum> want(dim);
      for (std::size_t i = 0; i < dim; ++i) {
        want[i].add(old_shared[i]);
        want[i].add(double{old_replica[i]} - double{old_merged[i]});
      }
      // The difference and the sum.
      check_sums(packed_rows(shared, dim), want, 3);
      CHECK(same_bits(shared, replica));
      CHECK(same_bits(shared, merged));
      CHECK((shared.intact() && replica.intact() && merged.intact()));
    }
  });
}

TEST_CASE("merge_row of a replica that has not changed leaves every bit of the shared row") {
  on_every_table([](const simd::KernelTable& kernels) {
    Random random(7);
    for (const std::size_t dim : dims()) {
      CAPTURE(dim);
      const std::vector<float> old_shared = random_values(dim, 1.0, random);
      const std::vector<float> same = random_values(dim, 1.0, random);
      Guarded<float> shared = padded_rows(old_shared, 1, dim);
      Guarded<float> replica = padded_rows(same, 1, dim);
      Guarded<float> merged = padded_rows(same, 1, dim);
      kernels.merge_row(shared.data(), replica.data(), merged.data(), shared.size());
      CHECK(same_bits(packed_rows(shared, dim), old_shared));
      CHECK(same_bits(packed_rows(replica, dim), old_shared));
    }
  });
}

TEST_CASE("merge_row brings the changes of two workers together, each once") {
  on_every_table([](const simd::KernelTable& kernels) {
    Random random(8);
    for (const std::size_t dim : dims()) {
      CAPTURE(dim);
      // Integers, so that the order of the merges does not show.
      const std::vector<float> start = random_integers(dim, random);
      const std::vector<float> changes[] = {random_integers(dim, random),
                                            random_integers(dim, random)};
      Guarded<float> shared = padded_rows(start, 1, dim);
      std::vector<Guarded<float>> replicas, merged;
      std::vector<float> want = start;
      for (const std::vector<float>& change : changes) {
        std::vector<float> changed(dim);
        for (std::size_t i = 0; i < dim; ++i) {
          changed[i] = start[i] + change[i];
          want[i] += change[i];
        }
        replicas.push_back(padded_rows(changed, 1, dim));
        merged.push_back(padded_rows(start, 1, dim));
      }
      // The first worker comes again: for what the second one has changed, and with nothing new.
      for (const std::size_t worker : {0, 1, 0}) {
        kernels.merge_row(shared.data(), replicas[worker].data(), merged[worker].data(),
                          shared.size());
      }
      CHECK(packed_rows(shared, dim) == want);
      CHECK(packed_rows(replicas[0], dim) == want);
      CHECK(packed_rows(replicas[1], dim) == want);
    }
  });
}
