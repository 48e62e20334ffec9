#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""litellm_exporter.py PORT [--rate SECONDS_PER_CALL] [--calls N] [--seed N] [--wait]: a LiteLLM proxy as far as its
/metrics go, on loopback. The page is written by the real prometheus_client (Debian: python3-prometheus-client) with the
names, labels, buckets and conventions of LiteLLM's own litellm/types/integrations/prometheus.py (ed19250b) and
litellm/integrations/prometheus.py (002de3dd). As there, /metrics redirects to /metrics/. --wait: the first call is made
after the first page was read. After N calls it only serves its page; /done then says so."""
import hashlib, os, random, sys, threading, time
import wsgiref.simple_server
import prometheus_client as pc
from prometheus_client import Counter, Gauge, Histogram
LAT = (0.005,0.00625,0.0125,0.025,0.05,0.1,0.5,1.0,1.5,2.0,2.5,3.0,3.5,4.0,4.5,5.0,5.5,6.0,6.5,7.0,7.5,8.0,8.5,9.0,9.5,10.0,15.0,20.0,25.0,30.0,60.0,120.0,180.0,240.0,300.0,float("inf"))
K = ["hashed_api_key","api_key_alias"]; T = ["team","team_alias"]
spend_l = ["end_user",*K,"model",*T,"user","user_email","client_ip","user_agent","model_id"]
tok_l = ["end_user",*K,"model",*T,"user","user_email","requested_model","model_id"]
lat_l = ["model",*K,*T,"requested_model","end_user","user","model_id"]
req_l = ["end_user",*K,"requested_model",*T,"user","status_code","user_email","route","client_ip","user_agent","model_id"]
fail_l = ["end_user",*K,"requested_model",*T,"user","user_email","exception_status","exception_class","route","client_ip","user_agent","model_id"]
cache_l = ["model",*K,*T,"end_user","user","model_id"]
dep_l = ["requested_model","litellm_model_name","model_id","api_base","api_provider",*K,*T,"client_ip","user_agent"]
fb_l = ["requested_model","fallback_model",*K,*T,"exception_status","exception_class","model_id"]
rem_l = ["model_group","api_provider","api_base","litellm_model_name",*K,"model_id"]
C = {
 "spend": Counter("litellm_spend_metric","Total spend on LLM requests",spend_l),
 "tot": Counter("litellm_total_tokens_metric","Total number of input + output tokens from LLM requests",tok_l),
 "in": Counter("litellm_input_tokens_metric","Total number of input tokens from LLM requests",tok_l),
 "out": Counter("litellm_output_tokens_metric","Total number of output tokens from LLM requests",tok_l),
 "req": Counter("litellm_proxy_total_requests_metric","Total number of requests made to the proxy server - track number of client side requests",req_l),
 "fail": Counter("litellm_proxy_failed_requests_metric","Total number of failed responses from proxy - the client did not get a success response from litellm proxy",fail_l),
 "hit": Counter("litellm_cache_hits_metric","Total number of LiteLLM cache hits",cache_l),
 "miss": Counter("litellm_cache_misses_metric","Total number of LiteLLM cache misses",cache_l),
 "ctok": Counter("litellm_cached_tokens_metric","Total tokens served from LiteLLM cache",cache_l),
 "pcr": Counter("litellm_input_cached_tokens_metric","Provider-side prompt-cache read tokens (subset of input tokens)",tok_l),        # 1.9x; label set assumed = token metrics
 "pcw": Counter("litellm_input_cache_creation_tokens_metric","Provider-side prompt-cache write tokens (subset of input tokens)",tok_l), # 1.9x; label set assumed
 "rsn": Counter("litellm_output_reasoning_tokens_metric","Reasoning tokens (subset of output tokens)",tok_l),                           # 1.9x; label set assumed
 "dtot": Counter("litellm_deployment_total_requests","LLM Deployment Analytics - Total number of LLM API calls via litellm - success + failure",dep_l),
 "dok": Counter("litellm_deployment_success_responses","LLM Deployment Analytics - Total number of successful LLM API calls via litellm",dep_l),
 "dfail": Counter("litellm_deployment_failure_responses","LLM Deployment Analytics - Total number of failed LLM API calls for a specific LLM deploymeny. exception_status is the status of the exception from the llm api",[*dep_l[:5],"exception_status","exception_class",*dep_l[5:]]),
 "fbok": Counter("litellm_deployment_successful_fallbacks","LLM Deployment Analytics - Number of successful fallback requests from primary model -> fallback model",fb_l),
 "cool": Counter("litellm_deployment_cooled_down","LLM Deployment Analytics - Number of times a deployment has been cooled down by LiteLLM load balancing logic. exception_status is the status of the exception that caused the deployment to be cooled down",["litellm_model_name","model_id","api_base","api_provider","exception_status"]),
}
H = {
 "total": Histogram("litellm_request_total_latency_metric","Total latency (seconds) for a request to LiteLLM",["end_user",*K,"requested_model",*T,"user","model","model_id"],buckets=LAT),
 "api": Histogram("litellm_llm_api_latency_metric","Total latency (seconds) for a models LLM API call",lat_l,buckets=LAT),
 "ttft": Histogram("litellm_llm_api_time_to_first_token_metric","Time to first token for a models LLM API call",lat_l,buckets=LAT),
}
G = {
 "krem": Gauge("litellm_remaining_api_key_budget_metric","Remaining budget for api key",K),
 "kmax": Gauge("litellm_api_key_max_budget_metric","Maximum budget set for api key",K),
 "khrs": Gauge("litellm_api_key_budget_remaining_hours_metric","Remaining hours for api key budget to be reset",K),
 "trem": Gauge("litellm_remaining_team_budget_metric","Remaining budget for team",T),
 "tmax": Gauge("litellm_team_max_budget_metric","Maximum budget set for team",T),
 "thrs": Gauge("litellm_team_budget_remaining_hours_metric","Remaining days for team budget to be reset",T),
 "kreqm": Gauge("litellm_remaining_api_key_requests_for_model","Remaining Requests API Key can make for model (model based rpm limit on key)",[*K,"model","model_id"]),
 "ktokm": Gauge("litellm_remaining_api_key_tokens_for_model","Remaining Tokens API Key can make for model (model based tpm limit on key)",[*K,"model","model_id"]),
 "rreq": Gauge("litellm_remaining_requests_metric","LLM Deployment Analytics - remaining requests for model, returned from LLM API Provider",rem_l),
 "rtok": Gauge("litellm_remaining_tokens_metric","remaining tokens for model, returned from LLM API Provider",rem_l),
 "dstate": Gauge("litellm_deployment_state","LLM Deployment Analytics - The state of the deployment: 0 = healthy, 1 = partial outage, 2 = complete outage",["litellm_model_name","model_id","api_base","api_provider"]),
}
PRICE = {"claude-haiku-4-5":(1.0,5.0),"claude-sonnet-4-5":(3.0,15.0),"claude-opus-4-1":(15.0,75.0)}   # USD / MTok in, out
WF = {"wf-invoice-triage":("claude-haiku-4-5",25.0,4000,300),"wf-code-review":("claude-sonnet-4-5",100.0,18000,900),"wf-research":("claude-opus-4-1",None,60000,2500)}
TEAM=("team-agents-7f3a","agents"); BASE="https://api.anthropic.com"; UA="anthropic-sdk-python/0.71.0"; spent={w:0.0 for w in WF}; t0=time.time(); rnd=random.Random(7)
hk=lambda w: hashlib.sha256(("sk-"+w).encode()).hexdigest()
mid=lambda m: hashlib.sha256(m.encode()).hexdigest()
def call(wf=None):
    wf = wf or rnd.choice(list(WF)); m,cap,i,o = WF[wf]; r = rnd.random(); req=m
    key=dict(hashed_api_key=hk(wf),api_key_alias=wf); team=dict(team=TEAM[0],team_alias=TEAM[1]); who=dict(end_user=None,user="svc-"+wf); em=dict(user_email=None); cl=dict(client_ip="10.0.4.17",user_agent=UA)
    if r < 0.04:   # provider 429 on the primary, served by a fallback model
        C["dtot"].labels(requested_model=req,litellm_model_name="anthropic/"+m,model_id=mid(m),api_base=BASE,api_provider="anthropic",**key,**team,**cl).inc()
        C["dfail"].labels(requested_model=req,litellm_model_name="anthropic/"+m,model_id=mid(m),api_base=BASE,api_provider="anthropic",exception_status="429",exception_class="Anthropic.RateLimitError",**key,**team,**cl).inc()
        C["cool"].labels(litellm_model_name="anthropic/"+m,model_id=mid(m),api_base=BASE,api_provider="anthropic",exception_status="429").inc()
        fb="claude-haiku-4-5"; C["fbok"].labels(requested_model=req,fallback_model=fb,exception_status="429",exception_class="Anthropic.RateLimitError",model_id=mid(fb),**key,**team).inc(); m=fb
    elif r < 0.06: # budget exceeded -> client error
        C["fail"].labels(requested_model=req,exception_status="400",exception_class="BudgetExceededError",route="/v1/messages",model_id=None,**key,**team,**who,**em,**cl).inc()
        C["req"].labels(requested_model=req,status_code="400",route="/v1/messages",model_id=None,**key,**team,**who,**em,**cl).inc(); return
    i=max(200,int(rnd.gauss(i,i/5))); o=max(20,int(rnd.gauss(o,o/4))); pin,pout=PRICE[m]; hit = rnd.random()<0.08
    cr=0 if hit else int(i*min(.95,max(0,rnd.gauss(.65,.2)))); cw=0 if hit else int((i-cr)*.4); cost = 0.0 if hit else ((i-cr-cw)*pin+cr*pin*.1+cw*pin*1.25+o*pout)/1e6; spent[wf]+=cost; lat=max(.2,o/90+rnd.random()); base=dict(**key,**team,**who)
    C["spend"].labels(model=m,model_id=mid(m),**base,**em,**cl).inc(cost)
    for n,v in (("tot",i+o),("in",i),("out",o)): C[n].labels(model=m,requested_model=req,model_id=mid(m),**base,**em).inc(float(v))
    for n,v in (("pcr",cr),("pcw",cw),("rsn",int(o*.2) if "opus" in m else 0)):
        if v: C[n].labels(model=m,requested_model=req,model_id=mid(m),**base,**em).inc(float(v))
    C["req"].labels(requested_model=req,status_code="200",route="/v1/messages",model_id=mid(m),**base,**em,**cl).inc()
    (C["hit"] if hit else C["miss"]).labels(model=m,model_id=mid(m),**base).inc()
    if hit: C["ctok"].labels(model=m,model_id=mid(m),**base).inc(float(i+o))
    else:
        d=dict(requested_model=req,litellm_model_name="anthropic/"+m,model_id=mid(m),api_base=BASE,api_provider="anthropic",**key,**team,**cl); C["dtot"].labels(**d).inc(); C["dok"].labels(**d).inc()
        H["api"].labels(model=m,requested_model=req,model_id=mid(m),**base).observe(lat); H["ttft"].labels(model=m,requested_model=req,model_id=mid(m),**base).observe(.3+rnd.random()/2)
        r_=dict(model_group=req,api_provider="anthropic",api_base=BASE,litellm_model_name="anthropic/"+m,model_id=mid(m),**key); G["rreq"].labels(**r_).set(rnd.randint(3000,4000)); G["rtok"].labels(**r_).set(rnd.randint(300000,400000))
        G["dstate"].labels(litellm_model_name="anthropic/"+m,model_id=mid(m),api_base=BASE,api_provider="anthropic").set(0)
    H["total"].labels(requested_model=req,model=m,model_id=mid(m),**base).observe(lat+.012)
    G["krem"].labels(**key).set(float("inf") if cap is None else cap-spent[wf])            # no max_budget -> +Inf
    if cap is not None: G["kmax"].labels(**key).set(cap); G["khrs"].labels(**key).set((30*86400-(time.time()-t0))/3600)
    G["trem"].labels(**team).set(500-sum(spent.values())); G["tmax"].labels(**team).set(500.0); G["thrs"].labels(**team).set((30*86400-(time.time()-t0))/3600)
    lim = wf=="wf-invoice-triage"                                                          # no per-model limit -> sys.maxsize
    G["kreqm"].labels(model=req,model_id=mid(m),**key).set(rnd.randint(50,60) if lim else sys.maxsize); G["ktokm"].labels(model=req,model_id=mid(m),**key).set(rnd.randint(8e4,9e4) if lim else sys.maxsize)
def option(name, otherwise):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


def main():
    global rnd
    rnd = random.Random(int(option("--seed", "7")))
    calls, rate = int(option("--calls", str(10**9))), float(option("--rate", "0.2"))
    page = pc.make_wsgi_app()
    read, done = threading.Event(), threading.Event()

    def answer(environ, start):
        path = environ["PATH_INFO"]
        if path == "/metrics/":
            read.set()
            return page(environ, start)
        if path == "/metrics":
            start("307 Temporary Redirect", [("Location", f"http://{environ['HTTP_HOST']}/metrics/")])
            return [b""]
        start("200 OK" if path == "/done" and done.is_set() else "404 Not Found", [("Content-Type", "text/plain")])
        return [b""]

    server = wsgiref.simple_server.make_server("127.0.0.1", int(sys.argv[1]), answer, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if "--wait" in sys.argv:
        read.wait()
        time.sleep(0.5)
    for _ in range(calls):
        call()
        time.sleep(rate)
    done.set()
    threading.Event().wait()


if __name__ == "__main__":
    main()
