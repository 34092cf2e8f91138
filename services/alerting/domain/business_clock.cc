#include "services/alerting/domain/business_clock.h"

#include <string>

#include "libs/core/dates.h"
#include "libs/core/status.h"

namespace fiscus::alerting {
namespace {

absl::Status OutOfOrder(absl::CivilDay last, absl::CivilDay day, std::string_view why) {
  return Refuse(absl::StatusCode::kFailedPrecondition, "DAY_OUT_OF_ORDER", why,
                {{"date", FormatDate(day)}, {"last_closed", FormatDate(last)}});
}

}  // namespace

absl::Status MayClose(std::optional<absl::CivilDay> last_closed, absl::CivilDay day) {
  if (!last_closed) return absl::OkStatus();
  if (day < *last_closed)
    return OutOfOrder(*last_closed, day, "a later day is closed already; days go forward");
  if (day - *last_closed > kDaysAheadMax) {
    return OutOfOrder(*last_closed, day, "the day lies more than a year after the last closed one");
  }
  return absl::OkStatus();
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
