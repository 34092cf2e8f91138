#include "libs/tabular/archive.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/core/status.h"

namespace fiscus::tabular {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

absl::Status Damaged(const std::string& entry, const char* what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the workbook's part ", entry, " cannot be read: ", what));
}

}  // namespace

struct Archive::Impl {
  zip_t* zip = nullptr;
  Limits limits;
  int64_t bytes_read = 0;  // unpacked, over all entries

  ~Impl() {
    if (zip != nullptr) zip_discard(zip);
  }

  // Whether one more piece of an entry keeps the bounds. `entry_bytes` counts what was really
  // unpacked.
  absl::Status Check(const std::string& entry, int64_t entry_bytes, int64_t packed_bytes) const {
    if (entry_bytes > limits.entry_bytes_max || bytes_read > limits.archive_bytes_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the workbook's part ", entry, " unpacks to more than ",
                       std::min(limits.entry_bytes_max, limits.archive_bytes_max), " bytes"));
    }
    if (entry_bytes > limits.ratio_free_bytes &&
        entry_bytes / std::max<int64_t>(packed_bytes, 1) >= limits.ratio_max) {
      return absl::ResourceExhaustedError(absl::StrCat("the workbook's part ", entry,
                                                       " unpacks to more than ", limits.ratio_max,
                                                       " times its size"));
    }
    return absl::OkStatus();
  }
};

Archive::Archive(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

absl::StatusOr<Archive> Archive::Open(std::string_view bytes, const Limits& limits) {
  zip_error_t error;
  zip_error_init(&error);
  auto impl = std::make_unique<Impl>();
  impl->limits = limits;
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), /*freep=*/0, &error);
  if (source != nullptr) {
    impl->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (impl->zip == nullptr) zip_source_free(source);
  }
  if (impl->zip == nullptr) {
    absl::Status status = absl::InvalidArgumentError(
        absl::StrCat("the file is no XLSX workbook: ", zip_error_strerror(&error)));
    zip_error_fini(&error);
    return status;
  }
  zip_error_fini(&error);
  const int64_t entries = zip_get_num_entries(impl->zip, 0);
  if (entries > limits.archive_entries_max) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the workbook has ", entries, " parts, more than ", limits.archive_entries_max));
  }
  return Archive(std::move(impl));
}

bool Archive::Has(const std::string& entry) const {
  return zip_name_locate(impl_->zip, entry.c_str(), ZIP_FL_ENC_UTF_8) >= 0;
}

absl::Status Archive::Read(const std::string& entry,
                           absl::FunctionRef<absl::Status(std::string_view)> take) {
  const int64_t index = zip_name_locate(impl_->zip, entry.c_str(), ZIP_FL_ENC_UTF_8);
  if (index < 0) return absl::NotFoundError(absl::StrCat("the workbook has no part ", entry));
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(impl_->zip, index, 0, &stat) != 0)
    return Damaged(entry, zip_strerror(impl_->zip));
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
    return Damaged(entry, "it is encrypted");
  }
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(impl_->zip, index, 0));
  if (file == nullptr) return Damaged(entry, zip_strerror(impl_->zip));
  std::array<char, kPieceBytes> piece;
  int64_t entry_bytes = 0;
  while (true) {
    const int64_t got = zip_fread(file.get(), piece.data(), piece.size());
    if (got < 0) return Damaged(entry, zip_file_strerror(file.get()));
    if (got == 0) return absl::OkStatus();
    entry_bytes += got;
    impl_->bytes_read += got;
    const auto packed = static_cast<int64_t>(stat.comp_size);
    RETURN_IF_ERROR(impl_->Check(entry, entry_bytes, packed));
    RETURN_IF_ERROR(take({piece.data(), static_cast<size_t>(got)}));
  }
}

}  // namespace fiscus::tabular
