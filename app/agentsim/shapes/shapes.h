// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/agentsim/engine/task.h"

namespace flyball::agentsim {

class Run;

/// What a run of each kind does, from its first span to its outcome. The reference outlives the task.
Task researchShape(Run &run);   ///< ReAct: search, read, search ...; may get stuck on one search
Task supportShape(Run &run);    ///< classify, retrieve, draft, validate, perhaps escalate
Task reviewShape(Run &run);     ///< an orchestrator with parallel sub-agents that get its context
Task enrichmentShape(Run &run); ///< a planner and the executors of its plan
Task invoiceShape(Run &run);    ///< structured extraction, asked again while it does not parse
Task contractShape(Run &run);   ///< a long chat with people thinking in between
Task outreachShape(Run &run);   ///< profile, draft, critique, rewrite
Task indexerShape(Run &run);    ///< a batch of chunks, a third on a model nobody has a price for
Task microShape(Run &run);      ///< constant sizes, one of each mechanism

} // namespace flyball::agentsim
