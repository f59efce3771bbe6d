"""The peer of the bench of similar pictures: FAISS' exact binary indexes, on one thread.

faiss_peer.py HASHES: says "ready VERSION"; then for each line `flat|multi FILE` on standard input searches HASHES for every
hash of FILE within 31 bits and says the seconds of processor time and how many were found. Both files hold hashes of 32 bytes.
"""

import sys
import time

import faiss
import numpy

BITS = 256
# FAISS' radius is strict.
RADIUS = 32


def multi_hash(hashes):
    """16 tables of 16 bits with one bit changed: exact up to 31."""
    index = faiss.IndexBinaryMultiHash(BITS, 16, 16)
    index.nflip = 1
    index.add(hashes)
    return index


def main():
    faiss.omp_set_num_threads(1)
    hashes = numpy.fromfile(sys.argv[1], dtype=numpy.uint8).reshape(-1, BITS // 8)
    flat = faiss.IndexBinaryFlat(BITS)
    flat.add(hashes)
    indexes = {"flat": flat}
    print("ready", faiss.__version__, flush=True)
    for line in sys.stdin:
        which, path = line.split()
        if which not in indexes:
            indexes[which] = multi_hash(hashes)
        queries = numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, BITS // 8)
        start = time.process_time()
        _, distances, _ = indexes[which].range_search(queries, RADIUS)
        print(time.process_time() - start, len(distances), flush=True)


main()
