#include "tools/python/src/search.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/query/row_search.hpp"
#include "engine/resources.hpp"

namespace py = pybind11;

namespace hogvec::python {

namespace {

using Numbers = std::vector<std::size_t>;
using RowNumbers = py::array_t<std::uint64_t, py::array::c_style | py::array::forcecast>;

int threads_of(int threads) { return threads > 0 ? threads : usable_cores(); }

/// What a search is made of, checked while the interpreter is held.
struct Question {
  Question(const py::array& vectors, const py::array& asked, std::size_t begin, std::size_t end,
           const std::optional<RowNumbers>& within)
      : rows(rows_of(vectors)),
        queries(rows_of(asked)),
        first(begin),
        last(std::min(end, rows.rows())) {
    if (queries.dim() != rows.dim()) {
      throw py::value_error("the query has " + std::to_string(queries.dim()) +
                            " values, the vectors have " + std::to_string(rows.dim()));
    }
    if (!within) return;
    listed.emplace(within->data(), within->data() + within->size());
    for (const std::size_t row : *listed) {
      if (row >= rows.rows()) throw py::index_error("row " + std::to_string(row) + " is none");
    }
  }

  RowSelection selection() const {
    return listed ? RowSelection::list(*listed) : RowSelection::range(first, last);
  }
  RowSearch search(int threads) const { return {rows, selection(), queries, threads_of(threads)}; }

  ConstMatrixView rows;
  ConstMatrixView queries;
  std::size_t first;
  std::size_t last;
  std::optional<Numbers> listed;
};

/// For each query how many were found, and all of them, one behind the other.
py::tuple nearest(const py::array& vectors, const py::array& queries, std::size_t count,
                  std::size_t first, std::size_t last, const std::optional<RowNumbers>& within,
                  const std::vector<Numbers>& excluded, int threads) {
  const Question question(vectors, queries, first, last, within);
  if (!excluded.empty() && excluded.size() != question.queries.rows()) {
    throw py::value_error("rows are to be left out of other queries than are asked");
  }
  std::vector<std::vector<Neighbor>> found;
  std::size_t total = 0;
  {
    const py::gil_scoped_release release;
    found = nearest_rows(question.search(threads), count, excluded);
    for (const std::vector<Neighbor>& neighbors : found) total += neighbors.size();
  }
  py::array_t<std::int64_t> counts(static_cast<py::ssize_t>(found.size()));
  py::array_t<std::int64_t> rows(static_cast<py::ssize_t>(total));
  py::array_t<float> cosines(static_cast<py::ssize_t>(total));
  std::size_t next = 0;
  for (std::size_t q = 0; q < found.size(); ++q) {
    counts.mutable_data()[q] = static_cast<std::int64_t>(found[q].size());
    for (const Neighbor& neighbor : found[q]) {
      rows.mutable_data()[next] = static_cast<std::int64_t>(neighbor.row);
      cosines.mutable_data()[next++] = neighbor.cosine;
    }
  }
  return py::make_tuple(counts, rows, cosines);
}

py::array_t<float> cosines(const py::array& vectors, const py::array& queries, std::size_t first,
                           std::size_t last, const std::optional<RowNumbers>& within, int threads) {
  const Question question(vectors, queries, first, last, within);
  const RowSearch search = question.search(threads);
  py::array_t<float> result({search.queries.rows(), search.selection.size()});
  float* const to = result.mutable_data();
  const py::gil_scoped_release release;
  cosines_of_rows(search, to);
  return result;
}

py::array_t<float> lengths(const py::array& vectors, int threads) {
  const ConstMatrixView rows = rows_of(vectors);
  py::array_t<float> result(static_cast<py::ssize_t>(rows.rows()));
  float* const to = result.mutable_data();
  const py::gil_scoped_release release;
  lengths_of_rows(rows, threads_of(threads), to);
  return result;
}

}  // namespace

ConstMatrixView rows_of(const py::array& array) {
  constexpr py::ssize_t kBytes = sizeof(float);
  const bool is_matrix = py::isinstance<py::array_t<float>>(array) && array.ndim() == 2;
  if (is_matrix && array.size() == 0) {
    return {nullptr, static_cast<std::size_t>(array.shape(0)),
            static_cast<std::size_t>(array.shape(1)), static_cast<std::size_t>(array.shape(1))};
  }
  if (!is_matrix || (array.strides(1) != kBytes && array.shape(1) > 1) || array.strides(0) < 0 ||
      array.strides(0) % kBytes != 0) {
    throw py::type_error("not a matrix of float32 with contiguous rows");
  }
  return {static_cast<const float*>(array.data()), static_cast<std::size_t>(array.shape(0)),
          static_cast<std::size_t>(array.shape(1)),
          static_cast<std::size_t>(array.strides(0) / kBytes)};
}

void bind_search(py::module_& module) {
  module.def("nearest_rows", &nearest, py::arg("vectors"), py::arg("queries"), py::arg("count"),
             py::arg("first"), py::arg("last"), py::arg("within") = py::none(),
             py::arg("excluded") = std::vector<Numbers>(), py::arg("threads") = 0);
  module.def("cosines_of_rows", &cosines, py::arg("vectors"), py::arg("queries"), py::arg("first"),
             py::arg("last"), py::arg("within") = py::none(), py::arg("threads") = 0);
  module.def("lengths_of_rows", &lengths, py::arg("vectors"), py::arg("threads") = 0);
}

}  // namespace hogvec::python
