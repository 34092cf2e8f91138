#include "services/identity/issue/key_ring.h"

#include <algorithm>

#include "libs/core/status.h"
#include "libs/runtime/log.h"

namespace fiscus::identity {
namespace {

constexpr absl::Duration kDatabaseTime = absl::Seconds(5);

std::vector<KeyTimes> TimesOf(const std::vector<SigningKeyRow>& rows) {
  std::vector<KeyTimes> times;
  for (const SigningKeyRow& row : rows) times.push_back(row.times);
  return times;
}

}  // namespace

absl::Status KeyRing::Refresh() {
  const absl::Time read_at = clock_.Now();
  const absl::Time deadline = SystemClock().Now() + kDatabaseTime;
  std::vector<SigningKeyRow> rows;
  const auto read = [&] {
    return database_.Read(kInstallation, deadline, [&](pg::Tx& tx) -> absl::Status {
      ASSIGN_OR_RETURN(rows, ListSigningKeys(tx));
      return absl::OkStatus();
    });
  };
  RETURN_IF_ERROR(read());
  const std::vector<KeyTimes> times = TimesOf(rows);
  if (RotationDue(times, policy_, read_at) || !Expired(times, policy_, read_at).empty()) {
    RETURN_IF_ERROR(
        database_.Write(kInstallation, deadline, [&](pg::Tx& tx) { return Maintain(tx); }));
    RETURN_IF_ERROR(read());
  }
  return Adopt(rows, read_at);
}

absl::Status KeyRing::Maintain(pg::Tx& tx) const {
  RETURN_IF_ERROR(LockSigningKeys(tx));
  // Under the lock: another server may have done it meanwhile.
  ASSIGN_OR_RETURN(const std::vector<SigningKeyRow> rows, ListSigningKeys(tx));
  const std::vector<KeyTimes> times = TimesOf(rows);
  const absl::Time now = clock_.Now();
  if (RotationDue(times, policy_, now)) RETURN_IF_ERROR(MakeKey(tx, times).status());
  return DeleteSigningKeys(tx, Expired(times, policy_, now));
}

absl::StatusOr<KeyTimes> KeyRing::Rotate(pg::Tx& tx) const {
  RETURN_IF_ERROR(LockSigningKeys(tx));
  ASSIGN_OR_RETURN(const std::vector<SigningKeyRow> rows, ListSigningKeys(tx));
  const std::vector<KeyTimes> times = TimesOf(rows);
  if (const auto waiting = Waiting(times, clock_.Now()); waiting.has_value()) return *waiting;
  return MakeKey(tx, times);
}

absl::StatusOr<KeyTimes> KeyRing::MakeKey(pg::Tx& tx, const std::vector<KeyTimes>& present) const {
  ASSIGN_OR_RETURN(const SigningKey key, SigningKey::Generate());
  ASSIGN_OR_RETURN(const std::string jwk, key.PrivateJwk());
  const PublicKey& visible = key.public_key();
  const absl::Time now = clock_.Now();
  const SigningKeyRow row = {
      .times = {.kid = visible.kid, .signs_from = SignsFrom(present, policy_, now)},
      .x = visible.x,
      .y = visible.y,
      .private_sealed = box_.Seal(jwk, visible.kid),
      .created_at = now};
  if (row.private_sealed.empty()) return absl::InternalError("a key could not be sealed");
  RETURN_IF_ERROR(InsertSigningKey(tx, row));
  log::Info("signing key made",
            {{"kid", visible.kid}, {"signs_from", absl::FormatTime(row.times.signs_from)}});
  return row.times;
}

absl::Status KeyRing::Adopt(const std::vector<SigningKeyRow>& rows, absl::Time read_at) {
  std::map<std::string, SigningKey> known;
  {
    const std::lock_guard lock(mutex_);
    known = keys_;
  }
  std::map<std::string, SigningKey> keys;
  for (const SigningKeyRow& row : rows) {
    if (const auto found = known.find(row.times.kid); found != known.end()) {
      keys.insert(*found);
      continue;
    }
    ASSIGN_OR_RETURN(const std::string jwk, box_.Open(row.private_sealed, row.times.kid));
    ASSIGN_OR_RETURN(SigningKey key, SigningKey::FromPrivateJwk(jwk));
    keys.emplace(row.times.kid, std::move(key));
  }
  const std::lock_guard lock(mutex_);
  times_ = TimesOf(rows);
  keys_ = std::move(keys);
  read_at_ = std::max(read_at_, read_at);
  return absl::OkStatus();
}

absl::Status KeyRing::CheckFresh() const {
  if (clock_.Now() - read_at_ <= policy_.cache_ttl) return absl::OkStatus();
  return absl::UnavailableError(
      "the copy of the signing keys is too old: the database does not answer");
}

absl::StatusOr<SigningKey> KeyRing::Signer() const {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(CheckFresh());
  const auto kid = identity::Signer(times_, clock_.Now());
  if (!kid.has_value()) return absl::UnavailableError("no key signs yet");
  return keys_.at(*kid);
}

absl::StatusOr<std::vector<PublicKey>> KeyRing::Published() const {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(CheckFresh());
  std::vector<PublicKey> published;
  for (const std::string& kid : identity::Published(times_, policy_, clock_.Now()))
    published.push_back(keys_.at(kid).public_key());
  return published;
}

}  // namespace fiscus::identity
