#include "services/projects/store/contract_store.h"

#include <utility>

#include "libs/core/status.h"
#include "services/projects/domain/reason.h"
#include "services/projects/store/columns.h"
#include "services/projects/store/queries.h"

namespace fiscus::projects {
namespace {

Contract ContractOf(const pg::Row& row) {
  return {.contract_id = row.Text("contract_id"),
          .contract_no = row.Text("contract_no"),
          .project_id = row.Text("project_id"),
          .unit_path = row.Text("unit_path"),
          .line_id = row.Text("line_id"),
          .supplier_name = row.Text("supplier_name"),
          .supplier_code = row.Text("supplier_code"),
          .payees = {},
          .currency = row.Text("currency"),
          .original_value_minor = row.Int("original_value_minor"),
          .current_value_minor = row.Int("current_value_minor"),
          .advance_minor = row.Int("advance_minor"),
          .retention_bp = static_cast<int32_t>(row.Int("retention_bp")),
          .signed_on = DateOrNull(row, "signed_on"),
          .planned_end = DateOrNull(row, "planned_end"),
          .state = static_cast<ContractState>(row.Int("state")),
          .version = row.Int("version"),
          .certified_minor = row.Int("certified_minor"),
          .settlement_minor = row.Int("settlement_minor"),
          .drafted_by = row.Text("drafted_by"),
          .tendered_works = row.Bool("tendered_works")};
}

PayeeAccount PayeeOf(const pg::Row& row) {
  return {.name = row.Text("name"),
          .account_no = row.Text("account_no"),
          .bank_code = row.Text("bank_code")};
}

// Payees of the owner whose id is the second argument.
absl::Status InsertPayees(pg::Tx& tx, const pg::Query& query, const std::string& owner_id,
                          const std::vector<PayeeAccount>& payees) {
  Columns columns(pg::Args().Text(tx.tenant()).Text(owner_id));
  columns.Text(payees, [](const PayeeAccount& p) { return p.name; })
      .Text(payees, [](const PayeeAccount& p) { return p.account_no; })
      .Text(payees, [](const PayeeAccount& p) { return p.bank_code; });
  return tx.Run(query, columns.args()).status();
}

absl::StatusOr<std::vector<Modification>> ReadModifications(pg::Tx& tx, const pg::Query& query,
                                                            const pg::Args& args) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(query, args));
  std::vector<Modification> found;
  std::vector<std::string> ids;
  for (const pg::Row row : rows) {
    ids.push_back(row.Text("modification_id"));
    found.push_back({.modification_id = row.Text("modification_id"),
                     .contract_id = row.Text("contract_id"),
                     .delta_minor = row.Int("delta_minor"),
                     .reason = row.Text("reason"),
                     .drafted_by = row.Text("drafted_by"),
                     .effective = row.Bool("effective"),
                     .payees = {},
                     .new_end = DateOrNull(row, "new_end"),
                     .rejected = row.Bool("rejected"),
                     .decided_by = row.Text("approved_by"),
                     .decision_reason = row.Text("decision_reason")});
  }
  ASSIGN_OR_RETURN(const pg::Rows payees, tx.Run(sql::kLoadModificationPayees,
                                                 pg::Args().Text(tx.tenant()).TextArray(ids)));
  size_t at = 0;  // both are ordered by id
  for (const pg::Row row : payees) {
    while (found[at].modification_id != row.Text("modification_id")) ++at;
    found[at].payees.push_back(PayeeOf(row));
  }
  return found;
}

absl::Status LoadPayees(pg::Tx& tx, std::map<std::string, Contract>& contracts) {
  if (contracts.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  for (const auto& [id, contract] : contracts) ids.push_back(id);
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kLoadPayees, pg::Args().Text(tx.tenant()).TextArray(ids)));
  for (const pg::Row row : rows) {
    contracts.at(row.Text("contract_id")).payees.push_back(PayeeOf(row));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, Contract>> ReadContracts(pg::Tx& tx, const pg::Query& query,
                                                              const pg::Args& args) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(query, args));
  std::map<std::string, Contract> contracts;
  for (const pg::Row row : rows) contracts[row.Text("contract_id")] = ContractOf(row);
  RETURN_IF_ERROR(LoadPayees(tx, contracts));
  return contracts;
}

