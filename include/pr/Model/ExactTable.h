// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The measured query points of a kind: what is answered from measurements, not
// from a model. Keys are 128-bit hashes of the layers, so that a table holds no
// texts and two layers do not meet by accident.
#ifndef PR_MODEL_EXACTTABLE_H
#define PR_MODEL_EXACTTABLE_H

#include "pr/Layer/Layer.h"
#include "pr/Support/Hash.h"

#include <string>
#include <string_view>
#include <vector>

namespace pr {

/// Latency and its measured spread, in the target's unit.
struct ExactValue {
  double latency = 0, lower = 0, upper = 0;
};

/// The key of a layer in exact tables; the same on every machine as long as
/// LayerKinds.def gives the kind the same dimensions (see kindSignature).
Hash128 exactKey(const Layer &layer);
/// A digest of the names of a kind's dimensions and option values.
std::string kindSignature(LayerKind kind);

class ExactTable {
public:
  ExactTable() = default;
  /// Layers that were measured more than once get the mean latency and the
  /// widest spread. Error: a latency that is not positive, or outside its
  /// spread.
  static Expected<ExactTable>
  build(const std::vector<std::pair<Layer, ExactValue>> &rows);

  /// nullptr where the layer was not measured.
  const ExactValue *find(const Layer &layer) const;
  size_t size() const { return rows.size(); }

  std::string serialize() const;
  static Expected<ExactTable> deserialize(std::string_view bytes);

private:
  struct Row {
    Hash128 key;
    ExactValue value;
  };
  std::vector<Row> rows; ///< sorted by key
};

} // namespace pr

#endif // PR_MODEL_EXACTTABLE_H
