"""Writes golden stores with zarr-python 3.1.6: `generate_zarr_python.py FOLDER [zarrs]`.

With `zarrs`, the codecs are those of zarrs 0.2.3. Run with the interpreter of .venv-bench, which has both.
"""

import json, shutil, sys
import numpy as np, zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ZstdCodec
from golden_arrays import CHUNKS, DTYPES, LABELS, SHAPE, SHARDS, elements, expected

folder, engine = sys.argv[1], (sys.argv[2:] or ["zarr_python"])[0]
if engine == "zarrs":
    zarr.config.set({"codec_pipeline.path": "zarrs.ZarrsCodecPipeline"})
store = f"{folder}/{engine}"
shutil.rmtree(store, ignore_errors=True)
root, manifest = zarr.create_group(store), {}


def write(name, data, **options):
    options = dict(chunks=CHUNKS[:data.ndim], compressors=ZstdCodec(level=1)) | options
    array = root.create_array(name, shape=data.shape, dtype=data.dtype, **options)
    array[...] = data
    manifest[name] = expected(data)


for dtype in DTYPES:
    write(dtype, elements(dtype, SHAPE))
    write(f"{dtype}_sharded", elements(dtype, SHAPE), shards=SHARDS)
codecs = dict(
    plain=None, gzip=GzipCodec(level=5), zstd_checksum=ZstdCodec(level=3, checksum=True), crc32c=Crc32cCodec(),
    blosc_zstd=BloscCodec(cname="zstd", clevel=1, shuffle="shuffle", typesize=2),
    blosc_lz4=BloscCodec(cname="lz4", clevel=5, shuffle="bitshuffle", typesize=2),
    blosc_plain=BloscCodec(cname="zstd", clevel=1, shuffle="noshuffle", typesize=2))
for name, codec in codecs.items():
    write(f"codec_{name}", elements("uint16", (20, 15)), chunks=(20, 10), compressors=codec)
    write(f"codec_{name}_sharded", elements("uint16", (20, 15)), chunks=(10, 5), shards=(20, 10), compressors=codec)
write("big_endian", elements("int32", SHAPE), serializer=BytesCodec(endian="big"))
write("five", elements("int16", (2, 3, 1, 4, 2)), chunks=(1, 2, 1, 3, 2))
hole = root.create_array("hole", shape=SHAPE, chunks=CHUNKS, dtype="int32", fill_value=-7)
hole[:2, :3] = 5
manifest["hole"] = expected(hole[...])
half = root.create_array("hole_sharded", shape=SHAPE, chunks=CHUNKS, shards=SHARDS, dtype="float64", fill_value=-2.5)
half[:2, :3] = 5
manifest["hole_sharded"] = expected(half[...])
if engine == "zarr_python":
    labels = root.create_array("labels", shape=(5,), chunks=(2,), dtype=str, compressors=None)
    labels[...] = np.array(LABELS, dtype=object)
    manifest["labels"] = expected(np.array(LABELS, dtype=object))
with open(f"{folder}/{engine}.json", "w") as file:
    json.dump(manifest, file, indent=0)
