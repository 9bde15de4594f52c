// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the extension module share.
#ifndef PR_PYTHON_CORE_CORE_H
#define PR_PYTHON_CORE_CORE_H

#include "pr/Layer/Layer.h"
#include "pr/Support/Expected.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <utility>
#include <vector>

namespace pr::python {

/// Raises the Python exception of an error.
[[noreturn]] void raise(const Error &error);

/// The value, or the Python exception of the error.
template <typename T>
T unwrap(Expected<T> value) {
  if (!value)
    raise(value.error());
  if constexpr (!std::is_void_v<T>)
    return std::move(*value);
}

/// The kind of that name, or an InputError.
LayerKind kindOf(const std::string &name);
/// The dimension of that name, or an InputError.
unsigned dimOf(LayerKind kind, const std::string &name);

/// A numpy array that owns what the vector held.
template <typename T>
pybind11::array_t<T> toArray(const std::vector<T> &values) {
  return pybind11::array_t<T>(pybind11::ssize_t(values.size()), values.data());
}

void defineLayers(pybind11::module_ &module);
void defineLattices(pybind11::module_ &module);
void defineStepFitter(pybind11::module_ &module);
void defineModels(pybind11::module_ &module);
void defineEstimator(pybind11::module_ &module);

} // namespace pr::python

#endif // PR_PYTHON_CORE_CORE_H
