// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bundles: putting them together and asking them.
#include "Core.h"
#include "CoreModel.h"

#include <cmath>
#include <optional>
#include <tuple>

namespace py = pybind11;
using namespace pr;
using namespace pr::python;

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

using ExactRow = std::tuple<Layer, double, double, double>;

static ExactTable makeTable(const Lattice &lattice,
                            const std::vector<ExactRow> &rows) {
  std::vector<std::pair<Layer, ExactValue>> table;
  for (const auto &[layer, latency, lower, upper] : rows)
    table.emplace_back(queryPointOf(lattice, layer),
                       ExactValue{latency, lower, upper});
  return unwrap(ExactTable::build(table));
}

static Domain makeDomain(const Lattice &lattice,
                         const std::vector<Layer> &layers) {
  if (layers.empty())
    raise(invalidInput("a model of " +
                       std::string(kindInfo(lattice.kind).name) +
                       " needs measured layers"));
  std::vector<Layer> points;
  for (const Layer &layer : layers)
    points.push_back(queryPointOf(lattice, layer));
  return Domain::hullOf(points);
}

static void addKind(BundleBuilder &builder, const Lattice &lattice,
                    const Base &base, const std::vector<Layer> &training,
                    const Interval &interval,
                    const std::optional<Forest> &forest,
                    const std::vector<std::string> &features,
                    const std::vector<ExactRow> &exact,
                    const std::optional<Forest> &spread,
                    const std::vector<std::pair<Layer, double>> &similar,
                    const Interval &similarInterval) {
  KindModel model;
  model.lattice = lattice;
  model.base = base;
  model.interval = interval;
  model.features = unwrap(FeatureSet::create(lattice, features));
  if (forest)
    model.forest = *forest;
  if (spread)
    model.spread = *spread;
  model.domain = makeDomain(lattice, training);
  model.exact = makeTable(lattice, exact);
  std::vector<ExactRow> said;
  for (const auto &[layer, latency] : similar)
    said.emplace_back(layer, latency, latency, latency);
  if (!said.empty())
    model.similar = {makeTable(lattice, said), similarInterval};
  unwrap(builder.addKind(std::move(model)));
}

static void addMeasuredKind(BundleBuilder &builder, const Lattice &lattice,
                            const std::vector<ExactRow> &exact,
                            std::string reason) {
  KindModel model;
  model.lattice = lattice;
  model.base.kind = lattice.kind;
  model.measuredOnly = std::move(reason);
  std::vector<Layer> layers;
  for (const ExactRow &row : exact)
    layers.push_back(std::get<0>(row));
  model.domain = makeDomain(lattice, layers);
  model.exact = makeTable(lattice, exact);
  unwrap(builder.addKind(std::move(model)));
}

static void addCorrection(BundleBuilder &builder, const Lattice &lattice,
                          double factor, const std::vector<ExactRow> &measured,
                          const std::vector<double> &widening,
                          const std::optional<Base> &added,
                          std::string original) {
  Correction correction;
  correction.factor = factor;
  if (widening.size() != correction.widening.size())
    raise(invalidInput("a correction widens the intervals of " +
                       std::to_string(correction.widening.size()) +
                       " levels, found " + std::to_string(widening.size())));
  std::copy(widening.begin(), widening.end(), correction.widening.begin());
  if (added)
    correction.added = *added;
  correction.original = std::move(original);
  correction.measured = makeTable(lattice, measured);
  correction.layers = correction.measured.size();
  unwrap(builder.correct(lattice.kind, std::move(correction)));
}

static void defineBuilder(py::module_ &module) {
  py::class_<BundleBuilder>(module, "BundleBuilder",
                            "Puts a model bundle together.")
      .def(py::init<TargetInfo>(), py::arg("target"))
      .def_static(
          "starting_from",
          [](const Estimator &estimator) {
            return BundleBuilder(estimator.bundle());
          },
          py::arg("estimator"))
      .def("correct", addCorrection, py::arg("lattice"), py::arg("factor"),
           py::arg("measured"), py::arg("widening"),
           py::arg("added") = std::nullopt, py::kw_only(), py::arg("original"))
      .def("add_kind", addKind, py::arg("lattice"), py::arg("base"),
           py::arg("training_layers"), py::arg("interval"),
           py::arg("forest") = std::nullopt,
           py::arg("features") = std::vector<std::string>(),
           py::arg("exact") = std::vector<ExactRow>(),
           py::arg("spread") = std::nullopt,
           py::arg("similar") = std::vector<std::pair<Layer, double>>(),
           py::arg("similar_interval") = Interval())
      .def("add_measured_kind", addMeasuredKind, py::arg("lattice"),
           py::arg("exact"), py::arg("reason"))
      .def(
          "add_absent_kind",
          [](BundleBuilder &builder, const std::string &kind,
             std::string reason) {
            unwrap(builder.addAbsentKind(kindOf(kind), std::move(reason)));
          },
          py::arg("kind"), py::arg("reason"))
      .def(
          "set_card",
          [](BundleBuilder &builder, std::string json) {
            unwrap(builder.setCard(std::move(json)));
          },
          py::arg("json"))
      .def("build", [](const BundleBuilder &builder) {
        return py::bytes(builder.build());
      });
}

//===----------------------------------------------------------------------===//
// Asking
//===----------------------------------------------------------------------===//

static EstimatorOptions optionsFor(int confidence) {
  EstimatorOptions options;
  options.confidencePercent = confidence;
  return options;
}

static Estimator fromBytes(const py::bytes &bytes, int confidence) {
  auto bundle = ModelBundle::parse(std::string_view(bytes), "<bytes>");
  return unwrap(
      Estimator::create(unwrap(std::move(bundle)), optionsFor(confidence)));
}

