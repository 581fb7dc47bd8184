#include "tools/map/map_vectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "io/content.hpp"
#include "io/error.hpp"
#include "tools/vectors_input.hpp"

namespace hogvec::tools {

namespace {

double length_of(const float* row, std::size_t dim) {
  double squares = 0;  // of floats, which cannot pass its range
  for (std::size_t i = 0; i < dim; ++i) squares += double{row[i]} * double{row[i]};
  return std::sqrt(squares);
}

Matrix unit_of(const Matrix& values) {
  Matrix unit(values.rows(), values.dim());
  for (std::size_t k = 0; k < values.rows(); ++k) {
    const float* const from = values.row(k);
    const double length = length_of(from, values.dim());
    std::transform(from, from + values.dim(), unit.row(k),
                   [length](float value) { return static_cast<float>(value / length); });
  }
  return unit;
}

bool has_direction(const float* row, std::size_t dim) {
  const double length = length_of(row, dim);
  return std::isfinite(length) && length > 0;
}

/// The rows in this order.
MapVectors rows_of(const MapVectors& all, const std::vector<std::size_t>& rows) {
  MapVectors some;
  some.name = all.name;
  some.notes = all.notes;
  some.values = Matrix(rows.size(), all.values.dim());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    some.words.push_back(all.words[rows[k]]);
    if (!all.counts.empty()) some.counts.push_back(all.counts[rows[k]]);
    std::copy_n(all.values.row(rows[k]), all.values.dim(), some.values.row(k));
  }
  some.unit = unit_of(some.values);
  return some;
}

}  // namespace

MapVectors read_map_vectors(const std::string& path, std::size_t most_rows) {
  const VectorsInput input(io::Content(path), "", most_rows);
  std::vector<std::size_t> rows;
  bool counted = false;  // convert writes 0 where it does not know them
  for (std::size_t k = 0; k < input.rows(); ++k) {
    if (has_direction(input.input().row(k), input.dim())) rows.push_back(k);
    counted = counted || input.count(k) > 0;
  }
  if (rows.empty()) {
    throw Error(path + ": no word has a vector that is finite and not zero; there is no map of it");
  }
  MapVectors read;
  read.name = name_of_file(path);
  read.values = Matrix(rows.size(), input.dim());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    read.words.emplace_back(input.word(rows[k]));
    if (counted) read.counts.push_back(input.count(rows[k]));
    std::copy_n(input.input().row(rows[k]), input.dim(), read.values.row(k));
  }
  input.require_unchanged();
  read.unit = unit_of(read.values);
  if (input.repeated().rows > 0) {
    read.notes.push_back(read.name + ": " + input.repeated().message());
  }
  const std::size_t left_out = input.rows() - rows.size();
  if (left_out > 0) {
    read.notes.push_back(fmt::format(
        "{}: {} left out, since {} zero or {} a number that is not finite", read.name,
        left_out == 1 ? "1 word is" : fmt::format("{} words are", left_out),
        left_out == 1 ? "its vector is" : "their vectors are", left_out == 1 ? "has" : "have"));
  }
  return read;
}

void keep_common_words(MapVectors& first, MapVectors& second, std::size_t most) {
  std::unordered_map<std::string_view, std::size_t> rows;
  for (std::size_t k = 0; k < second.size(); ++k) rows.emplace(second.words[k], k);
  std::vector<std::size_t> of_first;
  std::vector<std::size_t> of_second;
  for (std::size_t k = 0; k < first.size() && of_first.size() < most; ++k) {
    const auto found = rows.find(first.words[k]);
    if (found == rows.end()) continue;
    of_first.push_back(k);
    of_second.push_back(found->second);
  }
  if (of_first.empty()) {
    throw Error(fmt::format("{} and {}: have no word in common", first.name, second.name));
  }
  first = rows_of(first, of_first);
  second = rows_of(second, of_second);
}

std::string name_of_file(const std::string& path) {
  if (path == "-") return "standard input";
  return path.substr(path.find_last_of('/') + 1);
}

}  // namespace hogvec::tools
