# SPDX-License-Identifier: Apache-2.0
"""Stands between Headwater and the S3 server: checks every signature, and spoils what it is told to.

The signature is computed a second time by botocore, which knows nothing of ours. A rule is a
function of (method, path) that says what becomes of a request: None or one of

    "503"       SlowDown, nothing is done
    "lost"      the connection is closed, nothing is done
    "unheard"   it is done, and the connection is closed before the answer
"""

import hashlib
import http.client
import http.server
import socketserver
import threading

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCESS_KEY = "AKIAFORTESTS"
SECRET_KEY = "hush/this+is/a=secret"
REGION = "us-east-1"


def error_body(code, message):
    return (f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code>'
            f"<Message>{message}</Message></Error>").encode()


def signature_is_right(method, url, headers, body):
    """True when botocore signs the request as it is signed."""
    given = headers.get("Authorization", "")
    fields = dict(part.strip().split("=", 1) for part in given.partition(" ")[2].split(",") if part)
    signed = {name: headers[name] for name in fields.get("SignedHeaders", "").split(";")
              if name in headers}
    if headers.get("x-amz-content-sha256") != hashlib.sha256(body).hexdigest():
        return False
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
        return False
    request = AWSRequest(method=method, url=url, headers=signed)
    request.context["timestamp"] = headers["x-amz-date"]
    auth = S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", REGION)
    canonical = auth.canonical_request(request)
    expected = auth.signature(auth.string_to_sign(request, canonical), request)
    scope = f"{ACCESS_KEY}/{headers['x-amz-date'][:8]}/{REGION}/s3/aws4_request"
    return fields.get("Signature") == expected and fields.get("Credential") == scope


class Relay(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def relay(self):
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = f"http://{self.headers['Host']}{self.path}"
        if not signature_is_right(self.command, url, self.headers, body):
            return self.answer(403, error_body("SignatureDoesNotMatch", "The signature is wrong."))
        fate = proxy.judge(self.command, self.path)
        if fate == "503":
            return self.answer(503, error_body("SlowDown", "Please reduce your request rate."))
        if fate == "lost":
            return self.hang_up()
        upstream = http.client.HTTPConnection("127.0.0.1", proxy.upstream_port, timeout=60)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        if fate == "unheard":
            return self.hang_up()
        self.answer(answer.status, content, answer.getheaders())

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = relay

    def hang_up(self):
        self.close_connection = True

    def answer(self, status, content, headers=()):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        # What HEAD says about the length is the object's.
        length = dict((n.lower(), v) for n, v in headers).get("content-length")
        if self.command == "HEAD" and length is not None:
            self.send_header("Content-Length", length)
        else:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_):
        pass


class Listener(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # a client that was killed


class S3Proxy:
    """Listens on a free port of 127.0.0.1 until close()."""

    def __init__(self, upstream_port):
        self.upstream_port = upstream_port
        self.rule = None
        self.num_requests = 0
        self.num_spoiled = 0
        self.lock = threading.Lock()
        self.listener = Listener(("127.0.0.1", 0), Relay)
        self.listener.proxy = self
        self.endpoint = f"http://127.0.0.1:{self.listener.server_port}"
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()

    def judge(self, method, path):
        with self.lock:
            self.num_requests += 1
            fate = self.rule(method, path) if self.rule else None
            self.num_spoiled += fate is not None
            return fate

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()
