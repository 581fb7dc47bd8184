#include "tools/map/plane.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>

namespace hogvec::tools {

namespace {

void to_mean_zero(std::vector<Point>& points) {
  Point mean{};
  for (const Point& point : points) {
    for (std::size_t i = 0; i < 2; ++i) mean[i] += point[i] / static_cast<double>(points.size());
  }
  for (Point& point : points) {
    for (std::size_t i = 0; i < 2; ++i) point[i] -= mean[i];
  }
}

double size_of(const std::vector<Point>& points) {
  double squares = 0;
  for (const Point& point : points) squares += point[0] * point[0] + point[1] * point[1];
  return std::sqrt(squares);
}

}  // namespace

void lay_onto(std::vector<Point>& points, const std::vector<Point>& onto) {
  std::vector<Point> target = onto;
  to_mean_zero(target);
  to_mean_zero(points);
  double m[2][2] = {};
  for (std::size_t k = 0; k < points.size(); ++k) {
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::size_t j = 0; j < 2; ++j) m[i][j] += points[k][i] * target[k][j];
    }
  }
  // The trace of M R, over rotations and over reflections; the larger is the better fit.
  const double turned[2] = {m[0][0] + m[1][1], m[0][1] - m[1][0]};
  const double mirrored[2] = {m[0][0] - m[1][1], m[0][1] + m[1][0]};
  const bool mirror = std::hypot(mirrored[0], mirrored[1]) > std::hypot(turned[0], turned[1]);
  const double* const chosen = mirror ? mirrored : turned;
  const double length = std::hypot(chosen[0], chosen[1]);
  const double c = length > 0 ? chosen[0] / length : 1;
  const double s = length > 0 ? chosen[1] / length : 0;
  const double size = size_of(points);
  const double scale = size > 0 ? size_of(target) / size : 1;
  const double flip = mirror ? -1 : 1;
  for (Point& point : points) {
    const auto [x, y] = point;
    point = {scale * (c * x - flip * s * y), scale * (s * x + flip * c * y)};
  }
}

std::vector<Point> start_of(const std::vector<Point>& points, std::size_t seed) {
  constexpr double kSpread = 1e-4;  // as scikit-learn scales a start of its own
  std::vector<Point> start = points;
  to_mean_zero(start);
  double squares = 0;
  for (const Point& point : start) squares += point[0] * point[0];
  const double deviation = std::sqrt(squares / static_cast<double>(points.size()));
  const double scale = deviation > 0 ? kSpread / deviation : 0;
  for (std::size_t k = 0; k < start.size(); ++k) {
    const double angle =
        2 * std::numbers::pi * std::ldexp(static_cast<double>(chance(seed, k)), -64);
    start[k] = {scale * start[k][0] + kSpread / 100 * std::cos(angle),
                scale * start[k][1] + kSpread / 100 * std::sin(angle)};
  }
  return start;
}

std::size_t chance(std::size_t seed, std::size_t k) noexcept {
  std::uint64_t x = seed * 0xD1342543DE82EF95u + (k + 1) * 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace hogvec::tools
