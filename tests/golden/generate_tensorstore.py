"""Writes a golden store with tensorstore 0.1.86: `generate_tensorstore.py FOLDER`."""

import json, os, shutil, sys
import numpy as np, tensorstore as ts
from golden_arrays import CHUNKS, DTYPES, SHAPE, SHARDS, elements, expected

folder = os.path.abspath(sys.argv[1])
store, manifest = f"{folder}/tensorstore", {}
shutil.rmtree(store, ignore_errors=True)
ENDIAN = {"name": "bytes", "configuration": {"endian": "little"}}
ZSTD = {"name": "zstd", "configuration": {"level": 1}}


def write(name, data, chunks=CHUNKS, codecs=(ENDIAN, ZSTD), shards=None, only=None, fill=None):
    codecs = list(codecs)
    if shards:
        inner = {"chunk_shape": chunks, "codecs": codecs, "index_codecs": [ENDIAN, {"name": "crc32c"}], "index_location": "end"}
        codecs, chunks = [{"name": "sharding_indexed", "configuration": inner}], shards
    metadata = {"shape": data.shape, "data_type": data.dtype.name, "codecs": codecs,
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunks}}}
    if fill is not None:
        metadata["fill_value"] = fill
    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": f"{store}/{name}"}, "metadata": metadata}
    array = ts.open(spec, create=True).result()
    array[only or ...] = data[only or ...]
    manifest[name] = expected(array.read().result())


for dtype in DTYPES:
    write(dtype, elements(dtype, SHAPE))
    write(f"{dtype}_sharded", elements(dtype, SHAPE), shards=SHARDS)
codecs = dict(
    plain=[], gzip=[{"name": "gzip", "configuration": {"level": 5}}], crc32c=[{"name": "crc32c"}],
    zstd_crc32c=[ZSTD, {"name": "crc32c"}],
    blosc_zstd=[{"name": "blosc", "configuration": dict(cname="zstd", clevel=1, shuffle="shuffle", typesize=2, blocksize=0)}],
    blosc_lz4=[{"name": "blosc", "configuration": dict(cname="lz4", clevel=5, shuffle="bitshuffle", typesize=2, blocksize=0)}])
for name, codec in codecs.items():
    write(f"codec_{name}", elements("uint16", (20, 15)), chunks=(20, 10), codecs=[ENDIAN, *codec])
    write(f"codec_{name}_sharded", elements("uint16", (20, 15)), chunks=(10, 5), shards=(20, 10), codecs=[ENDIAN, *codec])
write("big_endian", elements("int32", SHAPE), codecs=[{"name": "bytes", "configuration": {"endian": "big"}}])
write("five", elements("int16", (2, 3, 1, 4, 2)), chunks=(1, 2, 1, 3, 2))
write("hole", elements("int32", SHAPE), only=np.s_[:2, :3], fill=-7)
with open(f"{folder}/tensorstore.json", "w") as file:
    json.dump(manifest, file, indent=0)
