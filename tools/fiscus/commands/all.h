// The command table, one file per noun. A new RPC is one entry in its noun's file; a new noun is
// one file and one line in all.cc.
#pragma once

#include "tools/fiscus/cli/command.h"

namespace fiscus::cli {

// All commands of the program.
const CommandTable& AllCommands();

CommandTable AlertCommands();
CommandTable BudgetCommands();
CommandTable DoctorCommands();
CommandTable IdentityCommands();
CommandTable ImportCommands();
CommandTable LocalCommands();
CommandTable MonitorCommands();
CommandTable PaymentCommands();
CommandTable ProjectCommands();
CommandTable SessionCommands();
CommandTable TotalsCommands();

}  // namespace fiscus::cli
