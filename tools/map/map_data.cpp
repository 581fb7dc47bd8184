#include "tools/map/map_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

namespace hogvec::tools {

namespace {

using Json = nlohmann::json;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < have ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= have ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
  return text;
}

/// Numbers of so many bytes, the lowest byte first.
class Packed {
 public:
  explicit Packed(std::size_t bytes) : size_(bytes) {}
  void add(std::uint32_t value) {
    for (std::size_t i = 0; i < size_; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 255);
  }
  std::string text() const { return base64(bytes_); }

 private:
  std::size_t size_;
  std::string bytes_;
};

/// The square around the points of all models.
struct Square {
  Point least{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  double side = 0;
};

Square square_of(const std::vector<MapModel>& models) {
  Square square;
  Point most{-std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const MapModel& model : models) {
    for (const Point& point : model.points) {
      for (std::size_t i = 0; i < 2; ++i) {
        square.least[i] = std::min(square.least[i], point[i]);
        most[i] = std::max(most[i], point[i]);
      }
    }
  }
  square.side = std::max(most[0] - square.least[0], most[1] - square.least[1]);
  for (std::size_t i = 0; i < 2; ++i) {
    square.least[i] = (square.least[i] + most[i] - square.side) / 2;  // what is narrow, centred
  }
  return square;
}

std::string packed_points(const std::vector<Point>& points, const Square& square) {
  constexpr double kSteps = 65535;
  Packed packed(2);
  for (const Point& point : points) {
    for (std::size_t i = 0; i < 2; ++i) {
      const double place = square.side > 0 ? (point[i] - square.least[i]) / square.side : 0.5;
      packed.add(static_cast<std::uint32_t>(std::lround(std::clamp(place, 0.0, 1.0) * kSteps)));
    }
  }
  return packed.text();
}

Json quality_json(const std::optional<MapQuality>& quality) {
  if (!quality) return nullptr;
  return {{"trustworthiness", quality->trustworthiness},
          {"continuity", quality->continuity},
          {"k", quality->neighbors},
          {"asked", quality->asked}};
}

Json model_json(const MapModel& model, std::size_t neighbors, const Square& square) {
  const std::size_t words = model.vectors.size();
  Packed rows(words > 65536 ? 4 : 2);
  Packed cosines(2);
  for (const std::vector<Neighbor>& nearest : model.nearest) {
    for (std::size_t k = 0; k < neighbors; ++k) {
      const auto rounded = std::lround(std::clamp(nearest[k].cosine, -1.0F, 1.0F) * 10000);
      rows.add(static_cast<std::uint32_t>(nearest[k].row));
      cosines.add(static_cast<std::uint32_t>(rounded));
    }
  }
  return {{"name", model.vectors.name},
          {"dim", model.vectors.values.dim()},
          {"points", packed_points(model.points, square)},
          {"rows", rows.text()},
          {"cosines", cosines.text()},
          {"quality", quality_json(model.quality)}};
}

Json columns_json(const std::vector<WordColumn>& columns) {
  Json all = Json::array();
  for (const WordColumn& column : columns) {
    Json json{{"name", column.name}};
    if (column.numbers) {
      json["values"] = column.values;  // what is no number is null
    } else {
      json["texts"] = column.texts;
      json["textOf"] = column.text_of;
    }
    all.push_back(std::move(json));
  }
  return all;
}

}  // namespace

Json map_json(const MapData& data) {
  const Square square = square_of(data.models);
  const MapVectors& first = data.models.front().vectors;
  Json json{{"words", first.words},          {"neighbors", data.neighbors},
            {"models", Json::array()},       {"columns", columns_json(data.columns)},
            {"projection", data.projection}, {"notes", data.notes}};
  for (const MapModel& model : data.models) {
    json["models"].push_back(model_json(model, data.neighbors, square));
  }
  if (!data.counts.empty()) json["counts"] = data.counts;
  if (data.classes)
    json["classes"] = {{"of", data.classes->of}, {"typical", data.classes->typical}};
  if (data.moved) {
    constexpr std::size_t kListed = 100;
    std::vector<std::uint32_t> most = data.moved->by_loss;
    most.resize(std::min(most.size(), kListed));
    json["moved"] = {{"k", data.moved->neighbors}, {"kept", data.moved->kept}, {"most", most}};
  }
  return json;
}

std::string map_title(const MapData& data) {
  const std::size_t words = data.models.front().vectors.size();
  std::string names = data.models.front().vectors.name;
  if (data.models.size() > 1) names += " and " + data.models.back().vectors.name;
  return fmt::format("{}: a map of {}", names,
                     words == 1 ? "1 word" : with_commas(words) + " words");
}

std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

}  // namespace hogvec::tools
