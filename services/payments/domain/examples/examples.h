// Payments in given states, for the tests of this folder and of saga/. Pure.
#pragma once

#include <string>

#include "services/payments/domain/payment.h"
#include "services/payments/domain/submission.h"

namespace fiscus::payments::examples {

inline const absl::CivilDay kDay(2026, 3, 10);

// 100.00 CNY of progress under a contract of 1,000.00 with an advance of 300.00.
Request ProgressRequest();
SubmitContext GoodContext();

// The request in a state that it reaches by the usual way; at the bank and later as the state
// implies.
Payment In(State state);

// A moment of this person, on kDay.
Moment By(const std::string& subject, const std::string& note = {});

}  // namespace fiscus::payments::examples
