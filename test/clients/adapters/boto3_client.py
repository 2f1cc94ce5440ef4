"""Does with boto3 what the test asks for: one JSON request a line on standard input, one JSON answer a line on standard output.

Requests: {"verb", "bucket", "key"?, "file"?, "keys"?}. Answers: {"answer": ...} or {"error": "..."}. The environment has endpoint
and credentials.
"""
import json
import os
import sys

import boto3

# The endpoint is an argument, which older versions need.
s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def list_objects(bucket):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [{"key": o["Key"], "size": o["Size"]} for page in pages for o in page.get("Contents", [])]


def empty(bucket, keys):
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    if answer.get("Errors"):
        raise RuntimeError(f"not deleted: {answer['Errors']}")


def perform(request):
    verb, bucket = request["verb"], request["bucket"]
    if verb == "makeBucket":
        s3.create_bucket(Bucket=bucket)
    elif verb == "put":
        s3.upload_file(request["file"], bucket, request["key"])
    elif verb == "get":
        s3.download_file(bucket, request["key"], request["file"])
    elif verb == "list":
        return list_objects(bucket)
    elif verb == "empty":
        empty(bucket, request["keys"])
    else:
        raise ValueError(f"unknown verb {verb}")


for line in sys.stdin:
    try:
        reply = {"answer": perform(json.loads(line))}
    except Exception as error:  # every failure is the test's to judge
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
