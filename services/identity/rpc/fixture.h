// For tests of the handlers: identity on a real PostgreSQL without a network. Each World has a
// database of its own.
#pragma once

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fiscus/identity/v1/identity_service.handlers.h"
#include "libs/core/status.h"
#include "libs/runtime/clock.h"
#include "libs/testing/test_database.h"
#include "services/identity/deps.h"
#include "services/identity/issue/own_verifier.h"

namespace fiscus::identity {

inline constexpr char kGoodPassword[] = "ledger otter granite seven";
inline constexpr char kOperatorSecret[] = "operator-secret-0001";
inline constexpr char kPaymentsSecret[] = "payments-secret-0001";

class World {
 public:
  // `redis_address`: empty, the usual case, means that there is no Redis.
  explicit World(const std::string& redis_address = "", const std::string& redis_password = "");

  // A call of the person or service whose access token this is; empty: without a token.
  Call CallWith(const std::string& access_token, std::string_view intent = "");
  absl::StatusOr<v1::TokenResponse> TryLogin(std::string_view tenant, std::string_view username,
                                             std::string_view password);
  v1::TokenResponse MustLogin(std::string_view tenant, std::string_view username,
                              std::string_view password = kGoodPassword);
  absl::StatusOr<v1::TokenResponse> TryRefresh(std::string_view tenant,
                                               std::string_view refresh_token);
  // Reason of the refusal that a verifier gives, or "OK".
  std::string Verdict(const std::string& access_token);

  // A tenant with the root /r/, the units /r/a/, /r/a/x/ and /r/b/, and the administrator "admin";
  // his access token.
  std::string MakeTenant(const std::string& tenant);
  v1::User MakeUser(const std::string& admin_token, const std::string& username,
                    const std::string& unit_path,
                    const std::vector<std::pair<std::string, std::string>>& role_at_unit);

  // Who wrote the audit records about a subject, oldest first.
  std::vector<std::string> AuditActors(const std::string& tenant, const std::string& subject);

  testing::TestDatabase database;
  FakeClock clock;

 private:
  SealedBox box_;
  PasswordHasher hasher_;
  KeyRing keys_;
  TokenIssuer issuer_;
  cache::Redis redis_;
  cache::LockBoard locks_;
  Policies policies_;
  SecretBook secrets_;

 public:
  OwnVerifier verifier;
  const Deps deps;
};

// The stable reason of a refusal; "OK" or "NO REASON".
std::string ReasonOf(const absl::Status& status);

}  // namespace fiscus::identity
