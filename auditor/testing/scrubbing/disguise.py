"""Takes out of a text what tells whose server it was: hosts, addresses, mail, paths, secrets, dates. Error texts stay.

Pure, the same by the same within one recording, and a text that was scrubbed stays as it is.
"""

import re
from collections.abc import Iterable

from auditor.inventory.scope import literal
from auditor.testing.scrubbing.addresses import Addresses

HOST, PATH, GONE, MAIL = "HOST", "/SCRUBBED/path", "SCRUBBED", "someone@example.org"
LONGEST_TEXT = 8_000  # characters: Kibana quotes a whole error of Elasticsearch's in one
LONGEST_NAME = 1_020
_MOST_WORDS = 500  # that are learnt
_MOST_PASSES = 6

#: How many members of a list or an object stay; the next number where the answer would still be too long. From 500
#: indices on the probe of Elasticsearch asks in another manner.
MOST = (600, 100, 20, 4)
_ROOM = 20_000

#: Words that name no host of anybody's, though hosts and clusters are called so; to replace them would change errors.
_COMMON = frozenset(
    re.findall(
        r"\S+",
        """
        action admin anonymous any api app apikey arbiter authentication authorization basic bearer bulk cat client
        close closed cluster cluster_manager collection config configuration connection console content count data
        database dashboards default default_native demo development docker-cluster document elastic elasticsearch error
        exception false field filter for forbidden get guard handler header health host http https index indices info
        internal kibana license local localhost login main manager mapping master memory message method missing monitor
        mongo mongod mongodb mongos name native node none not null number open opensearch opensearch-cluster
        opensearch-dashboards path permission permissions post primary private prod production public query reason
        refused remote request required requires role root router scrubbed search secondary security server service
        session settings shard shards shield someone source staging standalone status stats store system test text the
        token true type unauthorized unknown uri user username users uuid value version with xpack
        """,
    )
)
_PUBLIC = re.compile(
    r"(?:^|\.)(?:elastic\.co|opensearch\.org|mongodb\.(?:org|com)|apache\.org|github\.com|w3\.org|ietf\.org|nginx\.(?:org|com)"
    r"|example\.(?:org|com|net)|localhost)$",
    re.IGNORECASE,
)
#: By their names these services are known for what they are; the rest of such a name goes.
_CLOUD = re.compile(
    r"\.(docdb(?:-elastic)?\.amazonaws\.com(?:\.cn)?|es\.amazonaws\.com|(?:mongo\.cosmos|mongocluster\.cosmos|documents)"
    r"\.azure\.(?:com|cn|us)|mongodb(?:-dev|-qa|-stage)?\.net|firestore\.goog|elastic-cloud\.com)$",
    re.IGNORECASE,
)
#: Of a login's host only what makes it one.
_LOGIN = re.compile(
    r"log-?[io]n|sign-?[io]n|\bsso|saml|oidc|openid|oauth|auth|adfs|\bidp\b|\bcas\b|\baccounts?\.", re.IGNORECASE
)

