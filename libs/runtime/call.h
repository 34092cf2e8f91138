// What a handler may know about its caller and the moment; free of gRPC and SQL types.
//
// Made by the dispatcher (libs/rpc) after authorisation; passed by value to jobs that act for a
// tenant. Thread-safe (a value).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace fiscus {

// Intents at a unit and all below it.
struct Grant {
  std::string unit_path;             // "/" for services: every unit
  std::vector<std::string> intents;  // sorted
};

// Who calls, as proved by the token.
struct Caller {
  std::string tenant;
  std::string subject;       // user id, or the service's name
  std::string session;       // session id; empty for services
  std::string service;       // name if the caller is a service, else empty
  std::string on_behalf_of;  // user id for whom a service acts
  std::string home_unit;     // the user's home unit path; empty for services
  std::vector<Grant> grants;

  bool IsService() const { return !service.empty(); }
  // True if some grant has the intent and covers the unit.
  bool Holds(std::string_view intent, std::string_view unit_path) const;
  // True if some grant has the intent, wherever.
  bool HoldsSomewhere(std::string_view intent) const;
  // Unit paths for which the intent is held, none within another; lists must filter by them ("/" =
  // everything).
  std::vector<std::string> ScopesFor(std::string_view intent) const;
};

// One call.
struct Call {
  absl::Time now;       // read once
  absl::Time deadline;  // absolute
  Caller caller;
  std::string method;          // "/fiscus.payments.v1.PaymentsService/SubmitPayment"
  std::string intent;          // declared by the method; empty for public ones
  std::string request_id;      // of the request; empty for reads
  std::string request_digest;  // SHA-256 of the request's canonical bytes, request_id included
  std::string traceparent;     // W3C trace context, never empty
  std::string peer;            // address of the direct peer, for logs and throttles

  // The person or service that is responsible: on whose behalf, else the subject.
  const std::string& Actor() const {
    return caller.on_behalf_of.empty() ? caller.subject : caller.on_behalf_of;
  }
};

// A call made by the service itself (timers, consumers) for a tenant.
Call SystemCall(std::string_view service, std::string_view tenant, absl::Time now,
                absl::Duration time_limit);

}  // namespace fiscus
