// A zip archive in memory, read with bounds: see limits.h. libzip checks the structure, and the
// checksum at the end of an entry.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/tabular/limits.h"

namespace fiscus::tabular {

// Not thread-safe. `bytes` must outlive it.
class Archive {
 public:
  static absl::StatusOr<Archive> Open(std::string_view bytes, const Limits& limits);
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  bool Has(const std::string& entry) const;

  // Unpacks an entry piece by piece. NOT_FOUND, INVALID_ARGUMENT (damaged, encrypted),
  // RESOURCE_EXHAUSTED (a bound), or the status that `take` ended it with.
  absl::Status Read(const std::string& entry,
                    absl::FunctionRef<absl::Status(std::string_view)> take);

 private:
  struct Impl;
  explicit Archive(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fiscus::tabular
