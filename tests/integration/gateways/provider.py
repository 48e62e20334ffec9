# SPDX-License-Identifier: GPL-3.0-or-later
"""A provider on loopback that answers as OpenAI and Anthropic do, and remembers what it charged for."""
import http.server
import json
import random
import threading


class Provider:
    """Counts differ from call to call. Models with err429 or err500 in their name are refused."""

    def __init__(self, seed=1):
        self.lock = threading.Lock()
        self.rng = random.Random(seed)
        self.answered = []  # {"id", "model", "in", "read", "write", "out"}
        self.refused = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def total(self, part):
        with self.lock:
            return sum(answer[part] for answer in self.answered)

    def count(self):
        with self.lock:
            return len(self.answered)

    def charge(self, model, anthropic):
        with self.lock:
            read = self.rng.randrange(0, 500)
            call = {"id": f"{'msg_' if anthropic else 'chatcmpl-'}{len(self.answered):06}", "model": model,
                    "in": self.rng.randrange(500, 3000), "read": read,
                    "write": self.rng.randrange(0, 300) if anthropic else 0, "out": self.rng.randrange(1, 400)}
            self.answered.append(call)
            return call


def openai(call):
    return {"id": call["id"], "object": "chat.completion", "created": 1, "model": call["model"],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "pong"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": call["in"], "completion_tokens": call["out"],
                      "total_tokens": call["in"] + call["out"], "prompt_tokens_details": {"cached_tokens": call["read"]}}}


def anthropic(call):
    return {"id": call["id"], "type": "message", "role": "assistant", "model": call["model"],
            "content": [{"type": "text", "text": "pong"}], "stop_reason": "end_turn",
            "usage": {"input_tokens": call["in"], "cache_read_input_tokens": call["read"],
                      "cache_creation_input_tokens": call["write"], "output_tokens": call["out"]}}


def handler_of(provider):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
            model = body.get("model", "")
            for status in (429, 500):
                if f"err{status}" in model:
                    with provider.lock:
                        provider.refused += 1
                    self.answer(status, {"error": {"message": "no", "type": f"error_{status}", "code": str(status)}})
                    return
            if body.get("stream"):
                self.stream(openai(provider.charge(model, False)))
            elif self.path.endswith("/messages"):
                self.answer(200, anthropic(provider.charge(model, True)))
            else:
                self.answer(200, openai(provider.charge(model, False)))

        def stream(self, answer):
            base = {**answer, "object": "chat.completion.chunk"}
            usage = base.pop("usage")
            pieces = [{**base, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "pong"}, "finish_reason": None}]},
                      {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage}]
            text = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + "data: [DONE]\n\n"
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def answer(self, status, body):
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Handler