absl::StatusOr<Contract> Only(absl::StatusOr<std::map<std::string, Contract>> contracts,
                              const std::string& id) {
  if (!contracts.ok()) return contracts.status();
  if (contracts->empty()) {
    return Refused(Reason::kContractNotFound, "there is no such contract", {{"contract_id", id}});
  }
  return std::move(contracts->begin()->second);
}

pg::Args ById(const pg::Tx& tx, const std::string& id) {
  return pg::Args().Text(tx.tenant()).Text(id);
}

PendingStep StepOf(const pg::Row& row) {
  return {.contract_id = row.Text("contract_id"),
          .step_id = row.Text("step_id"),
          .step = {.command = static_cast<ContractCommand>(row.Int("command")),
                   .effective_date = row.Date("effective_date"),
                   .settlement_minor = row.Int("settlement_minor"),
                   .reason = row.Text("reason"),
                   .actor = row.Text("on_behalf_of").empty() ? row.Text("subject")
                                                             : row.Text("on_behalf_of")},
          .modification_id = row.Text("modification_id"),
          .order = {.kind = static_cast<LedgerOrder::Kind>(row.Int("order_kind")),
                    .amount_minor = row.Int("order_minor")},
          .request_id = row.Text("request_id"),
          .request_digest = row.Bytes("request_digest"),
          .method = row.Text("method"),
          .intent = row.Text("intent"),
          .subject = row.Text("subject"),
          .on_behalf_of = row.Text("on_behalf_of"),
          .traceparent = row.Text("traceparent"),
          .started_at = row.Time("started_at")};
}

}  // namespace

absl::StatusOr<std::map<std::string, Contract>> LoadContracts(pg::Tx& tx,
                                                              const std::vector<std::string>& ids) {
  if (ids.empty()) return std::map<std::string, Contract>{};
  return ReadContracts(tx, sql::kLoadContracts, pg::Args().Text(tx.tenant()).TextArray(ids));
}

absl::StatusOr<Contract> LoadContract(pg::Tx& tx, const std::string& id) {
  return Only(LoadContracts(tx, {id}), id);
}

absl::StatusOr<Contract> LockContract(pg::Tx& tx, const std::string& id) {
  return Only(ReadContracts(tx, sql::kLockContracts, pg::Args().Text(tx.tenant()).TextArray({id})),
              id);
}

absl::StatusOr<std::vector<Contract>> ListContracts(pg::Tx& tx, const ContractFilter& filter) {
  ASSIGN_OR_RETURN(auto contracts, ReadContracts(tx, sql::kListContracts,
                                                 pg::Args()
                                                     .Text(tx.tenant())
                                                     .TextArray(filter.scopes)
                                                     .Text(filter.under_path)
                                                     .TextOrNull(filter.project_id)
                                                     .TextOrNull(filter.after_id)
                                                     .Int(filter.limit)));
  std::vector<Contract> page;
  for (auto& [id, contract] : contracts) page.push_back(std::move(contract));
  return page;
}

absl::Status InsertContract(pg::Tx& tx, const Contract& c) {
  const pg::Args row = pg::Args()
                           .Text(tx.tenant())
                           .Text(c.contract_id)
                           .Text(c.contract_no)
                           .Text(c.project_id)
                           .Text(c.unit_path)
                           .Text(c.line_id)
                           .Text(c.supplier_name)
                           .Text(c.supplier_code)
                           .Text(c.currency)
                           .Int(c.original_value_minor)
                           .Int(c.current_value_minor)
                           .Int(c.advance_minor)
                           .Int(c.retention_bp)
                           .TextOrNull(DateText(c.signed_on))
                           .TextOrNull(DateText(c.planned_end))
                           .Int(static_cast<int64_t>(c.state))
                           .Int(c.version)
                           .Int(c.certified_minor)
                           .Int(c.settlement_minor)
                           .Text(c.drafted_by)
                           .Text(c.tendered_works ? "t" : "f");
  RETURN_IF_ERROR(tx.RunExactly(1, sql::kInsertContract, row));
  return InsertPayees(tx, sql::kInsertPayees, c.contract_id, c.payees);
}

