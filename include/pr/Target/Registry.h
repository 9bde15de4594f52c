// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The targets of a tool by name. Not a global: each tool fills its own, because
// the targets that need MLIR are not known here.
#ifndef PR_TARGET_REGISTRY_H
#define PR_TARGET_REGISTRY_H

#include "pr/Target/Target.h"
#include "pr/Target/TargetParameter.h"

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

  /// What the user may choose of the target that `text` names. Absent: nothing
  /// is known of it.
  std::function<Expected<std::vector<TargetParameter>>(const std::string &text)>
      parameters;

  /// Whether `text`, with or without parameters in brackets, names this one.
  bool matches(std::string_view text) const;
};

class TargetRegistry {
public:
  void add(TargetProvider provider);
  const std::vector<TargetProvider> &providers() const { return known; }

  /// Errors name the targets there are.
  Expected<std::unique_ptr<Target>> create(const std::string &text) const;

  /// A table for people, and the same as JSON. With `only`, the text of a user,
  /// just the target that it names.
  Expected<std::string> listAsText(const std::string &only = "") const;
  Expected<std::string> listAsJson(const std::string &only = "") const;

private:
  /// One target as a list shows it.
  struct Entry {
    std::string name;
    const TargetProvider *provider;
    Expected<void> usable;
    Expected<std::vector<TargetParameter>> parameters;
  };
  Expected<std::vector<Entry>> entries(const std::string &only) const;
  const TargetProvider *find(const std::string &text) const;
  Error unknown(const std::string &text) const;

  std::vector<TargetProvider> known;
};

} // namespace pr

#endif // PR_TARGET_REGISTRY_H
