"""The arrays that every golden store holds, and what is in them."""

import numpy as np

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float16", "float32", "float64", "complex64", "complex128"]
SHAPE, CHUNKS, SHARDS = (5, 7), (3, 4), (6, 4)
LABELS = ["", "neon", "é", "光", "a\nb"]


def elements(dtype, shape):
    """Numbers that tell one place from another, whatever the dtype."""
    k = np.arange(int(np.prod(shape)), dtype=np.int64)
    kind = np.dtype(dtype).kind
    if kind == "b":
        flat = k % 3 == 0
    elif kind in "iu":
        bits = np.dtype(dtype).itemsize * 8
        flat = ((k.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(11)) >> np.uint64(64 - bits)).astype(f"u{bits // 8}").view(dtype)
    else:
        flat = ((k * 37 % 101 - 50) / 8).astype(dtype)
        if kind == "c":
            flat = (flat - 1j * flat / 2).astype(dtype)
        flat[1] = np.nan
    return flat.reshape(shape)


def expected(array):
    """An array as the manifest has it: little-endian bytes in C order, or labels."""
    array = np.asarray(array)
    if array.dtype.kind in "OTU":
        return dict(dtype="string", shape=list(array.shape), labels=[str(label) for label in array.ravel()])
    little = array.astype(array.dtype.newbyteorder("<"))
    return dict(dtype=array.dtype.name, shape=list(array.shape), bytes=little.tobytes(order="C").hex())
