"""Runs commands of python-openstackclient one after the other in one process, since starting it costs most of a second.

Requests: {"args": [...]}, what would follow `openstack` on the command line. Answers: {"answer": "<standard output>"}, or
{"error": "..."} when the command's exit code is not 0. The environment has address and credentials.
"""
import contextlib
import io
import json
import logging
import sys

from openstackclient import shell


def perform(args):
    out, err = io.StringIO(), io.StringIO()
    # Each run adds its own handlers, as it would in a process of its own.
    logging.getLogger().handlers.clear()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = shell.main(args)
        except SystemExit as stop:
            code = stop.code
    if code not in (None, 0):
        raise RuntimeError(f"openstack {' '.join(args)}: exit {code}\n{out.getvalue()}{err.getvalue()}")
    return out.getvalue()


for line in sys.stdin:
    try:
        reply = {"answer": perform(json.loads(line)["args"])}
    except Exception as error:  # every failure is the test's to judge
        reply = {"error": str(error)}
    print(json.dumps(reply), flush=True)
