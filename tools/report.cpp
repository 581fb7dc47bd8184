#include "tools/report.hpp"

#include <nlohmann/json.hpp>

#include "engine/kernels.hpp"
#include "engine/system.hpp"
#include "engine/train/model_rows.hpp"
#include "engine/train/plan.hpp"
#include "engine/train/softmax/precision.hpp"
#include "simd/kernels.hpp"

namespace hogvec::tools {

namespace {

nlohmann::ordered_json held_out_json(const HeldOutReport& report, const std::string& path) {
  nlohmann::ordered_json json{{"file", path},
                              {"loss", nlohmann::json::array()},
                              {"perplexity", nlohmann::json::array()},
                              {"predictions", 0},
                              {"centers", report.centers},
                              {"unknown", report.unknown},
                              {"seconds", report.seconds}};
  for (const HeldOutLoss& loss : report.epochs) {
    json["loss"].push_back(loss.mean());
    json["perplexity"].push_back(loss.perplexity());
    json["predictions"] = loss.predictions;
  }
  return json;
}

nlohmann::ordered_json placement_json(const Placement& placement, const TrainPlan& plan) {
  const ReplicaPolicy policy = replica_policy(plan, placement);
  return {{"cores", placement.cores},
          {"domains", placement.domains},
          {"forced", placement.forced},
          {"pinned", placement.pin},
          {"memory_nodes", placement.memory_nodes},
          {"round_trip_ns", placement.round_trip},
          {"replica_sets", policy.sets},
          {"touches", policy.touches},
          {"replicated_rows",
           {{"input", policy.input_rows},
            {"output", policy.output_rows},
            {"nodes", policy.node_rows}}}};
}

nlohmann::ordered_json exchange_json(const ExchangeReport& report, std::uint64_t words) {
  const ExchangeTotals& totals = report.totals;
  const auto bytes = static_cast<double>(totals.bytes);
  return {{"exchanges", totals.exchanges},
          {"rows", totals.rows},
          {"bytes", totals.bytes},
          {"bytes_per_word", words > 0 ? bytes / static_cast<double>(words) : 0.0},
          {"seconds", totals.seconds},
          {"waiting", report.waited}};
}

}  // namespace

std::string to_json(const RunReport& report, const Word2vecOptions& options) {
  const TrainResult& result = report.result;
  const TrainSettings& s = options.settings;
  const TrainPlan plan = resolve(s);
  const auto words = static_cast<double>(result.words_raw);
  nlohmann::ordered_json json{
      {"words_per_second", result.seconds > 0 ? words / result.seconds : 0.0},
      {"words_raw", result.words_raw},
      {"words_kept", result.words_kept},
      {"examples", result.examples},
      {"vocabulary", report.vocabulary_size},
      {"kernel", std::string(active_kernels().name)},
      {"threads", s.threads},
      {"seconds",
       {{"read", report.read_seconds},
        {"initialize", report.initialize_seconds},
        {"train", result.seconds},
        {"write", report.write_seconds}}},
      {"loss", result.loss},
      {"peak_bytes", peak_memory()},
      {"settings",
       {{"train", options.train.shown()},
        {"output", options.output},
        {"cbow", s.architecture == Architecture::kCbow ? 1 : 0},
        {"size", s.dim},
        {"window", s.window},
        {"sample", s.subsampling},
        {"negative", s.negatives},
        {"hs", s.hierarchical_softmax ? 1 : 0},
        {"softmax", s.full_softmax ? 1 : 0},
        {"iter", s.epochs},
        {"alpha", s.alpha},
        {"min_count", options.min_count},
        {"max_vocab", options.max_vocabulary},
        {"max_word", options.max_word_bytes},
        {"classes", options.classes},
        {"binary", options.binary ? 1 : 0},
        {"seed", s.seed},
        {"threads", s.threads}}}};
  if (report.held_out) json["held_out"] = held_out_json(*report.held_out, options.held_out.shown());
  if (s.full_softmax) {
    json["perplexity"] = result.perplexity;
    json["softmax_kernel"] =
        std::string(softmax_kernels(plan.softmax_precision, active_kernels()).name);
    json["settings"]["softmax_batch"] = plan.softmax_batch;
    json["settings"]["softmax_exact"] = s.softmax_exact ? 1 : 0;
    json["settings"]["softmax_precision"] =
        s.softmax_precision == SoftmaxPrecision::kBf16 ? "bf16" : "fp32";
    json["settings"]["softmax_threads"] =
        s.softmax_threads == SoftmaxThreads::kOwner ? "owner" : "hogwild";
  } else {
    json["settings"]["block"] = plan.block_centers;
    json["settings"]["noise_rows"] = plan.noise_rows;
  }
  if (report.ranks > 1) json["ranks"] = report.ranks;
  if (report.exchange) json["exchange"] = exchange_json(*report.exchange, result.words_raw);
  if (report.placement) json["placement"] = placement_json(*report.placement, plan);
  // File names may be any bytes.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace hogvec::tools
