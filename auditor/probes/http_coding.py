"""Undoes the compression of a reply that nobody asked to be compressed, within the bytes that the reply may have."""

import zlib

_DEFLATED = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER_HEAD = 47  # zlib's way to say: the head of gzip or of zlib, whichever is there
_BARE = -15  # deflate without any head, as some old servers send it


def decoded(body: bytes, coding: str, *, cap: int) -> tuple[bytes, bool] | None:
    """A body of that content coding as it was before, cut at `cap` bytes, and whether it was cut.

    None where the coding is not one of zlib's, or the body is not in it.
    """
    if coding.strip().lower() not in _DEFLATED:
        return None
    for bits in (_EITHER_HEAD, _BARE):
        unpacker = zlib.decompressobj(bits)
        try:
            text = unpacker.decompress(body, cap)
        except zlib.error:
            continue
        if text or unpacker.eof:
            return text, not unpacker.eof
    return None