_URL = re.compile(r"\b([a-z][a-z0-9+.-]{1,15}://)([^\s/?#\"'<>\\\])}]*)", re.IGNORECASE)
_MAIL = re.compile(r"\w[\w.%+-]*@[\w-]+(?:\.[\w-]+)+")
_TOKENS = re.compile(
    r"\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"  # a JWT
    r"|(?<![\w+/=.-])(?=[\w+/-]*[0-9])(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[A-Za-z0-9+_-][A-Za-z0-9+/_-]{31,}={0,2}"
    r"|(?<![\w-])[0-9a-f]{32,}(?![\w-])",
    re.ASCII,
)
_SCHEMES = re.compile(
    r"\b((?i:bearer|basic|apikey|negotiate|ntlm))(\s+)(?=[^\s,;\"']*(?:[0-9]|[a-z][A-Z]))[A-Za-z0-9+/=._~-]{8,}"
)
_SECRETS = re.compile(
    r"\b(pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|authorization|sessionid|session_id|sid|nonce"
    r"|signature|credential)(\"?\s*[=:]\s*\"?)(?!\"?\s*(?:null|true|false)\b)[^\s\"',;&}\]]+",
    re.IGNORECASE,
)
_UUID = re.compile(r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])", re.IGNORECASE)
_NO_UUID = "00000000-0000-0000-0000-000000000000"

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_SURE = "com|net|org|edu|gov|mil|local|localdomain|lan|internal|intra|intranet|corp|cn|de|fr|uk|jp|ru|eu|nl|pl"
_VAGUE = "io|dev|app|cloud|info|biz|example|test|home|private|svc|arpa|(?!id|is|to|no|so|my)[a-z]{2}"
_FULL_NAME = re.compile(
    rf"(?<![\w.@/%-])(?:(?:{_LABEL}\.)+(?:{_SURE})|(?:{_LABEL}\.){{2,}}(?:{_VAGUE}))(?![\w-]|\.\w)", re.IGNORECASE
)
_WITH_PORT = re.compile(
    r"(?<![\w.:/@%-])(?!(?:port|line|code|status|errno|pid|size|took|count|localhost):)"
    r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*:([0-9]{4,5})(?![0-9:]|\.[0-9])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\bip(?:-[0-9]{1,3}){4}\b", re.IGNORECASE)  # how a cloud names hosts by their addresses

_ROOTS = "etc|var|usr|home|opt|mnt|media|srv|root|tmp|run|proc|private|Users|Library|Volumes|nix|snap|lib64?|data[0-9]*"
_ENDINGS = "js|ts|java|py|conf|cfg|ya?ml|log|key|pem|crt|sock|jks|p12|so|jar|json|properties|lock"
_PLACES = re.compile(
    rf"(?<![\w:/.%-])/(?:{_ROOTS})/[^\s\"'<>:;,\])}}]+(?::[0-9]+)*"
    rf"|(?<![\w:/.%-])/(?:[\w.@+-]+/){{2,}}[\w.@+-]+\.(?:{_ENDINGS})(?![\w])(?::[0-9]+)*"
    r"|(?<!\w)[A-Za-z]:\\[^\s\"'<>|,;\])}]+",
    re.ASCII,
)
_DAY, _MONTH = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATES = (
    (
        re.compile(
            r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
            r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
        ),
        "1970-01-01T00:00:00Z",
    ),
    (re.compile(rf"\b{_DAY}, [0-9]{{2}} {_MONTH} [0-9]{{4}} [0-9:]{{8}} GMT"), "Thu, 01 Jan 1970 00:00:00 GMT"),
    (
        re.compile(rf"\b{_DAY} {_MONTH} [ 0-9][0-9] [0-9:]{{8}}(?:\.[0-9]+)?(?: [0-9]{{4}})?"),
        "Thu Jan 01 00:00:00 1970",
    ),
)


class Disguise:
    """One recording's disguise. `hosts` are names of the server that are known beforehand; more are learnt from it.

    `asked` are the names (of indices, collections, databases) that requests of the recording speak of: what is asked
    about stays where a long list is cut. `most` is how many of such a list stay besides.
    """

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self._addresses = Addresses()
        self._words: dict[str, str] = {}
        self._learnt: re.Pattern[str] | None = None
        self.asked: frozenset[str] = frozenset()
        self.most = MOST[0]
        self._room = _ROOM
        for host in hosts:
            self.learn(host)

    def learn(self, word: str, stands_for: str = HOST) -> None:
        """Replaces `word` in texts from now on, unless it is a common one, an address, or too short to be sure of."""
        word = split_port(word.strip())[0].rstrip(".").casefold()
        telling = 3 <= len(word) <= 253 and word not in _COMMON and re.search(r"[^\W\d_]", word)
        if (
            not telling
            or literal(word.strip("[]")) is not None
            or _PUBLIC.search(word)
            or len(self._words) >= _MOST_WORDS
        ):
            return
        self._words[word] = stands_for
        known = sorted(self._words, key=len, reverse=True)
        self._learnt = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, known))})(?![\w-])", re.IGNORECASE)

    def begin(self, most: int) -> None:
        """Begins an answer, of whose lists so many members stay."""
        self.most, self._room = most, _ROOM

    def has_room(self) -> bool:
        """Whether one more name may stay of this answer."""
        self._room -= 1
        return self._room >= 0

    def text(self, text: str, *, at_most: int = LONGEST_TEXT) -> str:
        """A text that is to be read, such as an error's, without what tells whose it is."""
        text = text[:at_most]
        for _ in range(_MOST_PASSES):  # what one pass leaves may be what the next one looks for
            before, text = text, self._once(text)[:at_most]
            if text == before:
                break
        return text

    def name(self, text: str) -> str:
        """A name of an index, a collection, a field, a user or a role: it stays, but for addresses in it."""
        return self._addresses.hide(_MAIL.sub(MAIL, text[:LONGEST_NAME]))

    def namespace(self, text: str) -> str:
        """`database.collection`, each as a name."""
        database, dot, collection = text.partition(".")
        return f"{self.name(database)}{dot}{self.name(collection)}"

    def host(self, text: str) -> str:
        """A value that is a host, with or without its port, which stays."""
        host, port = split_port(text)
        return (self._addresses.hide(host) if literal(host.strip("[]")) else _named(host)) + port

    def authority(self, text: str) -> str:
        """The `user:password@host:port` of a URL: no user, no password, and of a login's host that it is one."""
        host, port = split_port(text.rpartition("@")[2])
        hidden = self.host(host) if host else ""
        found = _LOGIN.search(host) if hidden == HOST else None
        return (f"{found[0].strip('.').lower()}.{HOST}" if found else hidden) + port

    def _once(self, text: str) -> str:
        text = _URL.sub(lambda found: found[1] + self.authority(found[2]), text)
        text = _MAIL.sub(MAIL, text)
        text = _SCHEMES.sub(r"\1\2TOKEN", text)
        text = _SECRETS.sub(rf"\1\2{GONE}", text)
        text = _TOKENS.sub("TOKEN", text)
        text = _UUID.sub(_NO_UUID, text)
        text = self._addresses.hide(text)
        if self._learnt is not None:
            text = self._learnt.sub(lambda found: self._words.get(found[0].casefold(), HOST), text)
        text = _NUMBERED.sub(HOST, text)
        text = _FULL_NAME.sub(lambda found: _named(found[0]), text)
        text = _WITH_PORT.sub(rf"{HOST}:\1", text)
        text = _PLACES.sub(PATH, text)
        for pattern, instead in _DATES:
            text = pattern.sub(instead, text)
        return text


def split_port(text: str) -> tuple[str, str]:
    """A host and what follows it: ":9200", or nothing."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or literal(text) is not None:
        return text, ""
    return host, colon + port


def _named(host: str) -> str:
    if _PUBLIC.search(host):
        return host
    cloud = _CLOUD.search(host)
    return f"{HOST}.{cloud[1].lower()}" if cloud else HOST
