// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Terms, base, features, forest, interval.
#include "CoreModel.h"
#include "Core.h"

#include "pr/Model/BaseFit.h"

#include <map>
#include <optional>

namespace py = pybind11;
using namespace pr;
using namespace pr::python;

Layer python::queryPointOf(const Lattice &lattice, const Layer &layer) {
  if (layer.kind != lattice.kind)
    raise(invalidInput(
        "a lattice of " + std::string(kindInfo(lattice.kind).name) +
        " was asked about a layer of kind " + std::string(layer.info().name)));
  return lattice.queryPoint(layer);
}

static std::vector<Term> parseTerms(const std::vector<std::string> &names) {
  std::vector<Term> terms;
  for (const std::string &name : names)
    terms.push_back(unwrap(parseTerm(name)));
  return terms;
}

static std::vector<std::string> printTerms(const std::vector<Term> &terms) {
  std::vector<std::string> names;
  for (const Term &term : terms)
    names.push_back(toString(term));
  return names;
}

template <typename T>
static py::array_t<T> makeMatrix(size_t rows, size_t columns) {
  return py::array_t<T>({py::ssize_t(rows), py::ssize_t(columns)});
}

static py::array_t<double> termMatrix(const std::vector<Layer> &layers,
                                      const Lattice &lattice,
                                      const std::vector<std::string> &names) {
  std::vector<Term> terms = parseTerms(names);
  auto matrix = makeMatrix<double>(layers.size(), terms.size());
  double *out = matrix.mutable_data();
  for (const Layer &layer : layers) {
    WorkTable work = WorkTable::compute(lattice, queryPointOf(lattice, layer));
    for (const Term &term : terms)
      *out++ = work.value(term);
  }
  return matrix;
}

static py::array_t<float>
featureMatrix(const std::vector<Layer> &layers, const Lattice &lattice,
              const Base &base,
              const std::optional<std::vector<std::string>> &names) {
  FeatureSet features = unwrap(
      FeatureSet::create(lattice, names ? *names : allFeatureNames(lattice)));
  ResourceMask mask = features.resources() | base.resources();
  auto matrix = makeMatrix<float>(layers.size(), features.size());
  float *out = matrix.mutable_data();
  for (const Layer &layer : layers) {
    Layer point = queryPointOf(lattice, layer);
    WorkTable work = WorkTable::compute(lattice, point, mask);
    features.compute(lattice, point, work, base.evaluate(work), out);
    out += features.size();
  }
  return matrix;
}

//===----------------------------------------------------------------------===//
// Base
//===----------------------------------------------------------------------===//

static py::array_t<double> predictBase(const Base &base,
                                       const std::vector<Layer> &layers,
                                       const Lattice &lattice) {
  std::vector<double> result;
  for (const Layer &layer : layers) {
    WorkTable work = WorkTable::compute(lattice, queryPointOf(lattice, layer),
                                        base.resources());
    result.push_back(base.evaluate(work).latency);
  }
  return toArray(result);
}

static py::list toList(const Branches &branches) {
  py::list result;
  for (const Branch &branch : branches) {
    py::dict terms;
    for (const WeightedTerm &weighted : branch)
      terms[py::str(toString(weighted.term))] = weighted.weight;
    result.append(terms);
  }
  return result;
}

static py::dict casesOf(const Base &base) {
  py::dict cases;
  for (const auto &[layerCase, branches] : base.cases)
    cases[py::str(toString(layerCase))] = toList(branches);
  return cases;
}

/// Numbers the layers by shape.
static std::vector<int64_t> groupByShape(const std::vector<Layer> &layers) {
  std::map<std::string, int64_t> numbers;
  std::vector<int64_t> groups;
  for (Layer layer : layers) {
    layer.layout = Layout::Any;
    layer.epilogue.clear();
    layer.schedule = {};
    groups.push_back(numbers.emplace(printLayer(layer), int64_t(numbers.size()))
                         .first->second);
  }
  return groups;
}

static py::dict toDict(const BaseCandidate &candidate) {
  py::dict row;
  row["branches"] = candidate.branches;
  row["term_set"] = candidate.termSet;
  row["terms"] = printTerms(candidate.terms);
  row["cv_error"] = candidate.error;
  py::dict errors;
  for (const auto &[layerCase, error] : candidate.errorOfCase)
    errors[py::str(toString(layerCase))] = error;
  row["cv_error_of_case"] = errors;
  return row;
}

/// The terms and number of branches of each case, by its name.
using ShapesByCase =
    std::map<std::string, std::pair<std::vector<std::string>, unsigned>>;

