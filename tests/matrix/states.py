"""The states in which servers are met, in the words of the page: the same words where the same thing is meant."""

OPEN = "open"
SECURED = "secured"
TLS = "secured, behind TLS"
CLIENT_CERTIFICATE = "TLS that wants a client certificate"

# Elasticsearch and OpenSearch
ANONYMOUS = "strangers are a user who may read one index"
ANONYMOUS_401 = "strangers are a user who may read one index; the rest is 401"
ANONYMOUS_ALL = "strangers are a user who may do everything"
UNINITIALISED = "security not initialised"
NO_MASTER = "no master"

# Kibana and Dashboards
BEHIND = "before a secured Elasticsearch"
NOT_READY = "not ready"
STATUS_FOR_ALL = "secured, status page for everyone"
SESSION = "every visitor is given an anonymous session"
GUEST = "guests are invited beside the login"
REWRITTEN = "below a base path that is rewritten"
UNREWRITTEN = "below a base path that is not rewritten"
CONSOLE_OFF = "open, its console switched off"
SPACE = "open, asked for in a space"
NO_LICENCE = "its licence is not known yet"
LOGIN_PAGE = "open, behind a proxy's login page"

# MongoDB
NO_USER_NEAR = "secured, no user yet, asked from its own machine"
NO_USER_AFAR = "secured, no user yet, asked from afar"
ARBITER = "arbiter, open"
ARBITER_SECURED = "arbiter, secured, asked from its own machine"
SECONDARY = "secondary, open"
MONGOS, MONGOS_SECURED = "mongos, open", "mongos, secured"
