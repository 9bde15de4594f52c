// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Core.h"

#include "pr/Lattice/StepFitter.h"

namespace py = pybind11;
using namespace pr;
using namespace pr::python;

static StepFitter makeFitter(int64_t low, int64_t high,
                             unsigned mostMeasurements,
                             std::vector<int64_t> candidates) {
  return unwrap(
      StepFitter::create(low, high, {mostMeasurements, std::move(candidates)}));
}

void python::defineStepFitter(py::module_ &module) {
  py::class_<FittedStep>(module, "FittedStep",
                         "A staircase that a sweep supports.")
      .def_readonly("width", &FittedStep::width)
      .def_readonly("offset", &FittedStep::offset)
      .def_readonly("region_low", &FittedStep::regionLow)
      .def_readonly("region_high", &FittedStep::regionHigh)
      .def_readonly("height", &FittedStep::height)
      .def_readonly("significance", &FittedStep::significance)
      .def_readonly("evidence", &FittedStep::evidence)
      .def_property_readonly("plateau", [](const FittedStep &step) {
        return std::string(toString(step.plateau));
      });
  py::class_<SweepFit>(module, "SweepFit", "What a sweep says.")
      .def_readonly("steps", &SweepFit::steps)
      .def_readonly("reason", &SweepFit::reason)
      .def_readonly("noise", &SweepFit::noise)
      .def_readonly("deterministic", &SweepFit::deterministic)
      .def_readonly("measurements", &SweepFit::measurements)
      .def_readonly("curve", &SweepFit::curve);
  py::class_<StepFitter>(module, "StepFitter",
                         "Finds steps, choosing where to measure.")
      .def(py::init(&makeFitter), py::arg("low"), py::arg("high"),
           py::arg("most_measurements") = 48,
           py::arg("candidates") = std::vector<int64_t>())
      .def("next", &StepFitter::next)
      .def("batch", &StepFitter::batch)
      .def("observe",
           [](StepFitter &fitter, int64_t extent, double latency) {
             unwrap(fitter.observe(extent, latency));
           })
      .def("skip", &StepFitter::skip)
      .def("result", &StepFitter::result);
}