absl::Status RedraftContract(pg::Tx& tx, const Contract& c) {
  const absl::Status saved = tx.RunExactly(1, sql::kRedraftContract,
                                           ById(tx, c.contract_id)
                                               .Text(c.contract_no)
                                               .Text(c.line_id)
                                               .Text(c.supplier_name)
                                               .Text(c.supplier_code)
                                               .Int(c.original_value_minor)
                                               .Int(c.advance_minor)
                                               .Int(c.retention_bp)
                                               .TextOrNull(DateText(c.signed_on))
                                               .TextOrNull(DateText(c.planned_end))
                                               .Text(c.drafted_by)
                                               .Text(c.tendered_works ? "t" : "f")
                                               .Int(c.version));
  // The number was taken meanwhile: run again and refuse.
  if (saved.code() == absl::StatusCode::kAlreadyExists) return absl::AbortedError(saved.message());
  RETURN_IF_ERROR(saved);
  return ReplacePayees(tx, c);
}

absl::Status ReplacePayees(pg::Tx& tx, const Contract& c) {
  RETURN_IF_ERROR(tx.Run(sql::kDeletePayees, ById(tx, c.contract_id)).status());
  return InsertPayees(tx, sql::kInsertPayees, c.contract_id, c.payees);
}

absl::Status UpdateContract(pg::Tx& tx, const Contract& c) {
  return tx.RunExactly(1, sql::kUpdateContract,
                       ById(tx, c.contract_id)
                           .Int(c.current_value_minor)
                           .TextOrNull(DateText(c.signed_on))
                           .Int(static_cast<int64_t>(c.state))
                           .Int(c.version)
                           .Int(c.settlement_minor)
                           .TextOrNull(DateText(c.planned_end)));
}

absl::Status UpdateCertified(pg::Tx& tx, const std::vector<CertifiedValue>& values) {
  if (values.empty()) return absl::OkStatus();
  Columns columns(pg::Args().Text(tx.tenant()));
  columns.Text(values, [](const CertifiedValue& v) { return v.contract_id; })
      .Int(values, [](const CertifiedValue& v) { return v.certified_minor; });
  return tx.RunExactly(static_cast<int64_t>(values.size()), sql::kUpdateCertified, columns.args());
}

absl::StatusOr<bool> ContractNoTaken(pg::Tx& tx, const std::string& contract_no) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kFindContractNo, ById(tx, contract_no)));
  return !rows.empty();
}

absl::StatusOr<ContractView> ViewContracts(pg::Tx& tx, const std::string& project_id) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kViewContracts, ById(tx, project_id)));
  return ContractView{.effective = rows[0].Int("effective"),
                      .open = rows[0].Int("open"),
                      .settled_minor = rows[0].Int("settled_minor")};
}

absl::StatusOr<int64_t> OtherContractValues(pg::Tx& tx, const std::string& project_id,
                                            const std::string& except_id) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kSumContractValues, ById(tx, project_id).TextOrNull(except_id)));
  return rows[0].Int("value_minor");
}

absl::StatusOr<std::set<std::string>> ContractIdsOf(pg::Tx& tx, const std::string& project_id) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kListContractIds, ById(tx, project_id)));
  std::set<std::string> ids;
  for (const pg::Row row : rows) ids.insert(row.Text("contract_id"));
  return ids;
}

