"""What is kept of a page or a plain text: its title, the marks by which products are known, and errors, bounded."""

import re

from auditor.testing.scrubbing.disguise import HOST, Disguise

_LONGEST_ERROR = 400  # characters
_LONGEST_TITLE = 100
_MOST_READ = 1 << 20  # characters of a page that are looked at

_TITLE = re.compile(r"<title[^>]{0,100}>([^<]{0,300})", re.IGNORECASE)
_PROCESS = re.compile(r"\s*(mongod|mongos)\s+\S", re.IGNORECASE)  # what MongoDB's console is titled with: and its host
_VISIBLE = re.compile(r"<(title|h[1-6]|center|p|pre|address|li|span|div)\b[^>]{0,500}>([^<]{1,300})", re.IGNORECASE)
_METADATA = re.compile(
    r"((?:kbn|osd)-injected-metadata)(?:[^>]{0,200}?&quot;version&quot;:&quot;([0-9][0-9A-Za-z.+-]{0,31})&quot;)?",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"type\s*=\s*[\"']?password", re.IGNORECASE)
_WORDS = re.compile(r"kbnVersion|kibanaLoader")
#: On the login page of Dashboards: there is a button for guests.
_GUESTS = re.compile(r"\banonymous_auth_enabled(?:&quot;|\")\s*:\s*true\b")
#: Sentences of products and proxies, whatever the status they come with.
_SENTENCES = re.compile(
    r"(?:kibana |dashboards |opensearch dashboards )?server is not ready yet|license is not available"
    r"|(?:opensearch|open ?distro) security not initialized|search ?guard not initialized(?: \(SG11\))?"
    r"|(?:it looks like )?you are trying to access MongoDB (?:over HTTP )?on the native driver port\.?"
    r"|REST is not enabled\.?|no required SSL certificate was sent"
    r"|(?:the )?plain HTTP request was sent to HTTPS port|client sent an HTTP request to an HTTPS server"
    r"|speaking plain HTTP to an SSL-enabled|(?:this )?combination of host and port requires TLS",
    re.IGNORECASE,
)


def keep(text: str, *, status: int, hide: Disguise) -> str:
    """What may stay of a body that is no JSON, so that the probes still know it for what it is."""
    text = text[:_MOST_READ]
    if not text.strip():
        return ""
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return _error(text, hide) if status >= 400 else _known(text)
    title = _TITLE.search(text)
    head = f"<head><title>{_titled(title[1], hide)}</title></head>" if title is not None else "<head></head>"
    told = _paragraphs(text, hide) if status >= 400 else ""
    return f"<!DOCTYPE html><html>{head}<body>{told}{_marks(text, told)}_trimmed</body></html>"


def _error(text: str, hide: Disguise) -> str:
    kept = hide.text(text.strip())[:_LONGEST_ERROR]
    return "\n".join((kept, *_sentences(text, besides=kept)))


def _known(text: str) -> str:
    """Of a text that came as a success only sentences of products: the rest may be anybody's."""
    return "\n".join(_sentences(text, besides="")) or "_trimmed"


def _titled(title: str, hide: Disguise) -> str:
    process = _PROCESS.match(title)
    return f"{process[1]} {HOST}" if process is not None else hide.text(title, at_most=_LONGEST_TITLE)


def _paragraphs(text: str, hide: Disguise) -> str:
    told, left = [], _LONGEST_ERROR
    for tag, said in _VISIBLE.findall(text):
        if tag.lower() != "title" and said.strip() and left > 0:
            shown = hide.text(said.strip(), at_most=left)
            told.append(f"<p>{shown}</p>")
            left -= len(shown)
    return "".join(told)


def _marks(text: str, told: str) -> str:
    kept = ['<input type="password">'] if _PASSWORD.search(text) else []
    metadata = _METADATA.search(text)
    if metadata is not None:
        version = f' data="{{&quot;version&quot;:&quot;{metadata[2]}&quot;}}"' if metadata[2] else ""
        kept.append(f"<{metadata[1].lower()}{version}>")
    kept += ["<i>&quot;anonymous_auth_enabled&quot;:true</i>"] if _GUESTS.search(text) else []
    kept += [f"<i>{word}</i>" for word in dict.fromkeys(_WORDS.findall(text))]
    kept += [f"<p>{sentence}</p>" for sentence in _sentences(text, besides=told)]
    return "".join(kept)


def _sentences(text: str, *, besides: str) -> list[str]:
    return [sentence for sentence in dict.fromkeys(_SENTENCES.findall(text)) if sentence not in besides]
