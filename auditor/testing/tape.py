"""What lines heard while a probe asked, in order, and the recording that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.testing.recording import HttpExchange, HttpRecording, MongoExchange, MongoRecording


@dataclass(frozen=True, slots=True)
class Heard:
    """One MongoDB exchange, and whether it went over TLS."""

    exchange: MongoExchange
    over_tls: bool = False


@dataclass(slots=True)
class Tape:
    """Everything that was heard.

    `broken` are the exchanges that are kept as an ended connection though the server fell silent, or broke off in the
    middle: a recording has no other word for it. `lost`: one ended as none can be recorded (a client certificate was
    wanted, another protocol was spoken). `own_protocol`: the probe wanted a stream of its own. `scheme` is what HTTP
    was spoken over; `from_loopback`: it was asked from the server's own machine.
    """

    http: list[HttpExchange] = field(default_factory=list)
    mongo: list[Heard] = field(default_factory=list)
    broken: list[HttpExchange | MongoExchange] = field(default_factory=list)
    scheme: str = "http"
    own_protocol: bool = False
    lost: bool = False
    from_loopback: bool = False

    def recording(self, name: str) -> HttpRecording | MongoRecording | None:
        """All of it as a recording: of the protocol in which the server answered, else of the one it was asked in.

        None where nothing was heard that a recording can hold.
        """
        mongo, http = self._commands(), tuple(self.http)
        if any(exchange.reply is not None for exchange in mongo):
            return MongoRecording(name, mongo)
        if any(exchange.reply is not None for exchange in http):
            return HttpRecording(name, http)
        if self.lost:  # then ended connections are not all that there was
            return None
        return HttpRecording(name, http) if http and not mongo else MongoRecording(name, mongo) if mongo else None

    def _commands(self) -> tuple[MongoExchange, ...]:
        """The commands that a replay needs.

        A server that speaks TLS closes on what comes in plain, and one that gave up an old connection is asked again:
        neither was an answer.
        """
        over_tls = any(heard.over_tls and heard.exchange.reply is not None for heard in self.mongo)
        kept = [heard.exchange for heard in self.mongo if heard.over_tls or not over_tls]
        answered = [_asked(exchange) for exchange in kept if exchange.reply is not None]
        return tuple(each for each in kept if each.reply is not None or _asked(each) not in answered)


def _asked(exchange: MongoExchange) -> tuple[str, str | None, Mapping[str, Any]]:
    return exchange.opcode, exchange.database, exchange.command