absl::StatusOr<bool> WorkComplete(pg::Tx& tx, const std::string& contract_id) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kCountUnfinishedItems, ById(tx, contract_id)));
  return rows[0].Int("unfinished") == 0;
}

absl::StatusOr<Modification> LoadModification(pg::Tx& tx, const std::string& id) {
  ASSIGN_OR_RETURN(const std::vector<Modification> found,
                   ReadModifications(tx, sql::kLoadModification, ById(tx, id)));
  if (found.empty()) {
    return Refused(Reason::kModificationNotFound, "there is no such modification",
                   {{"modification_id", id}});
  }
  return found[0];
}

absl::StatusOr<std::vector<Modification>> ListModifications(pg::Tx& tx,
                                                            const std::string& contract_id,
                                                            const std::string& after_id,
                                                            int limit) {
  return ReadModifications(tx, sql::kListModifications,
                           ById(tx, contract_id).TextOrNull(after_id).Int(limit));
}

absl::StatusOr<bool> InsertModification(pg::Tx& tx, const Modification& m) {
  ASSIGN_OR_RETURN(const pg::Rows rows,
                   tx.Run(sql::kInsertModification, ById(tx, m.modification_id)
                                                        .Text(m.contract_id)
                                                        .Int(m.delta_minor)
                                                        .Text(m.reason)
                                                        .Text(m.drafted_by)
                                                        .TextOrNull(DateText(m.new_end))));
  if (rows.affected() != 1) return false;
  RETURN_IF_ERROR(InsertPayees(tx, sql::kInsertModificationPayees, m.modification_id, m.payees));
  return true;
}

absl::Status MarkRejected(pg::Tx& tx, const std::string& modification_id,
                          const std::string& rejecter, const std::string& reason) {
  return tx.RunExactly(1, sql::kRejectModification,
                       ById(tx, modification_id).Text(rejecter).Text(reason));
}

absl::Status MarkEffective(pg::Tx& tx, const std::string& modification_id,
                           const std::string& approver) {
  return tx.RunExactly(1, sql::kApproveModification, ById(tx, modification_id).Text(approver));
}

absl::Status InsertStep(pg::Tx& tx, const PendingStep& s) {
  return tx
      .Run(sql::kInsertContractStep, ById(tx, s.contract_id)
                                         .Text(s.step_id)
                                         .Int(static_cast<int64_t>(s.step.command))
                                         .TextOrNull(s.modification_id)
                                         .Int(static_cast<int64_t>(s.order.kind))
                                         .Int(s.order.amount_minor)
                                         .Date(s.step.effective_date)
                                         .Int(s.step.settlement_minor)
                                         .Text(s.step.reason)
                                         .Text(s.request_id)
                                         .Bytes(s.request_digest)
                                         .Text(s.method)
                                         .Text(s.intent)
                                         .Text(s.subject)
                                         .Text(s.on_behalf_of)
                                         .Text(s.traceparent)
                                         .Time(s.started_at))
      .status();
}

absl::StatusOr<std::optional<PendingStep>> FindStep(pg::Tx& tx, const std::string& contract_id) {
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kLoadContractStep, ById(tx, contract_id)));
  if (rows.empty()) return std::nullopt;
  return StepOf(rows[0]);
}

absl::Status DeleteStep(pg::Tx& tx, const PendingStep& step) {
  return tx.RunExactly(1, sql::kDeleteContractStep, ById(tx, step.contract_id).Text(step.step_id));
}

absl::StatusOr<std::set<std::string>> BeingModified(pg::Tx& tx,
                                                    const std::vector<CertifiedValue>& contracts) {
  std::vector<std::string> ids;
  for (const CertifiedValue& value : contracts) ids.push_back(value.contract_id);
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Run(sql::kFindModifyingContracts,
                                               pg::Args().Text(tx.tenant()).TextArray(ids)));
  std::set<std::string> found;
  for (const pg::Row row : rows) found.insert(row.Text("contract_id"));
  return found;
}

}  // namespace fiscus::projects
