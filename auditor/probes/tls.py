"""TLS without a socket: bytes from the network go in, bytes for the network come out, and what was seen is kept.

The certificate is recorded, never trusted, and every version and cipher that the local OpenSSL still knows is spoken:
the question is whether a stranger gets in, and strangers are not choosy. asyncio's own TLS is not used because it
keeps a buffer of 256 KiB for each connection and hides how a handshake ended.
"""

import contextlib
import functools
import hashlib
import ssl

from auditor.model.observation import TlsSeen
from auditor.probes.certificate import read_certificate

_HANDSHAKE = 22  # content type of a TLS record (RFC 8446, 5.1)
_CERTIFICATE_REQUEST = 13  # handshake message (RFC 8446, 4.3.2; RFC 5246, 7.4.4)

#: OpenSSL's option that lets us talk to servers without secure renegotiation; Python names it from 3.12 on only.
_LEGACY_SERVER_CONNECT = 0x4

#: Alerts by which servers say that they want a certificate of ours, or another one, by OpenSSL's names. They count
#: only where one was asked for: a handshake fails for many reasons.
_CERTIFICATE_ALERTS = (
    "ALERT_CERTIFICATE_REQUIRED",
    "ALERT_BAD_CERTIFICATE",
    "ALERT_HANDSHAKE_FAILURE",
    "ALERT_CERTIFICATE_UNKNOWN",
    "ALERT_UNSUPPORTED_CERTIFICATE",
    "ALERT_NO_CERTIFICATE",
    "ALERT_UNKNOWN_CA",
    "ALERT_ACCESS_DENIED",
)


class _WatchedTls(ssl.SSLObject):
    """OpenSSL's end of one TLS connection, which remembers whether the server asked for a certificate."""

    certificate_requested = False


def _watch(connection: object, direction: str, _version: object, content: int, message: int, _data: bytes) -> None:
    asked = direction == "read" and content == _HANDSHAKE and message == _CERTIFICATE_REQUEST
    if asked and isinstance(connection, _WatchedTls):
        connection.certificate_requested = True


@functools.cache
def context() -> ssl.SSLContext:
    """The one context of this process. Making one costs more than a handshake, and it holds nothing of any target."""
    shared = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    shared.check_hostname = False
    shared.verify_mode = ssl.CERT_NONE
    shared.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    shared.options |= _LEGACY_SERVER_CONNECT
    try:
        shared.set_ciphers("ALL:@SECLEVEL=0")
    except ssl.SSLError:  # a build whose policy forbids that, or that is not OpenSSL: its own ciphers must do
        shared.set_ciphers("DEFAULT")
    shared.sslobject_class = _WatchedTls
    # In TLS 1.3 the CertificateRequest is encrypted, and `ssl` has no public way to see it. CPython's message callback
    # (private, there since 3.8, made for debugging) shows each handshake message decrypted. Where an interpreter lacks
    # it, requests go unseen and only the server's alert tells: a few `client_cert_required` become `inconclusive`.
    if hasattr(ssl.SSLContext, "_msg_callback"):
        shared._msg_callback = _watch  # type: ignore[attr-defined]  # noqa: SLF001 - private, as said above
    return shared


class TlsLayer:
    """One TLS connection's cipher state.

    `server_name` is the DNS name for SNI; None for an address.
    """

    __slots__ = ("_in", "_out", "_tls", "heard")

    def __init__(self, server_name: str | None = None) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.heard = b""  # the first two bytes that came: whether the other side speaks TLS at all
        try:
            self._tls = context().wrap_bio(self._in, self._out, server_hostname=server_name)
        except ValueError:  # a name that IDNA refuses (an underscore's label too long, …): then without SNI
            self._tls = context().wrap_bio(self._in, self._out)

    @property
    def certificate_requested(self) -> bool:
        """Whether the server asked for a certificate of ours."""
        return isinstance(self._tls, _WatchedTls) and self._tls.certificate_requested

    @property
    def spoke_tls(self) -> bool:
        """Whether what came back began as a TLS record: an alert (21) or a handshake (22) of version 3.x."""
        return len(self.heard) == 2 and self.heard[0] in (21, 22) and self.heard[1] == 3

    def feed(self, data: bytes) -> None:
        """Takes bytes that came from the network; b"" is their end."""
        if not data:
            self._in.write_eof()
            return
        if len(self.heard) < 2:
            self.heard += data[: 2 - len(self.heard)]
        self._in.write(data)

    def outgoing(self) -> bytes:
        """What must now be sent to the network."""
        return self._out.read()

    def handshake(self) -> bool:
        """Goes on with the handshake and returns whether it is complete.

        Raises:
            ssl.SSLError: it failed, or the network ended.
        """
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def encrypt(self, data: bytes) -> bool:
        """Makes `data` outgoing, whole; False if the server must first be heard (a renegotiation).

        Raises:
            ssl.SSLError: the connection cannot take it any more.
        """
        try:
            self._tls.write(data)
        except ssl.SSLWantReadError:
            return False
        return True

    def decrypt(self, at_most: int) -> bytes | None:
        """Up to `at_most` bytes of what was fed; b"" at the end; None if more must be fed first.

        Raises:
            ssl.SSLError: an alert, or bytes that are not TLS.
        """
        try:
            return self._tls.read(at_most)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):  # without and with the farewell that TLS asks for
            return b""

    def farewell(self) -> bytes:
        """The bytes that end the connection politely."""
        with contextlib.suppress(ssl.SSLError, ValueError):  # the other side's farewell is not waited for
            self._tls.unwrap()
        return self.outgoing()

    def seen(self) -> TlsSeen:
        """The version and the certificate of a complete handshake."""
        der = self._tls.getpeercert(binary_form=True) or b""
        text = read_certificate(der)
        return TlsSeen(
            version=self._tls.version() or "",
            certificate_sha256=hashlib.sha256(der).hexdigest() if der else "",
            subject=text.subject,
            issuer=text.issuer,
            not_after=text.not_after,
        )


def says_certificate_required(error: ssl.SSLError) -> bool:
    """Whether an error is the alert that TLS 1.3 has for this alone, so that it needs no CertificateRequest seen."""
    return "ALERT_CERTIFICATE_REQUIRED" in (error.reason or "")


def reason(error: ssl.SSLError) -> str:
    """OpenSSL's own words, e.g. "wrong version number"."""
    return (error.reason or str(error)).lower().replace("_", " ")[:80]


def wants_certificate(error: ssl.SSLError) -> bool:
    """Whether an error is an alert that a server sends for want of a client certificate."""
    return any(alert in (error.reason or "") for alert in _CERTIFICATE_ALERTS)