static py::dict predict(const Estimator &estimator,
                        const std::vector<Layer> &layers) {
  std::vector<Estimate> estimates(layers.size());
  {
    py::gil_scoped_release release;
    estimator.estimate(layers.data(), layers.size(), estimates.data());
  }
  py::list status, waste, representative, reason;
  py::list timePs, lowerPs, upperPs, cycles, lowerCycles, upperCycles;
  py::list correctedBy;
  for (size_t i = 0; i < layers.size(); ++i) {
    const Estimate &estimate = estimates[i];
    bool unsupported = estimate.status == EstimateStatus::Unsupported;
    status.append(std::string(toString(estimate.status)));
    timePs.append(estimate.timePs);
    lowerPs.append(estimate.lowerPs);
    upperPs.append(estimate.upperPs);
    cycles.append(estimate.cycles);
    lowerCycles.append(estimate.lowerCycles);
    upperCycles.append(estimate.upperCycles);
    waste.append(double(estimate.wastePpm) / 1e6);
    correctedBy.append(estimate.correctedBy);
    representative.append(printLayer(estimator.representative(layers[i])));
    reason.append(unsupported ? estimator.whyNot(layers[i]) : "");
  }
  py::dict result;
  result["status"] = status;
  result["time_ps"] = timePs;
  result["cycles"] = cycles;
  result["lower_ps"] = lowerPs;
  result["upper_ps"] = upperPs;
  result["lower_cycles"] = lowerCycles;
  result["upper_cycles"] = upperCycles;
  result["waste"] = waste;
  result["corrected_by"] = correctedBy;
  result["representative"] = representative;
  result["reason"] = reason;
  return result;
}

/// What the model is asked about for a layer.
static Layer modelPoint(const Estimator &estimator, const Layer &layer) {
  std::string reason = estimator.whyNot(layer);
  if (!reason.empty())
    raise(makeError(ErrorKind::Unsupported, reason));
  const KindModel &model = *estimator.bundle().find(layer.kind);
  return model.lattice.queryPoint(normalizeForModel(
      layer, estimator.target().find(layer.kind), model.domain));
}

static Prediction uncorrectedOf(const Estimator &estimator, const Layer &layer,
                                int confidence) {
  Layer point = modelPoint(estimator, layer);
  const Layer *points[] = {&point};
  Prediction prediction;
  predictUncorrected(*estimator.bundle().find(layer.kind), points, 1,
                     confidence, &prediction);
  return prediction;
}

static py::tuple uncorrected(const Estimator &estimator,
                             const std::vector<Layer> &layers, int confidence) {
  std::vector<double> latencies, lower, upper;
  for (const Layer &layer : layers) {
    Prediction one = uncorrectedOf(estimator, layer, confidence);
    latencies.push_back(one.latency);
    lower.push_back(one.bounds ? one.bounds->first : std::nan(""));
    upper.push_back(one.bounds ? one.bounds->second : std::nan(""));
  }
  return py::make_tuple(toArray(latencies), toArray(lower), toArray(upper));
}

static py::dict correctionOf(const Correction &correction) {
  py::dict entry;
  entry["factor"] = correction.factor;
  entry["added"] = correction.added.branches.empty()
                       ? py::object(py::none())
                       : py::cast(correction.added);
  entry["widening"] = std::vector<double>(correction.widening.begin(),
                                          correction.widening.end());
  entry["layers"] = correction.layers;
  entry["original"] = correction.original;
  return entry;
}

static py::dict kindsOf(const Estimator &estimator) {
  py::dict kinds;
  for (const auto &[kind, model] : estimator.bundle().kinds()) {
    py::dict entry;
    entry["lattice"] = model.lattice;
    entry["base"] = model.base;
    entry["features"] = model.features.names();
    entry["forest"] = model.forest;
    entry["trees"] = model.forest.numTrees();
    entry["exact_rows"] = model.exact.size();
    entry["similar_rows"] = model.similar ? model.similar->table.size() : 0;
    entry["held_out"] = model.interval.count();
    entry["reason"] = model.measuredOnly;
    if (model.correction)
      entry["correction"] = correctionOf(*model.correction);
    kinds[py::str(std::string(kindInfo(kind).name))] = entry;
  }
  for (const auto &[kind, reason] : estimator.bundle().absentKinds()) {
    py::dict entry;
    entry["reason"] = reason;
    kinds[py::str(std::string(kindInfo(kind).name))] = entry;
  }
  return kinds;
}

void python::defineEstimator(py::module_ &module) {
  defineBuilder(module);
  py::class_<Estimator>(module, "Estimator", "Answers from a model bundle.")
      .def_static(
          "load",
          [](const std::string &path, int confidence) {
            return unwrap(Estimator::load(path, optionsFor(confidence)));
          },
          py::arg("path"), py::arg("confidence") = 90)
      .def_static("from_bytes", fromBytes, py::arg("bundle"),
                  py::arg("confidence") = 90)
      .def("predict", predict, py::arg("layers"))
      .def("model_point", modelPoint, py::arg("layer"))
      .def("uncorrected", uncorrected, py::arg("layers"),
           py::arg("confidence") = 90)
      .def("why_not", &Estimator::whyNot, py::arg("layer"))
      .def("representative", &Estimator::representative, py::arg("layer"))
      .def("query_point", &Estimator::queryPoint, py::arg("layer"))
      .def_property_readonly("target", &Estimator::target)
      .def_property_readonly("model_id", &Estimator::modelId)
      .def_property_readonly(
          "card",
          [](const Estimator &estimator) { return estimator.bundle().card(); })
      .def_property_readonly("kinds", kindsOf);
  module.def("schema_version", [] { return ModelBundle::kSchema; });
}
