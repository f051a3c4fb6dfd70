"""What an HTTP reply says besides its meaning: who sent it, what its port speaks, whether it is HTTP at all. Pure."""

import re
from ipaddress import ip_address

from auditor.probes.interface import HttpReply

#: Sent in plain to a port that speaks TLS: what nginx, Go, Apache and Tomcat answer, all with 400.
_HTTPS_PORT = re.compile(
    rb"plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|"
    rb"speaking plain HTTP to an SSL-enabled|combination of host and port requires TLS",
    re.IGNORECASE,
)
_HTTPS_PLACE = re.compile(r"https://[^/?#]+:(\d+)(?:[/?#]|$)", re.IGNORECASE)
_CLIENT_CERTIFICATE = re.compile(rb"No required SSL certificate was sent", re.IGNORECASE)

#: Greetings that are protocol text and nobody's data: only these are quoted of what is not HTTP.
_GREETING = re.compile(rb"(?:SSH-|220[ -]|-ERR |\+OK|-DENIED |\* OK|RFB |AMQP|@RSYNCD|RTSP/|ICY )[ -~]*")
_MOST_QUOTED = 40  # characters


def client_certificate_wanted(reply: HttpReply) -> bool:
    """Whether nginx says that it wants a client certificate: 400, "No required SSL certificate was sent"."""
    return reply.status == 400 and _CLIENT_CERTIFICATE.search(reply.body) is not None


def https_wanted(reply: HttpReply) -> bool:
    """Whether a server says that this port speaks HTTPS and was spoken to in plain."""
    return reply.status == 400 and _HTTPS_PORT.search(reply.body) is not None


def perhaps_https(reply: HttpReply, *, port: int) -> bool:
    """Whether a port that was spoken to in plain may speak HTTPS all the same.

    A front may say so in a page of its own, in any language (400), or by sending visitors to https on this very port
    (nginx's `error_page 497`). Elasticsearch's own 400s are JSON.
    """
    if reply.status == 400:
        return not reply.body.lstrip().startswith((b"{", b"["))
    place = _HTTPS_PLACE.match(reply.header("location") or "")
    return 300 <= reply.status < 400 and place is not None and place[1] == str(port)


def is_encoded(reply: HttpReply) -> bool:
    """Whether the body is compressed though nobody asked for that; the wire hands it on as it came."""
    return (reply.header("content-encoding") or "identity").lower() != "identity"


def names_itself(reply: HttpReply) -> bool:
    """Whether a server says that it is Kibana (4.6 on: kbn-name; before: X-App-Name) or Dashboards (osd-name)."""
    named = reply.header("kbn-name") is not None or names_dashboards(reply)
    return named or (reply.header("x-app-name") or "").lower().startswith("kibana")


def names_dashboards(reply: HttpReply) -> bool:
    """Whether a server says that it is OpenSearch Dashboards (osd-name), which Kibana never does."""
    return reply.header("osd-name") is not None


def host_header(address: str, port: int) -> str:
    """The value of Host: the address as the inventory writes it, in brackets where it is IPv6, and the port.

    Raises:
        ValueError: a name that cannot be written in ASCII.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"{address if address.isascii() else address.encode('idna').decode('ascii')}:{port}"
    text = address.partition("%")[0]  # a zone means nothing to the other side (RFC 6874)
    return f"[{text}]:{port}" if parsed.version == 6 else f"{text}:{port}"


def not_http(opening: bytes) -> str:
    """What to say of bytes that are not HTTP. Only known greetings are quoted: anything else may be somebody's data."""
    greeting = _GREETING.match(opening)
    if greeting is not None:
        return f'not HTTP but "{greeting[0][:_MOST_QUOTED].decode("ascii").strip()}"'
    if opening.lstrip().startswith(b"<"):
        return "markup without an HTTP status line (HTTP/0.9, or not HTTP)"
    return "an answer that is not HTTP"
