// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The targets of a tool by name. Not a global: each tool fills its own, because
// the targets that need MLIR are not known here.
#ifndef PR_TARGET_REGISTRY_H
#define PR_TARGET_REGISTRY_H

#include "pr/Target/Target.h"

namespace pr {

/// One way of naming a target.
struct TargetProvider {
  /// What the user writes: a name ("host"), a scheme that takes the rest as its
  /// argument ("command:"), or a file ending ("*.mlir").
  std::string pattern;
  /// One sentence for `--list-targets`.
  std::string description;
  /// What must be there for it to work, in words.
  std::string needs;
  /// Success, or why it cannot be used on this machine. Absent: always usable.
  std::function<Expected<void>()> available;
  /// Makes the target from the whole text that the user gave.
  std::function<Expected<std::unique_ptr<Target>>(const std::string &text)>
      create;

  /// Whether `text`, with or without parameters in brackets, names this one.
  bool matches(std::string_view text) const;
};

class TargetRegistry {
public:
  void add(TargetProvider provider);
  const std::vector<TargetProvider> &providers() const { return known; }

  /// Errors name the targets there are.
  Expected<std::unique_ptr<Target>> create(const std::string &text) const;

  /// A table for people, and the same as JSON.
  std::string listAsText() const;
  std::string listAsJson() const;

private:
  std::vector<TargetProvider> known;
};

} // namespace pr

#endif // PR_TARGET_REGISTRY_H
