#include "services/budget/store/ledger_store.h"

#include <functional>
#include <iterator>

#include "libs/core/dates.h"
#include "libs/core/status.h"
#include "services/budget/store/queries.h"
#include "services/budget/store/rows.h"

namespace fiscus::budget::store {
namespace {

// One array of a query: a value of each element.
template <class Element, class Get>
std::vector<std::string> Texts(const std::vector<Element>& elements, Get get) {
  std::vector<std::string> values;
  values.reserve(elements.size());
  for (const Element& element : elements) values.push_back(std::string(std::invoke(get, element)));
  return values;
}

template <class Element, class Get>
std::vector<int64_t> Ints(const std::vector<Element>& elements, Get get) {
  std::vector<int64_t> values;
  values.reserve(elements.size());
  for (const Element& element : elements) {
    values.push_back(static_cast<int64_t>(std::invoke(get, element)));
  }
  return values;
}

std::string BoolText(bool value) { return value ? "t" : "f"; }

std::string ExpiryText(const Reservation& reservation) {
  return reservation.expires_at == absl::InfiniteFuture() ? ""
                                                          : FormatTimestamp(reservation.expires_at);
}

}  // namespace

absl::StatusOr<std::vector<Line>> LockLines(pg::Tx& tx, const std::vector<std::string>& line_ids,
                                            const std::vector<std::string>& reservation_ids,
                                            OnLocked on_locked) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(on_locked == OnLocked::kWait ? sql::kLockLines : sql::kLockFreeLines,
             pg::Args().Text(tx.tenant()).TextArray(line_ids).TextArray(reservation_ids)));
  std::vector<Line> lines;
  for (const pg::Row row : rows) lines.push_back(LineOf(row));
  return lines;
}

absl::StatusOr<std::vector<Reservation>> LoadReservations(
    pg::Tx& tx, const std::vector<std::string>& reservation_ids) {
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kLoadReservations, pg::Args().Text(tx.tenant()).TextArray(reservation_ids)));
  std::vector<Reservation> reservations;
  for (const pg::Row row : rows) reservations.push_back(ReservationOf(row));
  return reservations;
}

absl::StatusOr<std::vector<ContractEncumbrance>> LoadEncumbrances(
    pg::Tx& tx, const std::vector<std::pair<std::string, std::string>>& line_and_contract) {
  using Key = std::pair<std::string, std::string>;
  ASSIGN_OR_RETURN(
      const pg::Rows rows,
      tx.Run(sql::kLoadEncumbrances, pg::Args()
                                         .Text(tx.tenant())
                                         .TextArray(Texts(line_and_contract, &Key::first))
                                         .TextArray(Texts(line_and_contract, &Key::second))));
  std::vector<ContractEncumbrance> encumbrances;
  for (const pg::Row row : rows) {
    encumbrances.push_back({.line_id = row.Text("line_id"),
                            .contract_id = row.Text("contract_id"),
                            .encumbrance = EncumbranceOf(row)});
  }
  return encumbrances;
}

absl::StatusOr<std::vector<CodeOwner>> FindCodes(
    pg::Tx& tx, const std::vector<std::pair<int32_t, std::string>>& year_and_code) {
  using Key = std::pair<int32_t, std::string>;
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kFindCodes, pg::Args()
                                               .Text(tx.tenant())
                                               .IntArray(Ints(year_and_code, &Key::first))
                                               .TextArray(Texts(year_and_code, &Key::second))));
  std::vector<CodeOwner> owners;
  for (const pg::Row row : rows) {
    owners.push_back({.fiscal_year = static_cast<int32_t>(row.Int("fiscal_year")),
                      .code = row.Text("code"),
                      .line_id = row.Text("line_id")});
  }
  return owners;
}

absl::Status InsertLines(pg::Tx& tx, const std::vector<Line>& lines, absl::Time now) {
  const auto head_texts = [&](auto get) {
    return Texts(lines,
                 [&](const Line& line) { return std::string(std::invoke(get, *line.head)); });
  };
  pg::Args args;
  args.Text(tx.tenant()).Time(now);
  args.TextArray(head_texts(&LineHead::id)).TextArray(head_texts(&LineHead::code));
  args.TextArray(head_texts(&LineHead::document_no)).TextArray(head_texts(&LineHead::unit_path));
  args.TextOrNullArray(head_texts(&LineHead::project_id));
  args.IntArray(Ints(lines, [](const Line& line) { return line.head->fiscal_year; }));
  args.TextArray(head_texts(&LineHead::currency));
  args.IntArray(Ints(lines, [](const Line& line) { return line.head->mode; }));
  const auto class_texts = [&](auto get) {
    return Texts(lines, [&](const Line& line) {
      return std::string(std::invoke(get, line.head->classification));
    });
  };
  args.TextArray(class_texts(&Classification::function_class));
  args.TextArray(class_texts(&Classification::economic_class));
  args.TextArray(class_texts(&Classification::fund_nature));
  args.TextArray(Texts(
      lines, [](const Line& line) { return BoolText(line.head->classification.direct_fund); }));
  args.TextArray(head_texts(&LineHead::tolerance_profile));
  args.TextOrNullArray(head_texts(&LineHead::parent_line_id));
  args.IntArray(Ints(lines, [](const Line& line) { return line.standing.state; }));
  args.TextArray(Texts(lines, [](const Line& line) { return BoolText(line.standing.overspent); }));
  args.IntArray(Ints(lines, [](const Line& line) { return line.standing.version; }));
  for (const auto bucket : kBuckets) {
    args.IntArray(Ints(lines, [&](const Line& line) { return line.standing.balances.*bucket; }));
  }
  return tx.Run(sql::kInsertLines, args).status();
}

