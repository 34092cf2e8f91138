#include "libs/tabular/increment.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"

#include "libs/core/ids.h"
#include "libs/core/money.h"
#include "libs/core/text.h"

namespace fiscus::tabular {
namespace {

namespace pb = imports::v1;

// A sum that operations raise and lower. `lower` unspecified: it never falls.
struct Measure {
  std::string_view name;
  pb::OperationKind first = pb::OPERATION_KIND_UNSPECIFIED;  // makes the line; raises only once
  pb::OperationKind raise = pb::OPERATION_KIND_UNSPECIFIED;
  pb::OperationKind lower = pb::OPERATION_KIND_UNSPECIFIED;

  // +1, -1, or 0 for an operation that does not concern it.
  int Sign(pb::OperationKind kind) const {
    if (kind == pb::OPERATION_KIND_UNSPECIFIED) return 0;
    return kind == first || kind == raise ? 1 : kind == lower ? -1 : 0;
  }
};

constexpr std::array<Measure, 4> kMeasures = {
    {{"the budget", pb::OPERATION_KIND_APPROVE, pb::OPERATION_KIND_SUPPLEMENT,
      pb::OPERATION_KIND_REDUCE},
     {"the money bound", pb::OPERATION_KIND_UNSPECIFIED, pb::OPERATION_KIND_ENCUMBER,
      pb::OPERATION_KIND_LIQUIDATE},
     {"the money paid", pb::OPERATION_KIND_UNSPECIFIED, pb::OPERATION_KIND_OBSERVED_PAY},
     {"the money refunded", pb::OPERATION_KIND_UNSPECIFIED, pb::OPERATION_KIND_REFUND}}};

bool Add(int64_t& sum, int sign, int64_t minor) {
  return sign > 0 ? !__builtin_add_overflow(sum, minor, &sum)
                  : !__builtin_sub_overflow(sum, minor, &sum);
}

// One measure of one row against the journal.
class Follow {
 public:
  Follow(const Measure& measure, const pb::Record& record, const std::vector<Posted>& journal)
      : measure_(measure), record_(record), journal_(journal) {}

  std::optional<Problem> Run(std::vector<pb::OperationRecord>& operations) {
    std::set<std::string> days;
    for (const pb::OperationRecord& operation : record_.operation()) {
      if (measure_.Sign(operation.kind()) != 0) days.insert(operation.effective_date());
    }
    int64_t posted = 0;  // by this run
    for (const std::string& day : days) {
      int64_t said = 0;
      int64_t recorded = posted;
      int64_t more = 0;
      if (!Said(day, said) || !Recorded(day, recorded) ||
          __builtin_sub_overflow(said, recorded, &more)) {
        return Problem{"OUT_OF_RANGE", "the sums are larger than an amount can be"};
      }
      if (more == 0) continue;
      const bool falls_never = more < 0 && measure_.lower == pb::OPERATION_KIND_UNSPECIFIED;
      if (falls_never || RecordedSince(day)) return Changed(day, said, recorded);
      posted += more;
      operations.push_back(Operation(day, more));
    }
    return std::nullopt;
  }

 private:
  bool Said(const std::string& day, int64_t& sum) const {
    return std::all_of(record_.operation().begin(), record_.operation().end(), [&](const auto& o) {
      const int sign = measure_.Sign(o.kind());
      return sign == 0 || o.effective_date() > day || Add(sum, sign, o.amount().minor());
    });
  }

  bool Recorded(const std::string& day, int64_t& sum) const {
    return std::all_of(journal_.begin(), journal_.end(), [&](const Posted& entry) {
      const int sign = measure_.Sign(entry.kind);
      return sign == 0 || entry.date > day || Add(sum, sign, entry.minor);
    });
  }

  bool RecordedSince(const std::string& day) const {
    return std::any_of(journal_.begin(), journal_.end(), [&](const Posted& entry) {
      return measure_.Sign(entry.kind) != 0 && entry.date >= day;
    });
  }

  Problem Changed(const std::string& day, int64_t said, int64_t recorded) const {
    const std::string& currency = record_.line().currency();
    return {"FIGURES_CHANGED", absl::StrCat(ToAbsl(measure_.name), " up to ", day,
                                            " is on record as ", FormatMoney(recorded, currency),
                                            ", the row says ", FormatMoney(said, currency))};
  }

  pb::OperationRecord Operation(const std::string& day, int64_t more) const {
    pb::OperationRecord operation;
    operation.set_kind(more > 0 ? measure_.raise : measure_.lower);
    operation.mutable_amount()->set_minor(more > 0 ? more : -more);
    operation.mutable_amount()->set_currency(record_.line().currency());
    operation.set_effective_date(day);
    operation.set_id(OperationId(record_.line().id(), operation.kind(), day, 0));
    for (const pb::OperationRecord& own : record_.operation()) {
      if (measure_.Sign(own.kind()) != 0 && own.effective_date() == day)
        operation.set_document(own.document());
    }
    return operation;
  }

  const Measure& measure_;
  const pb::Record& record_;
  const std::vector<Posted>& journal_;
};

}  // namespace

std::string OperationId(std::string_view line_id, pb::OperationKind kind, std::string_view date,
                        int place) {
  return NamedUuid("fiscus.imports",
                   absl::StrCat(ToAbsl(line_id), "\x1f", pb::OperationKind_Name(kind), "\x1f",
                                ToAbsl(date), "\x1f", place));
}

std::optional<Problem> Increment(const pb::Record& record, const std::vector<Posted>& journal,
                                 std::vector<pb::OperationRecord>& operations) {
  if (journal.empty()) {
    std::copy_if(record.operation().begin(), record.operation().end(),
                 std::back_inserter(operations),
                 [](const pb::OperationRecord& own) { return own.amount().minor() > 0; });
    return std::nullopt;
  }
  for (const Measure& measure : kMeasures) {
    if (auto problem = Follow(measure, record, journal).Run(operations)) return problem;
  }
  return std::nullopt;
}

}  // namespace fiscus::tabular
