"""Seconds that RapidOCR's recogniser takes for the images named on standard input.

    python benchmarks/read_rapidocr.py THREADS < PATHS

Started by read_speed.py; needs only `pip install rapidocr onnxruntime`.
"""

from __future__ import annotations

import sys
import time

import cv2
from rapidocr import RapidOCR


def main():
    """Read the first images once unmeasured, then all of them."""
    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": int(sys.argv[1])}
    engine = RapidOCR(params={**threads, "Global.log_level": "error"})
    pictures = [cv2.imread(path) for path in sys.stdin.read().splitlines()]
    engine.recognize_txt(pictures[:6])
    start = time.perf_counter()
    engine.recognize_txt(pictures)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
