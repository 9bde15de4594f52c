// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A value or the reason why there is none. Core code neither throws nor aborts
// on bad input: every function that can fail returns an Expected.
#ifndef PR_SUPPORT_EXPECTED_H
#define PR_SUPPORT_EXPECTED_H

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace pr {

/// What kind of thing went wrong, so that a tool can choose its exit code and
/// an annotation its status without reading the text.
enum class ErrorKind {
  InvalidInput, ///< malformed text, value out of its range, schema mismatch
  Unsupported,  ///< well formed, but this target or build cannot do it
  Overflow,     ///< a product left the range of 62 bits
  Io,           ///< a file could not be read or written
  Measurement,  ///< the target failed while measuring
};

/// One clear sentence: lower case, no full stop, what was found and what was
/// expected.
struct Error {
  ErrorKind kind = ErrorKind::InvalidInput;
  std::string message;
};

inline Error makeError(ErrorKind kind, std::string message) {
  return Error{kind, std::move(message)};
}
inline Error invalidInput(std::string message) {
  return Error{ErrorKind::InvalidInput, std::move(message)};
}

template <typename T>
class [[nodiscard]] Expected {
public:
  Expected(T value) : storage(std::in_place_index<0>, std::move(value)) {}
  Expected(Error error) : storage(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return storage.index() == 0; }
  T &operator*() {
    assert(*this && "value of a failed Expected");
    return std::get<0>(storage);
  }
  const T &operator*() const {
    assert(*this && "value of a failed Expected");
    return std::get<0>(storage);
  }
  T *operator->() { return &**this; }
  const T *operator->() const { return &**this; }
  const Error &error() const {
    assert(!*this && "error of a successful Expected");
    return std::get<1>(storage);
  }
  Error takeError() { return std::move(std::get<1>(storage)); }

private:
  std::variant<T, Error> storage;
};

/// Success, or the reason of a failure.
template <>
class [[nodiscard]] Expected<void> {
public:
  Expected() = default;
  Expected(Error error) : failure(std::move(error)), failed(true) {}

  explicit operator bool() const { return !failed; }
  const Error &error() const {
    assert(failed && "error of a successful Expected");
    return failure;
  }
  Error takeError() { return std::move(failure); }

private:
  Error failure;
  bool failed = false;
};

} // namespace pr

#endif // PR_SUPPORT_EXPECTED_H
