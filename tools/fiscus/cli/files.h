// Files of the person who runs the program.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fiscus::cli {

absl::StatusOr<std::string> ReadFile(const std::string& path);

// Replaces the file as a whole (write, flush, rename), readable by its owner only (0600); makes
// missing folders (0700).
absl::Status WritePrivateFile(const std::string& path, std::string_view text);

// A file mapped into memory; the bytes live as long as the object.
class MappedFile {
 public:
  static absl::StatusOr<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept : bytes_(other.bytes_) { other.bytes_ = {}; }
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();
  std::string_view bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
};

// Holds an exclusive lock on a file (made if missing, 0600) while it lives; waits for other
// processes.
class FileLock {
 public:
  static absl::StatusOr<FileLock> Take(const std::string& path);
  FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace fiscus::cli
