#include "services/alerting/feed/feed.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/core/status.h"
#include "libs/core/text.h"
#include "libs/runtime/log.h"
#include "libs/runtime/metrics.h"

namespace fiscus::alerting {
namespace {

constexpr std::string_view kTokenPrefix = "v1.";
constexpr absl::Duration kIdlePause = absl::Seconds(10);
constexpr absl::Duration kReadLimit = absl::Seconds(2);

bool Wants(const FeedFilter& filter, const FeedEntry& entry) {
  if (!filter.project_id.empty() && filter.project_id != entry.project_id) return false;
  return std::any_of(filter.scopes.begin(), filter.scopes.end(),
                     [&](const std::string& scope) { return IsWithin(entry.unit_path, scope); });
}

absl::Status Overflow(int64_t position) {
  return Refuse(absl::StatusCode::kAborted, "STREAM_OVERFLOW",
                "the subscriber was too slow; resume with resume_token",
                {{"resume_token", ResumeToken(position)}}, "fiscus.alerting.v1");
}

// `why` the caller may no longer see alerts, with the token to resume with after the next login.
absl::Status Unpermitted(const absl::Status& why, int64_t position) {
  const auto refusal = RefusalOf(why);
  if (!refusal.has_value()) return why;  // identity is away: nothing to log in for
  Figures figures = refusal->figures;
  figures["resume_token"] = ResumeToken(position);
  return Refuse(why.code(), refusal->reason, ToStd(why.message()), std::move(figures),
                refusal->domain);
}

v1::AlertChange ChangeOf(const FeedEntry& entry) {
  v1::AlertChange change;
  if (!change.mutable_alert()->ParseFromString(entry.alert)) {
    log::Error("an entry of the log of changes cannot be read", {{"position", entry.position}});
  }
  change.set_from(static_cast<v1::AlertState>(entry.from_state));
  change.set_resume_token(ResumeToken(entry.position));
  return change;
}

}  // namespace

std::string ResumeToken(int64_t position) { return absl::StrCat(ToAbsl(kTokenPrefix), position); }

std::optional<int64_t> PositionOf(std::string_view token) {
  if (token.substr(0, kTokenPrefix.size()) != kTokenPrefix) return std::nullopt;
  int64_t position = 0;
  if (!absl::SimpleAtoi(ToAbsl(token.substr(kTokenPrefix.size())), &position) || position < 0)
    return std::nullopt;
  return position;
}

Feed::Feed(pg::Database& database, const Clock& clock, FeedOptions options)
    : database_(database), clock_(clock), options_(options) {}

Feed::~Feed() { Stop(); }

void Feed::Start() {
  thread_ = std::jthread([this](std::stop_token stop) { Run(std::move(stop)); });
}

void Feed::Stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  Admit();
  for (auto& [tenant, subscribers] : tenants_) {
    for (Subscriber& subscriber : subscribers) {
      subscriber.stream->Finish(
          absl::UnavailableError("the server is stopping; resume with the last resume_token"));
    }
  }
  tenants_.clear();
}

bool Feed::Subscribe(std::string tenant, int64_t position, FeedFilter filter,
                     std::shared_ptr<AlertStream> stream) {
  const absl::Time now = clock_.Now();
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || count_ >= options_.subscribers_max) return false;
    ++count_;
    arriving_[std::move(tenant)].push_back({.position = position,
                                            .filter = std::move(filter),
                                            .stream = std::move(stream),
                                            .progress_at = now,
                                            .ends_at = now + options_.lifetime,
                                            .permit_at = now + options_.permit_every});
  }
  Wake();
  return true;
}

void Feed::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

void Feed::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    RunOnce();
    // Without subscribers there is nothing to look for; the first one wakes this thread.
    const absl::Duration pause = tenants_.empty() ? kIdlePause : options_.poll;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, absl::ToChronoMilliseconds(pause), [&] { return woken_; });
    woken_ = false;
  }
}

void Feed::Admit() {
  const std::lock_guard lock(mutex_);
  for (auto& [tenant, arriving] : arriving_) {
    Subscribers& present = tenants_[tenant];
    std::move(arriving.begin(), arriving.end(), std::back_inserter(present));
  }
  arriving_.clear();
}

void Feed::RunOnce() {
  static prometheus::Gauge& open =
      metrics::Gauge("fiscus_alerting_streams", "Open streams of alerts");
  Admit();
  int left = 0;
  for (auto tenant = tenants_.begin(); tenant != tenants_.end();) {
    EndUnpermitted(tenant->second, clock_.Now());
    Serve(tenant->first, tenant->second, clock_.Now());
    const size_t before = tenant->second.size();
    std::erase_if(tenant->second,
                  [](const Subscriber& subscriber) { return subscriber.stream->Ended(); });
    left += static_cast<int>(before - tenant->second.size());
    tenant = tenant->second.empty() ? tenants_.erase(tenant) : std::next(tenant);
  }
  const std::lock_guard lock(mutex_);
  count_ -= left;
  open.Set(count_);
}

void Feed::EndUnpermitted(Subscribers& subscribers, absl::Time now) const {
  for (Subscriber& subscriber : subscribers) {
    if (now < subscriber.permit_at || subscriber.stream->Ended()) continue;
    subscriber.permit_at = now + options_.permit_every;
    const absl::Status permitted = subscriber.stream->Permitted();
    if (!permitted.ok()) subscriber.stream->Finish(Unpermitted(permitted, subscriber.position));
  }
}

void Feed::Serve(const std::string& tenant, Subscribers& subscribers, absl::Time now) {
  // Those that stand where the most advanced one stands share one read; the others catch up with a
  // read each.
  int64_t tail = 0;
  for (const Subscriber& subscriber : subscribers) tail = std::max(tail, subscriber.position);
  const auto news = Read(tenant, tail, now);
  if (!news.ok()) return;  // the database is away: streams wait, nothing is lost
  for (Subscriber& subscriber : subscribers) {
    if (subscriber.stream->Ended()) continue;
    if (subscriber.position == tail) {
      Offer(subscriber, *news, now);
    } else {
      Catch(tenant, subscriber, now);
    }
    if (now >= subscriber.ends_at) {
      subscriber.stream->Finish(absl::OkStatus());
    } else if (now - subscriber.progress_at >= options_.stall_max) {
      subscriber.stream->Finish(Overflow(subscriber.position));
    }
  }
  // More may be waiting than one page.
  if (static_cast<int>(news->size()) == options_.page) Wake();
}

void Feed::Catch(const std::string& tenant, Subscriber& subscriber, absl::Time now) {
  const auto entries = Read(tenant, subscriber.position, now);
  if (entries.ok() && Offer(subscriber, *entries, now)) Wake();
}

bool Feed::Offer(Subscriber& subscriber, const std::vector<FeedEntry>& entries,
                 absl::Time now) const {
  for (const FeedEntry& entry : entries) {
    if (Wants(subscriber.filter, entry) && !subscriber.stream->Write(ChangeOf(entry))) return false;
    subscriber.position = entry.position;
    subscriber.progress_at = now;
  }
  // A stream that has nothing to take does not stall.
  subscriber.progress_at = now;
  return !entries.empty();
}

absl::StatusOr<std::vector<FeedEntry>> Feed::Read(const std::string& tenant, int64_t after,
                                                  absl::Time now) {
  std::vector<FeedEntry> entries;
  RETURN_IF_ERROR(database_.Read(tenant, now + kReadLimit, [&](pg::Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(entries, ReadFeed(tx, after, options_.page));
    return absl::OkStatus();
  }));
  return entries;
}

}  // namespace fiscus::alerting
