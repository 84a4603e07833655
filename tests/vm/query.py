#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""In the guest: asks Prometheus.  Exit status 0 if the values of its answer are those expected, in any order.

    query.py EXPRESSION [VALUE...]
"""
import json
import sys
import urllib.parse
import urllib.request

url = "http://127.0.0.1:9090/api/v1/query?" + urllib.parse.urlencode({"query": sys.argv[1]})
with urllib.request.urlopen(url, timeout=20) as answer:
    result = json.load(answer)["data"]["result"]
print(result)
sys.exit(sorted(float(r["value"][1]) for r in result) != sorted(float(v) for v in sys.argv[2:]))
