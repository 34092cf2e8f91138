// Rows of the ledger's tables ↔ domain values. Private to store/.
#pragma once

#include <string>
#include <vector>

#include "libs/pg/rows.h"
#include "services/budget/domain/line.h"
#include "services/budget/store/line_store.h"

namespace fiscus::budget::store {

Line LineOf(const pg::Row& row);
Reservation ReservationOf(const pg::Row& row);
Encumbrance EncumbranceOf(const pg::Row& row);
StoredEntry EntryOf(const pg::Row& row);

// The buckets in the order of the queries' arrays.
inline constexpr int64_t Balances::* kBuckets[] = {&Balances::approved,
                                                   &Balances::supplemented,
                                                   &Balances::reduced,
                                                   &Balances::transferred_in,
                                                   &Balances::transferred_out,
                                                   &Balances::allotted_in,
                                                   &Balances::allotted_down,
                                                   &Balances::frozen,
                                                   &Balances::encumbered,
                                                   &Balances::in_transit,
                                                   &Balances::paid,
                                                   &Balances::refunded};
inline constexpr const char* kBucketColumns[] = {
    "approved",        "supplemented", "reduced",       "transferred_in",
    "transferred_out", "allotted_in",  "allotted_down", "frozen",
    "encumbered",      "in_transit",   "paid",          "refunded"};

}  // namespace fiscus::budget::store