static py::tuple fitBaseInPython(
    const std::vector<Layer> &layers, const std::vector<double> &latencies,
    const Lattice &lattice, const std::optional<std::vector<int64_t>> &groups,
    const std::optional<std::vector<std::string>> &terms, unsigned branches,
    unsigned maxBranches, unsigned folds, uint64_t seed,
    const std::vector<const Base *> &starts, const ShapesByCase &cases) {
  BaseFitOptions options;
  if (terms)
    options.terms = parseTerms(*terms);
  options.branches = branches;
  options.maxBranches = maxBranches;
  options.folds = folds;
  options.seed = seed;
  options.starts = starts;
  for (const auto &[name, shape] : cases)
    options.cases[unwrap(parseLayerCase(name))] = {parseTerms(shape.first),
                                                   shape.second};
  std::vector<int64_t> groupNumbers = groups ? *groups : groupByShape(layers);
  auto fit = [&] {
    py::gil_scoped_release release;
    return fitBase(layers, latencies, groupNumbers, lattice, options);
  }();
  BaseFit result = unwrap(std::move(fit));
  py::list compared;
  for (const BaseCandidate &candidate : result.compared) {
    py::dict row = toDict(candidate);
    row["chosen"] = candidate.branches == result.chosen.branches &&
                    candidate.termSet == result.chosen.termSet;
    if (row["chosen"].cast<bool>()) {
      py::dict own;
      for (const auto &[layerCase, chosen] : result.cases)
        own[py::str(toString(layerCase))] = toDict(chosen);
      row["cases"] = own;
    }
    compared.append(row);
  }
  return py::make_tuple(result.base, compared);
}

static void defineBase(py::module_ &module) {
  py::class_<Base>(module, "Base", "The analytic part of a model.")
      .def_property_readonly(
          "branches", [](const Base &base) { return toList(base.branches); })
      .def_property_readonly("cases", casesOf)
      .def("predict", predictBase, py::arg("layers"), py::arg("lattice"))
      .def_property_readonly("text", &Base::print)
      .def("to_json", &Base::toJson)
      .def_static(
          "from_json",
          [](const std::string &text, const std::string &kind) {
            return unwrap(Base::fromJson(text, kindOf(kind)));
          },
          py::arg("text"), py::arg("kind"));
  module.def("fit_base", fitBaseInPython, py::arg("layers"),
             py::arg("latencies"), py::arg("lattice"),
             py::arg("groups") = std::nullopt, py::arg("terms") = std::nullopt,
             py::arg("branches") = 0, py::arg("max_branches") = 4,
             py::arg("folds") = 5, py::arg("seed") = 0,
             py::arg("starts") = std::vector<const Base *>(),
             py::arg("cases") = ShapesByCase());
}

//===----------------------------------------------------------------------===//
// Forest and interval
//===----------------------------------------------------------------------===//

using Float32Matrix =
    py::array_t<float, py::array::c_style | py::array::forcecast>;

static py::array_t<float> predictForest(const Forest &forest,
                                        const Float32Matrix &features) {
  if (features.ndim() != 2 || features.shape(1) != forest.numFeatures())
    raise(
        invalidInput("the forest reads a matrix of " +
                     std::to_string(forest.numFeatures()) + " columns, found " +
                     (features.ndim() == 2
                          ? std::to_string(features.shape(1))
                          : std::to_string(features.ndim()) + " dimensions")));
  py::array_t<float> result(features.shape(0));
  forest.predict(features.data(), forest.numFeatures(),
                 size_t(features.shape(0)), result.mutable_data());
  return result;
}

static void defineForest(py::module_ &module) {
  py::class_<Forest>(module, "Forest", "Boosted trees, walked by this project.")
      .def_static(
          "from_xgboost",
          [](const py::bytes &model) {
            return unwrap(Forest::fromXGBoost(std::string_view(model)));
          },
          py::arg("model"))
      .def("predict", predictForest, py::arg("features"))
      .def_property_readonly("num_trees", &Forest::numTrees)
      .def_property_readonly("num_features", &Forest::numFeatures);
  py::class_<Interval>(module, "Interval", "Conformal interval of a kind.")
      .def(py::init<>())
      .def_static(
          "calibrate",
          [](const std::vector<double> &predicted,
             const std::vector<double> &measured,
             const std::vector<double> &scales, double shrinkage) {
            return unwrap(
                Interval::calibrate(predicted, measured, scales, shrinkage));
          },
          py::arg("predicted"), py::arg("measured"),
          py::arg("scales") = std::vector<double>(), py::arg("shrinkage") = 1.0)
      .def_property_readonly("count", &Interval::count)
      .def("bounds", &Interval::bounds, py::arg("predicted"),
           py::arg("percent"), py::arg("scale") = 1.0);
}

void python::defineModels(py::module_ &module) {
  module.def("feature_names", allFeatureNames, py::arg("lattice"));
  module.def("layer_case", [](const Layer &layer) {
    return std::string(toString(caseOf(layer)));
  });
  module.def("work_terms", [](const Lattice &lattice) {
    return printTerms(candidateTerms(lattice));
  });
  module.def("term_matrix", termMatrix, py::arg("layers"), py::arg("lattice"),
             py::arg("terms"));
  defineBase(module);
  module.def("feature_matrix", featureMatrix, py::arg("layers"),
             py::arg("lattice"), py::arg("base"),
             py::arg("names") = std::nullopt);
  defineForest(module);
}
