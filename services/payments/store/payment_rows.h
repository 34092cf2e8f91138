// Rows and arrays of the payment table: the only place that knows its columns. Pure.
#pragma once

#include <string>
#include <vector>

#include "libs/pg/rows.h"
#include "services/payments/domain/payment.h"

namespace fiscus::payments::store {

// A payment from a row of load_payments.sql and its kin.
Payment PaymentFrom(const pg::Row& row);

// The parameters of insert_payments.sql: `payments` and their request ids, in the same order.
pg::Args InsertArgs(const std::vector<const Payment*>& payments,
                    const std::vector<std::string>& request_ids);
// The parameters of update_payments.sql.
pg::Args UpdateArgs(const std::vector<const Payment*>& payments);

// A refusal from the columns refusal_code … refusal_figures; nullopt if there is none.
std::optional<Refusal> RefusalFromRow(const pg::Row& row);
// Names and values in turn, each followed by U+001F; a separator inside a value becomes a space.
std::string PackFigures(const Figures& figures);

}  // namespace fiscus::payments::store
