// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/agentsim/world/fleet.h"

#include "app/agentsim/shapes/shapes.h"

namespace flyball::agentsim {

const std::vector<WorkflowSpec> &fleetSpecs()
{
    using enum ModelId;
    // clang-format off
    static const std::vector<WorkflowSpec> specs{
        {"research_agent", "research-agents", "python", "research-v31", 0.56, 0.955, {GeminiFlash, Sonnet, Opus}, true,
         false, 0.92, {"planner", "searcher", "reader", "synthesiser", "verifier"}, &researchShape},
        {"support_triage", "support-triage", "python", "triage-v58", 5.7, 0.982, {Gpt5Mini, Sonnet, Opus}, true, false,
         0.85, {"classifier", "retriever", "drafter", "validator", "escalator"}, &supportShape},
        {"code_review", "code-review-bot", "go", "review-v19", 0.68, 0.955, {Haiku, Sonnet, Gpt5}, false, false, 0.88,
         {"orchestrator", "security_reviewer", "style_reviewer", "test_reviewer", "perf_reviewer"}, &reviewShape},
        {"doc_enrichment", "doc-enrichment", "python", "enrich-v7", 4.5, 0.978, {Gpt41Mini, Sonnet, Gpt5}, false, false,
         0.60, {"planner", "tagger", "summariser", "linker", "checker"}, &enrichmentShape},
        {"invoice_extract", "invoice-extract", "python", "invoice-v12", 3.8, 0.968, {Gpt5Mini, Sonnet, Opus}, true,
         false, 0.80, {"ocr_cleaner", "extractor", "validator", "matcher", "poster"}, &invoiceShape},
        {"contract_qa", "contract-qa", "nodejs", "contract-v22", 0.29, 0.955, {Haiku, Sonnet, Opus}, true, true, 0.75,
         {"assistant", "clause_finder", "summariser", "citation_checker", "redactor"}, &contractShape},
        {"sales_outreach", "sales-outreach", "python", "outreach-v40", 1.6, 0.962, {GeminiFlash, Sonnet, Opus}, true,
         false, 0.95, {"profiler", "writer", "critic", "personaliser", "scheduler"}, &outreachShape},
        {"kb_indexer", "kb-indexer", "python", "index-v3", 0.75, 0.982, {Gpt41Mini, Gpt5Mini, Gpt5}, false, false, 0.40,
         {"splitter", "summariser", "entity_linker", "deduper", "publisher"}, &indexerShape},
    };
    // clang-format on
    return specs;
}

const WorkflowSpec &microSpec()
{
    using enum ModelId;
    static const WorkflowSpec spec{"micro",
                                   "micro",
                                   "python",
                                   "micro-v1",
                                   0.1,
                                   1.0,
                                   {Haiku, Sonnet, Opus},
                                   true,
                                   false,
                                   1.0,
                                   {"router", "worker", "drafter", "validator", "publisher"},
                                   &microShape};
    return spec;
}

std::vector<Workflow> deploy(int count, bool micro)
{
    if (micro)
        return {{&microSpec(), std::string(microSpec().name), std::string(microSpec().service)}};
    std::vector<Workflow> fleet;
    const auto &specs = fleetSpecs();
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        const WorkflowSpec &spec = specs[i % specs.size()];
        const std::size_t copy = i / specs.size();
        const std::string suffix = copy == 0 ? std::string() : std::to_string(copy + 1);
        fleet.push_back({&spec, std::string(spec.name) + (copy == 0 ? "" : "_" + suffix),
                         std::string(spec.service) + (copy == 0 ? "" : "-" + suffix)});
    }
    return fleet;
}

} // namespace flyball::agentsim
