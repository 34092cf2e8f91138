// fiscus monitor …
#include "tools/fiscus/commands/all.h"

namespace fiscus::cli {

#define FISCUS_RPC(name) "fiscus.monitor.v1.MonitorService." name

CommandTable MonitorCommands() {
  return {
      {.path = "monitor indicators",
       .help = "Planned, actual, deviation and the earned-value set, by project.",
       .method = FISCUS_RPC("ListIndicators"),
       .flags = {{"unit", "under_path", "only units at or below this path"}},
       .rows = "indicators",
       .columns = {{"project", "project_id"},
                   {"unit", "unit_path"},
                   {"as of", "as_of"},
                   {"authorised", "authorised"},
                   {"paid", "paid"},
                   {"planned", "planned_execution_bp"},
                   {"executed", "execution_rate_bp"},
                   {"deviation", "deviation_bp"},
                   {"physical", "physical_bp"},
                   {"SPI", "spi_bp", true},
                   {"CPI", "cpi_bp", true},
                   {"EAC", "eac", true}},
       .id = "project_id"},
      {.path = "monitor project",
       .help = "Indicators of one project.",
       .method = FISCUS_RPC("GetIndicators"),
       .flags = {{"PROJECT", "project_id", "project: code or id", true, true, FlagKind::kProject}},
       .id = "project_id"},
      {.path = "monitor rules",
       .help = "Rules in force.",
       .method = FISCUS_RPC("ListRules"),
       .rows = "rules",
       .columns = {{"rule", "rule_id"},
                   {"version", "version"},
                   {"title", "title"},
                   {"citation", "citation"},
                   {"source", "source", true}},
       .id = "rule_id"},
      {.path = "monitor progress",
       .help = "How far the monitor has read.",
       .method = FISCUS_RPC("GetProgress"),
       .rows = "partitions",
       .columns = {{"partition", "partition"},
                   {"next offset", "next_offset"},
                   {"log end", "log_end"},
                   {"halted", "halted"}},
       .id = "partition"},
  };
}

}  // namespace fiscus::cli
