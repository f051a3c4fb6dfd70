"""What reach, access and facts are called: one table each, for readers who know no server's words."""

from auditor.model.observation import Access, Fact, Reach

REACHES = {
    Reach.ANSWERED: "it answered in the product's protocol, or something in front of it did",
    Reach.REFUSED: "the connection was refused",
    Reach.TIMED_OUT: "nothing answered the connection",
    Reach.TLS_FAILED: "no TLS came about",
    Reach.CLIENT_CERTIFICATE_REQUIRED: "it wanted a client certificate",
    Reach.DNS_FAILED: "the name did not resolve, so that nothing was sent",
    Reach.NOT_THE_PRODUCT: "something else answered",
    Reach.BROKE_OFF: "it broke off",
    Reach.TOO_MUCH: "it went past a limit of bytes or time before it could be judged",
    Reach.OUT_OF_SCOPE: "the address lies outside the scope, so that nothing was sent",
    Reach.NOT_TRIED: "it did not take place",
    Reach.BUG: "a mistake of ours ended it",
}

ACCESSES = {
    Access.NOTHING: "nothing",
    Access.BANNER: "a version or a greeting, no more",
    Access.NAMES: "names, settings or mappings, no record",
    Access.RECORDS: "an answer that only a reader of records gets (none was asked for)",
}

FACTS = {
    Fact.PRODUCT_ASKED_LOGIN: "The product itself asked for a login.",
    Fact.FRONT_ASKED_LOGIN: "Something in front of the product asked for a login.",
    Fact.PARTLY_REFUSED: "Some objects or questions were refused, though no identity was involved.",
    Fact.ANONYMOUS_IDENTITY: "The product gave the stranger an identity of its own accord.",
    Fact.ALL_POWERFUL: "The rights of that identity have no bound.",
    Fact.GUEST_INVITED: "A login without a secret was offered, and not taken.",
    Fact.LOCALHOST_EXCEPTION: "Logins are on, but no user exists, and the server takes us for its own machine.",
    Fact.NOT_INITIALISED: "The server is not set up yet.",
    Fact.NO_DATA_NODE: "It is an arbiter: it holds no data.",
    Fact.SECURITY_OFF: "The server itself shows that it has no access control.",
    Fact.DEGRADED: "It was not in order just then: the answer may differ tomorrow.",
    Fact.LOOK_ALIKE: "It is another product that answers some of the same questions.",
    Fact.STAND_IN: "It is a re-implementation with listings of its own.",
    Fact.UNSURE: "Some answers fit no known case.",
}


def fact(known: Fact) -> str:
    """The reader's sentence for a fact."""
    return FACTS.get(known, known.value.replace("_", " "))
