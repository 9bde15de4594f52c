// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_PYTHON_CORE_COREMODEL_H
#define PR_PYTHON_CORE_COREMODEL_H

#include "pr/Model/Estimator.h"
#include "pr/Model/ModelBundle.h"

namespace pr::python {

/// The query point, or an InputError where the layer is of another kind.
Layer queryPointOf(const Lattice &lattice, const Layer &layer);

} // namespace pr::python

#endif // PR_PYTHON_CORE_COREMODEL_H
