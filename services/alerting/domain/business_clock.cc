#include "services/alerting/domain/business_clock.h"

#include <string>

#include "libs/core/dates.h"
#include "libs/core/status.h"

namespace fiscus::alerting {
namespace {

absl::Status OutOfOrder(std::optional<absl::CivilDay> last, absl::CivilDay day,
                        std::string_view why) {
  return Refuse(absl::StatusCode::kFailedPrecondition, "DAY_OUT_OF_ORDER", why,
                {{"date", FormatDate(day)}, {"last_closed", last ? FormatDate(*last) : ""}});
}

}  // namespace

absl::Status MayClose(std::optional<absl::CivilDay> last_closed, absl::CivilDay day,
                      std::optional<absl::CivilDay> latest) {
  if (last_closed && day < *last_closed)
    return OutOfOrder(last_closed, day, "a later day is closed already; days go forward");
  if (last_closed && day - *last_closed > kDaysAheadMax) {
    return OutOfOrder(last_closed, day, "the day lies more than a year after the last closed one");
  }
  if (latest && day > *latest && day != last_closed)
    return OutOfOrder(last_closed, day, "the day has not come yet");
  return absl::OkStatus();
}

absl::CivilDay LastEndedDay(absl::Time now, absl::TimeZone zone, absl::Duration close_after) {
  return absl::ToCivilDay(now - close_after, zone) - 1;
}

absl::Status MayRename(std::optional<absl::CivilDay> last_closed, absl::CivilDay first) {
  if (!last_closed || first > *last_closed) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "DAY_CLOSED",
                "a closed day keeps its place in the calendar",
                {{"date", FormatDate(first)}, {"last_closed", FormatDate(*last_closed)}});
}

absl::CivilDay OpenDay(std::optional<absl::CivilDay> last_closed, absl::CivilDay fallback) {
  return last_closed ? *last_closed + 1 : fallback;
}

}  // namespace fiscus::alerting
