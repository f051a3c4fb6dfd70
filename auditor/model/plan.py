"""What may be sent: a template for each request that a probe knows, and the condition under which it is sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """One kind of request. `{word}` in `request` stands for any text; every entry of a transcript matches one.

    `when` is the condition in a sentence ("always", "the root answered 401 or 403"), `purpose` what it tells.
    """

    id: str
    product: str
    request: str
    when: str
    purpose: str