absl::Status UpdateLines(pg::Tx& tx, const std::vector<LineChange>& changes) {
  pg::Args args;
  args.Text(tx.tenant());
  args.TextArray(Texts(changes, &LineChange::line_id));
  args.IntArray(Ints(changes, &LineChange::from_version));
  args.IntArray(Ints(changes, [](const LineChange& c) { return c.standing.version; }));
  args.IntArray(Ints(changes, [](const LineChange& c) { return c.standing.state; }));
  args.TextArray(
      Texts(changes, [](const LineChange& c) { return BoolText(c.standing.overspent); }));
  for (const auto bucket : kBuckets) {
    args.IntArray(Ints(changes, [&](const LineChange& c) { return c.standing.balances.*bucket; }));
  }
  return tx.RunExactly(static_cast<int64_t>(changes.size()), sql::kUpdateLines, args);
}

absl::Status InsertEntries(pg::Tx& tx, const std::vector<StoredEntry>& entries, absl::Time now) {
  const auto texts = [&](auto get) {
    return Texts(entries, [&](const StoredEntry& stored) {
      return std::string(std::invoke(get, stored.entry));
    });
  };
  const auto ints = [&](auto get) {
    return Ints(entries, [&](const StoredEntry& stored) { return std::invoke(get, stored.entry); });
  };
  pg::Args args;
  args.Text(tx.tenant()).Time(now);
  args.TextArray(texts(&Entry::line_id)).IntArray(ints(&Entry::line_version));
  args.TextArray(texts(&Entry::id)).IntArray(ints(&Entry::operation));
  args.IntArray(ints(&Entry::amount)).IntArray(ints(&Entry::debit)).IntArray(ints(&Entry::credit));
  args.TextArray(texts([](const Entry& entry) { return FormatDate(entry.effective_date); }));
  args.TextOrNullArray(texts(&Entry::reservation_id)).TextArray(texts(&Entry::contract_id));
  args.TextArray(texts(&Entry::document_no)).TextOrNullArray(texts(&Entry::counter_entry_id));
  args.TextArray(Texts(entries, &StoredEntry::request_id));
  args.TextArray(Texts(entries, &StoredEntry::actor));
  args.TextArray(texts([](const Entry& entry) { return BoolText(entry.overspends); }));
  return tx.Run(sql::kInsertEntries, args).status();
}

absl::Status InsertReservations(pg::Tx& tx, const std::vector<Reservation>& reservations,
                                absl::Time now) {
  pg::Args args;
  args.Text(tx.tenant()).Time(now);
  args.TextArray(Texts(reservations, &Reservation::id));
  args.TextArray(Texts(reservations, &Reservation::line_id));
  args.TextArray(Texts(reservations, &Reservation::contract_id));
  args.IntArray(Ints(reservations, &Reservation::amount));
  args.IntArray(Ints(reservations, &Reservation::posted));
  args.IntArray(Ints(reservations, &Reservation::refunded));
  args.IntArray(Ints(reservations, &Reservation::state));
  args.TextArray(
      Texts(reservations, [](const Reservation& r) { return FormatDate(r.effective_date); }));
  args.TextOrNullArray(Texts(reservations, ExpiryText));
  return tx.Run(sql::kInsertReservations, args).status();
}

absl::Status UpdateReservations(pg::Tx& tx, const std::vector<ReservationChange>& changes) {
  const auto ints = [&](auto get) {
    return Ints(changes,
                [&](const ReservationChange& c) { return std::invoke(get, c.reservation); });
  };
  pg::Args args;
  args.Text(tx.tenant());
  args.TextArray(Texts(changes, [](const ReservationChange& c) { return c.reservation.id; }));
  args.IntArray(Ints(changes, &ReservationChange::from_state));
  args.IntArray(Ints(changes, &ReservationChange::from_refunded));
  args.IntArray(ints(&Reservation::state)).IntArray(ints(&Reservation::posted));
  args.IntArray(ints(&Reservation::refunded));
  args.TextOrNullArray(
      Texts(changes, [](const ReservationChange& c) { return ExpiryText(c.reservation); }));
  return tx.RunExactly(static_cast<int64_t>(changes.size()), sql::kUpdateReservations, args);
}

absl::Status SaveEncumbrances(pg::Tx& tx, const std::vector<ContractEncumbrance>& encumbrances) {
  const auto open = [](const ContractEncumbrance& e) { return e.encumbrance.open; };
  const auto over = [](const ContractEncumbrance& e) { return e.encumbrance.over ? 1 : 0; };
  return tx
      .Run(sql::kSaveEncumbrances,
           pg::Args()
               .Text(tx.tenant())
               .TextArray(Texts(encumbrances, &ContractEncumbrance::line_id))
               .TextArray(Texts(encumbrances, &ContractEncumbrance::contract_id))
               .IntArray(Ints(encumbrances, open))
               .IntArray(Ints(encumbrances, over)))
      .status();
}

}  // namespace fiscus::budget::store
