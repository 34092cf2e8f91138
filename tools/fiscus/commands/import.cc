// fiscus import: a file through a profile into the API. Reads the file twice: the first pass finds
// what is wrong with it before anything is written, the second sends it in batches.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "fiscus/imports/v1/record.pb.h"
#include "libs/core/money.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/tabular/import.h"
#include "libs/tabular/rejects.h"
#include "tools/fiscus/cli/context.h"
#include "tools/fiscus/cli/files.h"
#include "tools/fiscus/cli/output.h"
#include "tools/fiscus/cli/table.h"
#include "tools/fiscus/commands/all.h"
#include "tools/fiscus/commands/import_sender.h"
#include "tools/fiscus/commands/profiles.h"

namespace fiscus::cli {
namespace {

namespace pb = imports::v1;

// The file of rejected rows; made only when there is one.
class RejectedFile {
 public:
  explicit RejectedFile(std::string path) : path_(std::move(path)) {}

  void SetHeadings(const std::vector<std::string>& headings) { headings_ = headings; }
  absl::Status Add(const tabular::Row& row, const pb::RejectedRow& rejected) {
    if (!file_.is_open()) {
      file_.open(path_, std::ios::binary | std::ios::trunc);
      // With the mark, spreadsheets read it as UTF-8.
      file_ << "\xEF\xBB\xBF" << tabular::RejectedHeader(headings_);
    }
    file_ << tabular::RejectedLine(row, headings_.size(), rejected) << std::flush;
    return file_.good() ? absl::OkStatus()
                        : absl::InternalError(absl::StrCat("cannot write ", path_));
  }
  // Empty if nothing was rejected.
  std::string path() const { return file_.is_open() ? path_ : ""; }

 private:
  const std::string path_;
  std::vector<std::string> headings_;
  std::ofstream file_;
};

// The first pass: counts, and errors by cell.
class Examine : public tabular::ImportSink {
 public:
  // `file` null: rejected rows are not written yet.
  Examine(pb::Report& report, RejectedFile* file) : report_(report), file_(file) {}
  absl::Status OnHeadings(const std::vector<std::string>& headings) override {
    if (file_ != nullptr) file_->SetHeadings(headings);
    return absl::OkStatus();
  }
  absl::Status OnTaken(pb::Record&& record, const tabular::Row&) override {
    if (record.has_unit()) units_.insert(record.unit().segment());
    report_.set_units(static_cast<int64_t>(units_.size()));
    return tabular::AddToTotals(record, report_);
  }
  absl::Status OnRejected(pb::RejectedRow&& rejected, const tabular::Row& row) override {
    const absl::Status status = file_ == nullptr ? absl::OkStatus() : file_->Add(row, rejected);
    *report_.add_rejected() = std::move(rejected);
    return status;
  }

 private:
  pb::Report& report_;
  RejectedFile* file_;
  std::set<std::string> units_;
};

// The second pass: sends batches and keeps the cells of a row until its fate is known.
class SendAll : public tabular::ImportSink {
 public:
  SendAll(Context& context, ImportSender& sender, RejectedFile& file, pb::Report& report,
          int64_t expected)
      : context_(context), sender_(sender), file_(file), report_(report), expected_(expected) {}

  absl::Status OnHeadings(const std::vector<std::string>& headings) override {
    file_.SetHeadings(headings);
    return absl::OkStatus();
  }
  absl::Status OnTaken(pb::Record&& record, const tabular::Row& row) override {
    records_.push_back(std::move(record));
    cells_.push_back(row);
    return records_.size() < kImportBatchRows ? absl::OkStatus() : Flush();
  }
  absl::Status OnRejected(pb::RejectedRow&& rejected, const tabular::Row& row) override {
    return file_.Add(row, rejected);
  }

