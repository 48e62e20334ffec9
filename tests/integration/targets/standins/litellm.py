# SPDX-License-Identifier: GPL-3.0-or-later
"""LiteLLM's admin interface, from its documents: /key, /team, /tag, /v1/agents, /model, /fallback.

A key's update changes the fields it names; metadata and budget_limits are replaced whole, null clears. One more trap:
  stale_enforcement    everything reads as new, but calls are still held to the old cap
"""
import urllib.parse

from standin import Refused, StandIn, serve

HASH = "f5d2c7af695f7db3cc5c0b4d93b919288345991a48e7a8f867cec67af5c918f4"
CALLER = "sk-of-the-key"
KEY_FIELDS = ("max_budget", "soft_budget", "budget_duration", "budget_limits", "metadata", "tpm_limit", "rpm_limit")


def finite(body):
    for name in ("max_budget", "soft_budget"):
        if isinstance(body.get(name), (int, float)) and body[name] < 0:
            raise Refused(400, {"detail": {"error": f"{name} must be a non-negative finite number."}})


class LiteLlm(StandIn):
    READS = 3  # key, agent and models; the alias with a fallback is not there yet

    def start(self):
        self.enforced = 25.0
        return {
            "key": {"key_alias": "wf", "spend": 13.5, "max_budget": 25.0, "budget_duration": "30d", "tpm_limit": 200000,
                    "metadata": {"workflow": "invoice", "owner": "ops"}, "blocked": None,
                    "budget_limits": [{"budget_duration": "30d", "max_budget": 25.0, "reset_at": "2026-12-01T00:00:00Z"}],
                    "litellm_budget_table": {"soft_budget": 20.0, "max_budget": 25.0}},
            "team": {"team_alias": "agents", "max_budget": None, "metadata": {"cost_center": 7}},
            "tag": {"name": "triage", "description": "kept", "models": []},
            "agent": {"agent_id": "a1", "agent_name": "triage", "litellm_params": {"model": "kept", "x": [1]}},
            "models": [{"model_name": "gpt-own", "litellm_params": {"model": "openai/gpt-4o"}, "model_info": {"id": "m0"}},
                       {"model_name": "cheap", "litellm_params": {"model": "openai/gpt-3.5"}, "model_info": {"id": "m1"}}],
            "fallbacks": {}, "made": 1}

    def is_read(self, method, path):
        return method == "GET" or path in ("/tag/info", "/v1/chat/completions")

    def is_call(self, path):
        return path == "/v1/chat/completions"

    def foreign(self, state):
        state["key"]["max_budget"] = 999.0

    def update(self, thing, body):
        finite(body)
        for name in KEY_FIELDS:
            if name in body:
                thing[name] = body[name]
        return dict(thing)

    def handle(self, method, path, query, body):
        s = self.state
        if path == "/key/info" and query.get("key") == HASH:
            return {"key": HASH, "info": s["key"]}
        if path == "/key/update" and body.get("key") == HASH:
            answer = self.update(s["key"], body)
            if self.trap not in ("stale_enforcement", "silent_ignore"):
                self.enforced = s["key"]["max_budget"]
            return answer
        if path == "/team/info" and query.get("team_id") == "t1":
            return {"team_id": "t1", "team_info": s["team"], "keys": []}
        if path == "/team/update" and body.get("team_id") == "t1":
            return {"team_id": "t1", "data": self.update(s["team"], body)}
        if path == "/tag/info":
            return {name: s["tag"] for name in body["names"] if name == "triage"}
        if path == "/tag/update" and body.get("name") == "triage":
            return self.update(s["tag"], body)
        if path == "/v1/agents/a1" and method == "GET":
            return s["agent"]
        if path == "/v1/agents/a1" and method == "PATCH":
            s["agent"].update(body)  # litellm_params whole
            return s["agent"]
        if path == "/v1/chat/completions":
            return {"choices": [], "_headers": {"x-litellm-key-max-budget": str(self.enforced)}}
        if path.startswith(("/model", "/fallback")):
            return self.models(method, path, body)
        raise Refused(404, {"error": {"message": "not found", "code": "404"}})

    def models(self, method, path, body):
        s = self.state
        if path == "/model/info":
            return {"data": s["models"]}
        if path == "/model/new":
            s["made"] += 1
            s["models"].append({"model_name": body["model_name"], "litellm_params": body["litellm_params"],
                                "model_info": {"id": f"m{s['made']}", "db_model": True}})
            return s["models"][-1]
        if path == "/model/delete":
            s["models"] = [m for m in s["models"] if m["model_info"]["id"] != body["id"]]
            return {"message": "deleted"}
        if path.endswith("/update"):
            for model in s["models"]:
                if model["model_info"]["id"] == path.split("/")[2]:
                    model["litellm_params"].update(body["litellm_params"])
                    return model
        names = [m["model_name"] for m in s["models"]]
        if path == "/fallback":
            for name in [body["model"], *body["fallback_models"]]:
                if name not in names:
                    raise Refused(404, {"detail": {"error": f"Model {name} not found", "available_models": names}})
            s["fallbacks"][body["model"]] = body["fallback_models"]
            return {**body, "message": "Fallback configuration created successfully"}
        name = urllib.parse.unquote(path.rsplit("/", 1)[1])
        if path.startswith("/fallback/") and name in s["fallbacks"]:
            found = s["fallbacks"][name] if method == "GET" else s["fallbacks"].pop(name)
            return {"model": name, "fallback_models": found, "fallback_type": "general"}
        raise Refused(404, {"detail": {"error": "No fallbacks configured"}})


serve(LiteLlm())
