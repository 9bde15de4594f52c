// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A target that is described rather than built: its objects, its mappings and
// an evaluator that says how long they take.
#ifndef PR_TARGET_DESCRIBED_H
#define PR_TARGET_DESCRIBED_H

#include "pr/Arch/Evaluator.h"
#include "pr/Arch/MappingProgram.h"
#include "pr/Target/Target.h"

namespace pr {

class DescribedTarget : public Target {
public:
  /// `mappings` are in the order of `info.kinds`. The steps of the lattices are
  /// derived here (WhiteBox.h).
  DescribedTarget(arch::ObjectDiagram diagram,
                  std::vector<arch::MappingProgram> mappings, TargetInfo info,
                  arch::EvaluatorKind kind = arch::EvaluatorKind::Automatic);

  const TargetInfo &info() const override { return targetInfo; }
  const DescribedTarget *asDescribed() const override { return this; }
  void measure(const std::vector<Layer> &layers, const MeasureOptions &options,
               const MeasurementSink &sink,
               const ProgressSink &progress) override;

  /// Errors: the layer is not legal on this target, has an epilogue that is not
  /// free or a schedule that the mapping does not ask for; what the evaluator
  /// says.
  Expected<arch::Timing> evaluate(const Layer &layer,
                                  arch::Trace *trace = nullptr) const;

  const arch::ObjectDiagram &objectDiagram() const { return diagram; }
  /// nullptr where there is no mapping for the kind.
  const arch::MappingProgram *findMapping(LayerKind kind) const;

private:
  arch::ObjectDiagram diagram;
  std::vector<arch::MappingProgram> mappings;
  TargetInfo targetInfo;
  std::unique_ptr<arch::Evaluator> evaluator;
};

} // namespace pr

#endif // PR_TARGET_DESCRIBED_H
