#include "tools/map/projection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/map/principal_components.hpp"
#include "tools/map/tsne.hpp"

namespace hogvec::tools {

double possible_perplexity(double wanted, std::size_t words) noexcept {
  return std::min(wanted, static_cast<double>(words - 1) / 3);
}

void project(MapData& data, const ProjectionSettings& settings) {
  std::vector<double> kept;
  for (MapModel& model : data.models) {
    PrincipalPlane plane = principal_plane(model.vectors.unit, settings.threads);
    model.points = std::move(plane.points);
    kept.push_back(plane.kept);
  }
  const bool two = data.models.size() > 1;
  MapModel& first = data.models.front();
  if (settings.projection == Projection::kPca) {
    std::string shares;
    for (const double share : kept) {
      shares += fmt::format("{}{:.1f} %", shares.empty() ? "" : " and ", 100 * share);
    }
    data.projection.push_back(
        fmt::format("Placed by the two principal components (PCA) of the vectors scaled to length "
                    "1, which have {} of their variance.",
                    shares));
  } else {
    const double perplexity = possible_perplexity(settings.perplexity, first.vectors.size());
    std::vector<Point> start = start_of(first.points, settings.seed);
    for (MapModel& model : data.models) {
      model.points = tsne(model.nearest, start, perplexity, settings.python);
      start = start_of(model.points, settings.seed);
    }
    data.projection.push_back(fmt::format(
        "Placed by t-SNE (Barnes-Hut, scikit-learn {}, perplexity {:.3g}, seed {}) from "
        "the cosines of near words, beginning with their principal components. Axes "
        "mean nothing, nor do distances between clusters and their sizes.",
        settings.library, perplexity, settings.seed));
  }
  if (!two) return;
  lay_onto(data.models[1].points, first.points);
  data.projection.push_back(fmt::format(
      "The second picture {}is turned, mirrored where that is better, and scaled to "
      "lie on the first.",
      settings.projection == Projection::kTsne ? "begins where the first ended, and " : ""));
}

}  // namespace hogvec::tools
