// Feeds the streams of WatchAlerts from the log of changes in PostgreSQL.
//
// One thread reads the log of every tenant that has subscribers: at once when this process commits
// a change (Wake), else every `poll`, so that changes made by other replicas arrive within 100 ms.
// It is polling and not LISTEN/NOTIFY because a position in the log is needed anyway (nothing may
// be missed across reconnects), and because one indexed read per tenant and poll costs less than a
// connection kept apart for notifications.
//
// A subscriber has a position. What its stream's bounded buffer does not take stays in the log and
// is offered again; a subscriber that has taken nothing for `stall_max` is ended with
// STREAM_OVERFLOW (ABORTED) and the token to resume with. One whose access token has expired or was
// revoked is ended within `permit_every` of that, with the refusal that a new call would get and
// the token to resume with. A stream ends, with OK, after `lifetime`. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "fiscus/alerting/v1/alerting_service.pb.h"
#include "libs/pg/database.h"
#include "libs/rpc/reply.h"
#include "libs/runtime/clock.h"
#include "services/alerting/store/clock_store.h"

namespace fiscus::alerting {

using AlertStream = rpc::StreamWriter<v1::AlertChange>;

// The token that resumes after a position, and back; nullopt for what is no such token.
std::string ResumeToken(int64_t position);
std::optional<int64_t> PositionOf(std::string_view token);

// Which changes a subscriber is to see.
struct FeedFilter {
  std::vector<std::string> scopes;  // unit paths; none: nothing
  std::string project_id;           // empty: any
};

struct FeedOptions {
  absl::Duration poll = absl::Milliseconds(50);
  absl::Duration stall_max = absl::Seconds(10);
  absl::Duration lifetime = absl::Minutes(15);
  absl::Duration permit_every = absl::Seconds(5);  // rights of open streams are looked at so often
  int page = 200;                                  // entries read at once, count
  int subscribers_max = 10000;                     // streams, count
};

class Feed {
 public:
  Feed(pg::Database& database, const Clock& clock, FeedOptions options);
  ~Feed();  // stops

  void Start();
  // Ends all streams (UNAVAILABLE: resume elsewhere) and the thread. Before the server drains,
  // which waits for open streams.
  void Stop();

  // Adds a subscriber that has seen everything up to `position`. False if there are too many, or
  // after Stop.
  bool Subscribe(std::string tenant, int64_t position, FeedFilter filter,
                 std::shared_ptr<AlertStream> stream);

  // Looks at the log now. For Tx::OnCommit.
  void Wake();

  // One round on the calling thread; for tests, instead of Start.
  void RunOnce();

 private:
  struct Subscriber {
    int64_t position = 0;
    FeedFilter filter;
    std::shared_ptr<AlertStream> stream;
    absl::Time progress_at;
    absl::Time ends_at;
    absl::Time permit_at;  // next look at its rights
  };
  using Subscribers = std::vector<Subscriber>;

  void Run(std::stop_token stop);
  void Admit();
  void EndUnpermitted(Subscribers& subscribers, absl::Time now) const;
  void Serve(const std::string& tenant, Subscribers& subscribers, absl::Time now);
  void Catch(const std::string& tenant, Subscriber& subscriber, absl::Time now);
  bool Offer(Subscriber& subscriber, const std::vector<FeedEntry>& entries, absl::Time now) const;
  absl::StatusOr<std::vector<FeedEntry>> Read(const std::string& tenant, int64_t after,
                                              absl::Time now);

  pg::Database& database_;
  const Clock& clock_;
  const FeedOptions options_;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool woken_ = false;
  bool stopped_ = false;
  int count_ = 0;                                // all subscribers, admitted or not
  std::map<std::string, Subscribers> arriving_;  // taken over by the thread
  std::map<std::string, Subscribers> tenants_;   // the thread's own
  std::jthread thread_;
};

}  // namespace fiscus::alerting
