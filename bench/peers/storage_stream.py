"""Streams frames into a Zarr V3 array with one of Sonde's peers: wall time, CPU time, peak memory.

    python storage_stream.py JOB

JOB is JSON: `peer` (acquire-zarr, tensorstore, zarr-python, zarrs), `compression` (none, lz4, zstd: the latter two inside Blosc, level 1,
shuffled), `frames` (a file of raw uint16 frames, gone through again and again), `side`, `count`, `chunkFrames`, `shardFrames`, `atOnce`, `out`,
and `sync` (the clock stops when every file is on disk). Prints JSON.

The frames are in memory before the clock starts, and the store is open. Each peer is driven as its documentation tells one to: acquire-zarr
is given frame after frame. The others must be given whole shards, so frames are gathered in memory first; tensorstore writes `atOnce`
shards while the next is gathered.
"""

import json
import os
import resource
import sys
import time
from collections import deque
from importlib.metadata import version

import numpy as np

job = json.loads(sys.argv[1])
side, count, chunk, shard = job["side"], job["count"], job["chunkFrames"], job["shardFrames"]
out, codec, at_once = job["out"], job["compression"], job["atOnce"]
shape, chunk_shape, shard_shape = [count, side, side], [chunk, side, side], [shard, side, side]


def peak_bytes():
    """The high-water mark of this program alone: the other measure also counts what forked it."""
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def gathered(frames, memories):
    """Whole shards, in several memories by turns."""
    memories = [np.empty((shard, side, side), "<u2") for _ in range(memories)]
    for first in range(0, count, shard):
        memory = memories[first // shard % len(memories)]
        for k in range(shard):
            memory[k] = frames[(first + k) % len(frames)]
        yield first, memory


def acquire():
    import acquire_zarr as az

    blosc = {"lz4": az.CompressionCodec.BLOSC_LZ4, "zstd": az.CompressionCodec.BLOSC_ZSTD}
    dimensions = [
        az.Dimension(name="t", kind=az.DimensionType.TIME, array_size_px=0, chunk_size_px=chunk, shard_size_chunks=shard // chunk),
        az.Dimension(name="y", kind=az.DimensionType.SPACE, array_size_px=side, chunk_size_px=side, shard_size_chunks=1),
        az.Dimension(name="x", kind=az.DimensionType.SPACE, array_size_px=side, chunk_size_px=side, shard_size_chunks=1),
    ]
    array = az.ArraySettings(dimensions=dimensions, data_type=az.DataType.UINT16)
    if codec != "none":
        array.compression = az.CompressionSettings(
            compressor=az.Compressor.BLOSC1, codec=blosc[codec], level=1, shuffle=1
        )
    settings = az.StreamSettings(store_path=out)
    settings.arrays = [array]
    stream = az.ZarrStream(settings)

    def write(frames):
        for k in range(count):
            stream.append(frames[k % len(frames)])
        stream.close()

    return write


def tensorstore():
    import tensorstore as ts

    inner = [{"name": "bytes", "configuration": {"endian": "little"}}]
    if codec != "none":
        blosc = {"cname": codec, "clevel": 1, "shuffle": "shuffle", "typesize": 2}
        inner.append({"name": "blosc", "configuration": blosc})
    sharding = {"chunk_shape": chunk_shape, "codecs": inner}
    array = ts.open({
        "driver": "zarr3",
        "kvstore": {"driver": "file", "path": out},
        "metadata": {
            "shape": shape,
            "data_type": "uint16",
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": shard_shape}},
            "codecs": [{"name": "sharding_indexed", "configuration": sharding}],
        },
        # What `sync` asks for is done for every peer in the same way.
        "context": {"file_io_sync": False},
    }, create=True).result()

    def write(frames):
        writing = deque()
        for first, memory in gathered(frames, at_once + 1):
            if len(writing) == at_once:
                writing.popleft().result()
            writing.append(array[first:first + shard].write(memory, can_reference_source_data_indefinitely=True))
        for shard_written in writing:
            shard_written.result()

    return write


def zarr_python():
    import zarr
    from zarr.codecs import BloscCodec

    if job["peer"] == "zarrs":
        import zarrs  # noqa: F401

        zarr.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline"})
    blosc = None if codec == "none" else BloscCodec(cname=codec, clevel=1, shuffle="shuffle")
    array = zarr.create_array(
        out, shape=shape, chunks=chunk_shape, shards=shard_shape, dtype="u2", compressors=blosc, zarr_format=3
    )

    def write(frames):
        for first, memory in gathered(frames, 1):
            array[first:first + shard] = memory

    return write


def sync_files(folder):
    for path, _, names in os.walk(folder):
        for name in names:
            handle = os.open(os.path.join(path, name), os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)


MAKE = {"acquire-zarr": acquire, "tensorstore": tensorstore, "zarr-python": zarr_python, "zarrs": zarr_python}
PACKAGE = {"zarr-python": "zarr"}

frames = np.fromfile(job["frames"], "<u2").reshape(-1, side, side)
write = MAKE[job["peer"]]()
cpu, wall, before = time.process_time(), time.perf_counter(), peak_bytes()
write(frames)
if job["sync"]:
    sync_files(out)
print(json.dumps({
    "wallMs": 1e3 * (time.perf_counter() - wall),
    "cpuMs": 1e3 * (time.process_time() - cpu),
    "peakBytes": peak_bytes(),
    "beforeBytes": before,
    "version": version(PACKAGE.get(job["peer"], job["peer"])),
}))
