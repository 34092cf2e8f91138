#include "tools/fiscus/cli/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/core/status.h"

namespace fiscus::cli {
namespace {

absl::Status Failed(const char* what, const std::string& path) {
  const int code = errno;
  const std::string message = absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(code));
  return code == ENOENT ? absl::NotFoundError(message) : absl::InternalError(message);
}

absl::Status MakeFolderOf(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (folder.empty() || std::filesystem::exists(folder)) return absl::OkStatus();
  if (!std::filesystem::create_directories(folder, error))
    return absl::InternalError(absl::StrCat("cannot make ", folder.string()));
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return absl::OkStatus();
}

// A file descriptor that closes itself.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()).good()) return Failed("read", path);
  return text.str();
}

absl::Status WritePrivateFile(const std::string& path, std::string_view text) {
  RETURN_IF_ERROR(MakeFolderOf(path));
  const std::string temporary = absl::StrCat(path, ".", getpid());
  {
    const Descriptor file{
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (file.number < 0) return Failed("write", temporary);
    while (!text.empty()) {
      const ssize_t written = write(file.number, text.data(), text.size());
      if (written < 0) return Failed("write", temporary);
      text.remove_prefix(static_cast<size_t>(written));
    }
    if (fsync(file.number) != 0) return Failed("write", temporary);
  }
  return rename(temporary.c_str(), path.c_str()) == 0 ? absl::OkStatus() : Failed("replace", path);
}

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) return Failed("read", path);
  struct stat status{};
  if (fstat(file.number, &status) != 0) return Failed("read", path);
  if (!S_ISREG(status.st_mode))
    return absl::InvalidArgumentError(absl::StrCat(path, " is no file"));
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) return MappedFile(std::string_view());
  void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number, 0);
  if (address == MAP_FAILED) return Failed("read", path);
  return MappedFile({static_cast<const char*>(address), size});
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  RETURN_IF_ERROR(MakeFolderOf(path));
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return Failed("open", path);
  FileLock lock(descriptor);
  while (flock(descriptor, LOCK_EX) != 0) {
    if (errno != EINTR) return Failed("lock", path);
  }
  return lock;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);  // closing releases the lock
}

}  // namespace fiscus::cli
