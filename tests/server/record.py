"""Ask an official server (chromadb 1.5.9, empty directory) every exchange and write its answers.

cd tests && python -m server.record http://localhost:8000
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import httpx

from .exchanges import EXCHANGES

ANSWERS = Path(__file__).parent / "answers.json"


def answers(url: str, exchanges: list[tuple[str, str, Any]]) -> list[dict[str, Any]]:
    """Return status, allow header and body (JSON where it is) of each answer, with the collection's id as "THINGS"."""
    found, things = [], "unknown"
    with httpx.Client(base_url=url, timeout=60) as client:
        for method, path, body in exchanges:
            content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            headers = {} if body is None else {"content-type": "application/json"}
            answer = client.request(method, path.replace("{things}", things), content=content, headers=headers)
            text = answer.text
            if path.endswith("/collections") and method == "POST" and answer.status_code == 200:
                things = answer.json()["id"]
            shown = text.replace(things, "THINGS")
            is_json = answer.headers.get("content-type") == "application/json"
            found.append(
                {
                    "request": f"{method} {path}",
                    "status": answer.status_code,
                    "allow": sorted(answer.headers.get("allow", "").split(",")),
                    "body": json.loads(shown) if is_json else shown,
                }
            )
    return found


if __name__ == "__main__":
    lines = [json.dumps(answer, ensure_ascii=False) for answer in answers(sys.argv[1], EXCHANGES)]
    ANSWERS.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
