#include "libs/tabular/import.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/core/status.h"
#include "libs/tabular/mapper.h"
#include "libs/tabular/sheet_reader.h"

namespace fiscus::tabular {
namespace {

// Splits the rows into headings and data and hands each on.
class Pipeline : public RowHandler {
 public:
  Pipeline(const Plan& plan, const std::string& tenant, ImportSink& sink)
      : mapper_(plan, tenant), sink_(sink) {
    const imports::v1::Input& input = plan.profile.input();
    if (plan.sheet.format == FileFormat::kJson) {
      header_rows_ = {0};  // the reader's own
    } else {
      header_rows_.assign(input.header_row().begin(), input.header_row().end());
    }
    const int64_t after_headings = header_rows_.empty() ? 1 : header_rows_.back() + 1;
    first_data_row_ = input.first_data_row() == 0 ? after_headings : input.first_data_row();
  }

  void OnDates1904() override { mapper_.set_dates_1904(); }

  absl::Status OnRow(const Row& row) override {
    if (std::find(header_rows_.begin(), header_rows_.end(), row.number) != header_rows_.end()) {
      headings_.push_back(row);
      return absl::OkStatus();
    }
    if (row.number < first_data_row_) return absl::OkStatus();
    RETURN_IF_ERROR(EndHeadings());
    MappedRow mapped = mapper_.Map(row);
    switch (mapped.outcome) {
      case MappedRow::Outcome::kTaken:
        ++counts_.taken;
        return sink_.OnTaken(std::move(mapped.record), row);
      case MappedRow::Outcome::kRejected:
        ++counts_.rejected;
        return sink_.OnRejected(std::move(mapped.rejected), row);
      case MappedRow::Outcome::kIgnored:
        counts_.ignored += row.Blank() ? 0 : 1;
        return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  // Also for a file that ends before its first data row.
  absl::Status EndHeadings() {
    if (headings_done_) return absl::OkStatus();
    headings_done_ = true;
    if (headings_.size() != header_rows_.size()) {
      return absl::InvalidArgumentError(absl::StrCat("the sheet has ", headings_.size(), " of the ",
                                                     header_rows_.size(),
                                                     " heading rows that the profile names"));
    }
    absl::Status status = mapper_.SetHeadings(headings_);
    return status.ok() ? sink_.OnHeadings(mapper_.headings()) : status;
  }

  const ImportCounts& counts() const { return counts_; }

 private:
  Mapper mapper_;
  ImportSink& sink_;
  std::vector<int64_t> header_rows_;
  int64_t first_data_row_ = 1;
  std::vector<Row> headings_;
  bool headings_done_ = false;
  ImportCounts counts_;
};

}  // namespace

absl::StatusOr<ImportCounts> ReadImport(std::string_view bytes, const Plan& plan,
                                        const std::string& tenant, ImportSink& sink) {
  Pipeline pipeline(plan, tenant, sink);
  absl::Status status = ReadSheet(bytes, plan.sheet, pipeline);
  if (status.ok()) status = pipeline.EndHeadings();
  if (!status.ok()) return status;
  return pipeline.counts();
}

absl::Status AddToTotals(const imports::v1::Record& record, imports::v1::Report& report) {
  for (const imports::v1::OperationRecord& operation : record.operation()) {
    if (operation.amount().minor() == 0) continue;
    auto& totals = *report.mutable_operation_total();
    auto total = std::find_if(totals.begin(), totals.end(), [&operation](const auto& known) {
      return known.kind() == operation.kind() &&
             known.amount().currency() == operation.amount().currency();
    });
    imports::v1::OperationTotal& sum =
        total != totals.end() ? *total : *report.add_operation_total();
    sum.set_kind(operation.kind());
    sum.set_operations(sum.operations() + 1);
    sum.mutable_amount()->set_currency(operation.amount().currency());
    int64_t minor = 0;
    if (__builtin_add_overflow(sum.amount().minor(), operation.amount().minor(), &minor)) {
      return absl::OutOfRangeError("the operations' sum is larger than an amount can be");
    }
    sum.mutable_amount()->set_minor(minor);
  }
  return absl::OkStatus();
}

}  // namespace fiscus::tabular
