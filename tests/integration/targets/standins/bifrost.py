# SPDX-License-Identifier: GPL-3.0-or-later
"""Bifrost's governance interface, from its documents: a virtual key with its budgets, and routing rules.

A PUT of a key replaces the lists it names and leaves the rest; a budget without its id is a new one that has spent
nothing; turning calendar_aligned on zeroes what was spent. Targets' weights must add up to 1.
"""
from standin import Refused, StandIn, serve


class Bifrost(StandIn):
    READS = 2  # the key and the rules

    def start(self):
        return {
            "key": {"id": "vk1", "name": "wf", "is_active": True, "rate_limit": {"id": "rl-1", "token_max_limit": 200000},
                    "provider_configs": [{"id": 1, "provider": "anthropic", "weight": 1.0}],
                    "budgets": [{"id": "b-month", "max_limit": 25.0, "reset_duration": "1M", "calendar_aligned": False,
                                 "current_usage": 13.5, "last_reset": "2026-11-01T00:00:00Z"},
                                {"id": "b-week", "max_limit": 9.0, "reset_duration": "1w", "calendar_aligned": True,
                                 "current_usage": 1.5, "last_reset": "2026-11-16T00:00:00Z"}]},
            "rules": [{"id": "r-own", "name": "by hand", "enabled": True, "cel_expression": "true", "targets": [],
                       "scope": "global", "priority": 50}],
            "made": 0}

    def foreign(self, state):
        for budget in state["key"]["budgets"]:
            budget["max_limit"] = 999.0

    def budget(self, wanted):
        known = next((b for b in self.state["key"]["budgets"] if b["id"] == wanted.get("id")), None)
        if known is None:
            self.state["made"] += 1
            known = {"id": f"b{self.state['made']}", "current_usage": 0.0, "calendar_aligned": False}
        if wanted["max_limit"] < 0 or not wanted["reset_duration"]:
            raise Refused(400, {"error": {"message": "invalid budget"}})
        aligned = wanted.get("calendar_aligned", known["calendar_aligned"])
        usage = 0.0 if aligned and not known["calendar_aligned"] else known["current_usage"]
        return {**known, **wanted, "id": known["id"], "calendar_aligned": aligned, "current_usage": usage}

    def rule(self, body):
        if abs(sum(target["weight"] for target in body["targets"]) - 1) > 1e-9:
            raise Refused(400, {"error": {"message": "weights must sum to 1"}})
        return {"description": "", "created_at": "2026-11-22T00:00:00Z", **body}

    def handle(self, method, path, query, body):
        s = self.state
        if path == "/api/governance/virtual-keys/vk1":
            if method == "PUT":
                if "budgets" in body:
                    s["key"]["budgets"] = [self.budget(b) for b in body["budgets"]]
                s["key"].update({k: v for k, v in body.items() if k != "budgets"})
                return {"message": "Virtual key updated successfully", "virtual_key": s["key"]}
            return {"virtual_key": s["key"]}
        if path == "/api/routing/rules":
            if method == "POST":
                s["made"] += 1
                s["rules"].append({"id": f"r{s['made']}", **self.rule(body)})
                return {"rule": s["rules"][-1]}
            return {"rules": s["rules"], "count": len(s["rules"])}
        if path.startswith("/api/routing/rules/"):
            name = path.rsplit("/", 1)[1]
            for i, rule in enumerate(s["rules"]):
                if rule["id"] == name and method == "PUT":
                    s["rules"][i] = {"id": name, **self.rule({k: v for k, v in body.items() if k != "id"})}
                    return {"rule": s["rules"][i]}
                if rule["id"] == name and method == "DELETE":
                    return {"rule": s["rules"].pop(i)}
        raise Refused(404, {"error": {"message": "not found"}})


serve(Bifrost())
