"""What `npm run fuzz:openapi` does to a request before it is sent: it lets more requests reach what is there, and a run
end in minutes. Validity stays as it was generated."""

import json
import os
import re
import urllib.request

import schemathesis

with open(os.environ["HOLDPOINT_FUZZ_WORLD"], encoding="utf-8") as file:
    WORLD = json.load(file)

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
GATE = re.compile(r"^[^\0\ud800-\udfff]{1,300}\Z")
WORD = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,127}\Z")
# Operations that want a task in another state than leased.
STATE_FOR = {"/v1/tasks/{task}/retry": "dead", "/v1/tasks/{task}/unblock": "blocked"}
MOST_WAIT_MS = 20


def make_token():
    """A token of its own, as JSON `{"token", "view"}`."""
    request = urllib.request.Request(
        WORLD["url"] + "/v1/tokens",
        data=json.dumps({"kind": "adm", "name": "thrown away", "scopes": WORLD["scopes"]}).encode(),
        headers={"authorization": "Bearer " + WORLD["maker"], "content-type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def one_of(values, by):
    """The same for the same text, in every run."""
    return values[sum(by.encode("utf-8", "surrogatepass")) % len(values)]


@schemathesis.hook
def before_call(context, case, kwargs):
    shorten_wait(case.body)
    names = case.path_parameters or {}
    plan, task, gate, token = names.get("plan"), names.get("task"), names.get("gate"), names.get("token")
    # Most names that are valid become that of something that is there.
    if is_valid(plan, UUID) and is_valid(gate, GATE):
        names["plan"], names["gate"] = WORLD["plan"], one_of(WORLD["gates"], gate)
    elif is_chosen(plan, UUID):
        names["plan"] = WORLD["plan"]
    if is_chosen(task, UUID):
        names["task"] = one_of(WORLD["tasks"][STATE_FOR.get(case.operation.path, "leased")], task)
        attempt = names.get("attempt")
        if isinstance(attempt, (int, float)) and not isinstance(attempt, bool) and 0 < attempt < 2**31:
            names["attempt"] = 1
    if is_chosen(names.get("queue"), WORD):
        names["queue"] = WORLD["queue"]
    # Nobody takes the gates out of that plan.
    if isinstance(case.body, dict) and case.body.get("source") == WORLD["source"]:
        case.body["source"] = "another " + WORLD["source"]
    # Nobody ends the token that the run itself goes by.
    if token == WORLD["token_id"]:
        names["token"] = make_token()["view"]["id"]
    # The one that replaces itself is one that nothing else needs.
    if case.operation.path == "/v1/tokens/self/renew" and "Authorization" in (case.headers or {}):
        if case.headers["Authorization"] == "Bearer " + WORLD["token"]:
            case.headers["Authorization"] = "Bearer " + make_token()["token"]


def shorten_wait(body):
    """A wait that is allowed is allowed when it is shorter, too."""
    if isinstance(body, dict):
        wait = body.get("waitMs")
        if isinstance(wait, (int, float)) and not isinstance(wait, bool) and MOST_WAIT_MS < wait <= WORLD["most_wait_ms"]:
            body["waitMs"] = MOST_WAIT_MS


def is_valid(value, valid):
    return isinstance(value, str) and valid.match(value) is not None


def is_chosen(value, valid):
    return is_valid(value, valid) and sum(value.encode("utf-8", "replace")) % 4 != 0