  absl::Status Flush() {
    if (records_.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<SentRow> sent, sender_.Send(records_));
    for (size_t i = 0; i < sent.size(); ++i)
      RETURN_IF_ERROR(Settle(records_[i], cells_[i], sent[i]));
    done_ += static_cast<int64_t>(records_.size());
    records_.clear();
    cells_.clear();
    if (context_.environment().err_is_terminal)
      context_.err() << "\r" << done_ << " of " << expected_ << " rows" << std::flush;
    return absl::OkStatus();
  }

 private:
  absl::Status Settle(const pb::Record& record, const tabular::Row& row, const SentRow& sent) {
    if (sent.reason.empty()) {
      report_.set_taken(report_.taken() + 1);
      report_.set_repeated_rows(report_.repeated_rows() + (sent.repeated ? 1 : 0));
      return tabular::AddToTotals(record, report_);
    }
    pb::RejectedRow& rejected = *report_.add_rejected();
    rejected.set_row(record.row());
    rejected.set_key(record.key());
    pb::CellError& error = *rejected.add_error();
    error.set_row(record.row());
    error.set_cell(absl::StrCat(record.row()));
    error.set_reason(sent.reason);
    error.set_message(sent.message);
    return file_.Add(row, rejected);
  }

  Context& context_;
  ImportSender& sender_;
  RejectedFile& file_;
  pb::Report& report_;
  const int64_t expected_;
  int64_t done_ = 0;
  std::vector<pb::Record> records_;
  std::vector<tabular::Row> cells_;
};

void PrintReport(Context& context, const pb::Report& report, const std::string& rejected_path,
                 OutputFormat format) {
  if (format != OutputFormat::kTable && format != OutputFormat::kWide) {
    context.out() << MessageText(report, format);
    return;
  }
  std::vector<std::vector<std::string>> errors;
  for (const pb::RejectedRow& row : report.rejected()) {
    for (const pb::CellError& error : row.error()) {
      errors.push_back({error.cell(), error.column(), error.value(), error.reason(),
                        error.message(), row.key()});
    }
  }
  if (!errors.empty()) {
    context.out() << RenderTable(
                         {{"cell"}, {"column"}, {"value"}, {"reason"}, {"message"}, {"key"}},
                         errors)
                  << "\n";
  }
  std::vector<std::vector<std::string>> sums;
  for (const pb::OperationTotal& total : report.operation_total()) {
    const std::string name =
        pb::OperationKind_Name(total.kind()).substr(std::string_view("OPERATION_KIND_").size());
    sums.push_back({name, absl::StrCat(total.operations()),
                    FormatMoney(total.amount().minor(), total.amount().currency())});
  }
  if (!sums.empty())
    context.out() << RenderTable({{"operation"}, {"count", true}, {"sum", true}}, sums) << "\n";
  context.out() << (report.dry_run() ? "dry run, nothing was written: " : "") << report.rows()
                << " rows: " << report.taken() << " taken (" << report.repeated_rows()
                << " of them known before), " << report.rejected_size() << " rejected, "
                << report.ignored() << " ignored\n";
  if (!rejected_path.empty()) context.out() << "rejected rows: " << rejected_path << "\n";
}

// Checks the file by itself.
absl::StatusOr<pb::Report> ExamineFile(std::string_view bytes, const tabular::Plan& plan,
                                       const std::string& tenant, RejectedFile* file) {
  pb::Report report;
  report.set_profile(plan.profile.name());
  report.set_file_sha256(Hex(Sha256(bytes)));
  Examine examine(report, file);
  ASSIGN_OR_RETURN(const tabular::ImportCounts counts,
                   tabular::ReadImport(bytes, plan, tenant, examine));
  report.set_rows(counts.taken + counts.rejected);
  report.set_ignored(counts.ignored);
  return report;
}

// How an import ends that wrote what it could.
ExitCode Ending(const pb::Report& report) {
  if (report.rejected().empty()) return ExitCode::kOk;
  return report.taken() > 0 ? ExitCode::kPartial : ExitCode::kFailure;
}

absl::StatusOr<ExitCode> Import(Context& context, const Arguments& arguments) {
  ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(context.settings().Get("output")));
  const std::string tenant = context.settings().Get("tenant");
  const std::string root = context.settings().Get("under");
  const bool offline = arguments.Has("offline");
  if (tenant.empty())
    return absl::InvalidArgumentError(
        "import wants --tenant, or a context that names it: ids depend on it");
  if (!offline && !IsUnitPath(root))
    return absl::InvalidArgumentError("import wants --under with a unit path, e.g. /330000/");
  ASSIGN_OR_RETURN(const pb::Profile profile,
                   LoadProfile(context.environment(), arguments.Get("profile")));
  ASSIGN_OR_RETURN(const auto plan, tabular::MakePlan(profile, tabular::Limits{}));
  const std::string path = arguments.Get("FILE");
  ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));

  // In the current folder: the file's own may be read-only.
  const std::string beside = std::filesystem::path(path).filename().string() + ".rejected.csv";
  const std::string rejected_path = arguments.Has("rejected") ? arguments.Get("rejected") : beside;
  std::error_code missing;  // a file that is not there yet is not this one
  if (std::filesystem::equivalent(path, rejected_path, missing)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--rejected names the file that is imported: ", rejected_path));
  }
  RejectedFile rejected(rejected_path);

  ASSIGN_OR_RETURN(pb::Report report,
                   ExamineFile(file.bytes(), *plan, tenant, offline ? &rejected : nullptr));
  report.set_dry_run(offline || arguments.Has("dry-run"));
  const int64_t expected = report.rows() - report.rejected_size();
  if (offline) {
    report.set_taken(expected);
    PrintReport(context, report, rejected.path(), format);
    return Ending(report);
  }
  if (arguments.Has("strict") && report.rejected_size() > 0) {
    PrintReport(context, report, "", format);
    context.err() << "nothing was written: --strict wants a file without rejected rows\n";
    return ExitCode::kFailure;
  }
  report.clear_operation_total();  // counted again by what the API took
  const auto call = [&context](std::string_view method, const google::protobuf::Message& request,
                               google::protobuf::Message& response) {
    return context.Call(method, request, response);
  };
  ImportSender sender({.root_path = root, .profile = profile.name(), .dry_run = report.dry_run()},
                      call);
  SendAll send(context, sender, rejected, report, expected);
  absl::Status status = tabular::ReadImport(file.bytes(), *plan, tenant, send).status();
  if (status.ok()) status = send.Flush();
  if (context.environment().err_is_terminal) context.err() << "\n";
  std::stable_sort(
      report.mutable_rejected()->begin(), report.mutable_rejected()->end(),
      [](const pb::RejectedRow& a, const pb::RejectedRow& b) { return a.row() < b.row(); });
  PrintReport(context, report, rejected.path(), format);
  if (!status.ok()) {
    context.err() << "the import stopped; run it again, what was taken is not taken twice\n";
    return status;
  }
  return Ending(report);
}

ExitCode RunImport(Context& context, const Arguments& arguments) {
  const absl::StatusOr<ExitCode> code = Import(context, arguments);
  return code.ok() ? *code : context.Fail(code.status());
}

}  // namespace

CommandTable ImportCommands() {
  return {
      {.path = "import",
       .help = "Imports a file of projects and money by a profile: XLSX, CSV or JSON. Exit code "
               "10: some rows were not taken.",
       .flags =
           {{"FILE", "", "the file", true, true},
            {"profile", "", "mapping profile: a shipped one's name, or a file", false, true},
            {"rejected", "",
             "file for rows that were not taken; default: FILE.rejected.csv in the current folder"},
            {"dry-run", "", "check file and records, write nothing", false, false, FlagKind::kPlain,
             true},
            {"offline", "", "check the file only, without a server", false, false, FlagKind::kPlain,
             true},
            {"strict", "", "write nothing if any row of the file is wrong by itself", false, false,
             FlagKind::kPlain, true}},
       .run = RunImport},
  };
}

}  // namespace fiscus::cli
