"""The S3 twin's eye for signatures: AWS Signature Version 4 in the Authorization header.

After "Create a signed AWS API request" and "Signature Calculations for the Authorization Header" in Amazon's guides.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, unquote

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([a-z0-9-]+)/s3/aws4_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
_WINDOW_S = 900


def fault_of(method: str, raw_path: str, headers: Mapping[str, str], body: bytes, keys: Mapping[str, str]) -> str:
    """Return S3's code for what is wrong with a request's signature; empty where it is right."""
    match = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if match is None:
        return "AccessDenied"
    key_id, day, region, signed, signature = match.groups()
    if key_id not in keys:
        return "InvalidAccessKeyId"
    moment, content = headers.get("x-amz-date", ""), headers.get("x-amz-content-sha256", "")
    names = signed.split(";")
    if names != sorted(names) or not {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names):
        return "SignatureDoesNotMatch"
    if not moment.startswith(day) or _age(moment) > _WINDOW_S:
        return "RequestTimeTooSkewed"
    if content not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
        return "XAmzContentSHA256Mismatch"
    path, _, query = raw_path.partition("?")
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in names]
    request = "\n".join((method, path, _canonical(query), *lines, "", signed, content))
    scope = f"{day}/{region}/s3/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{keys[key_id]}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    ours = hmac.digest(key, f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}".encode(), "sha256").hex()
    return "" if hmac.compare_digest(ours, signature) else "SignatureDoesNotMatch"


def _age(moment: str) -> float:
    try:
        then = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return float("inf")
    return abs((datetime.now(UTC) - then).total_seconds())


def _canonical(query: str) -> str:
    pairs = [part.partition("=") for part in query.split("&") if part]
    return "&".join(
        f"{name}={value}" for name, value in sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    )


def _encoded(text: str) -> str:
    return quote(unquote(text), safe="-_.~")
