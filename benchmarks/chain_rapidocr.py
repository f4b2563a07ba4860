"""Texts that RapidOCR reads on the photos named on standard input, and the seconds that it takes.

    python benchmarks/chain_rapidocr.py THREADS < PATHS

Started by whole_chain.py; needs only `pip install rapidocr onnxruntime`.
"""

from __future__ import annotations

import json
import sys
import time

from rapidocr import RapidOCR


def main():
    """Read the first photo once unmeasured, then all of them, each from its file."""
    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": int(sys.argv[1])}
    engine = RapidOCR(params={**threads, "Global.log_level": "error"})
    paths = sys.stdin.read().splitlines()
    engine(paths[0])
    start = time.process_time()
    texts = [list(engine(path).txts or ()) for path in paths]
    print(json.dumps({"seconds": time.process_time() - start, "texts": texts}))


if __name__ == "__main__":
    main()
